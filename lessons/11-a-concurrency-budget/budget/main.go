// Budget: a restyle asks for a drawing of each attachment at once. A render
// service with eight places gets slower with each call more. How many calls at
// once are best?
package main

import (
	"net/http"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	restyles = 1  // a second
	previews = 10 // drawings of one attachment
)

var (
	big        = host.Switch("big")
	limit      = host.Knob("limit", 512) // calls at once
	queue      = host.Switch("queue")
	perRequest = host.Switch("per-request")

	asked = host.Count("asked")
	drawn = host.Count("drawn")
)

func main() {
	host.Rate("asked_rate", asked)
	host.Rate("drawn_rate", drawn)
	host.Main(host.Lab{
		Dependencies: map[string]http.Handler{"render": &renderer{}},
		Service:      serve,
		Load: []host.Stream{
			{Name: "restyles", Rate: restyles, Method: http.MethodPost, Path: "/restyle", Timeout: 10 * time.Second},
			{Name: "previews", Rate: previews, Path: "/preview", Timeout: 10 * time.Second},
		},
	})
}
