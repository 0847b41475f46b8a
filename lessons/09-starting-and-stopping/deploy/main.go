// Deploy: a new instance of the notes service takes over, and the old one is
// told to stop. Who notices?
package main

import (
	"net/http"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

var (
	deploy = host.Switch("deploy")

	graceful   = host.Switch("shutdown")
	drainTime  = host.Knob("drain", 250) // ms, for requests to finish
	readyFirst = host.Switch("ready-first")
	noticeTime = host.Knob("notice", 250) // ms, for the balancer to notice
	retry      = host.Switch("retry")
)

func main() {
	host.Main(host.Lab{
		Service: serve,
		Load: []host.Stream{
			{Name: "reads", Rate: 30, Path: "/notes/7", Timeout: 5 * time.Second},
			{Name: "exports", Rate: 5, Method: http.MethodPost, Path: "/exports", Timeout: 5 * time.Second},
		},
	})
}
