// Silent dependency: a notes service whose saves hold a database connection
// until the search index answers. Reads never call the index. What becomes of
// them when it goes silent?
package main

import (
	"net/http"

	"example.com/leakproof/lessons/lab/host"
)

const (
	reads = 40 // a second
	saves = 10
)

var (
	silent = host.Switch("silent")
	budget = host.Knob("budget", 0) // ms; 0 is none
	early  = host.Switch("early")
	limit  = host.Switch("client-limit")

	indexOpen = host.Count("index_open")
)

func main() {
	host.Main(host.Lab{
		Dependencies: map[string]http.Handler{"index": http.HandlerFunc(index)},
		Service:      serve,
		Load: []host.Stream{ // of clients that wait for as long as it takes
			{Name: "reads", Rate: reads, Path: "/notes/7"},
			{Name: "saves", Rate: saves, Path: "/notes", Method: http.MethodPost},
		},
	})
}

// index answers at once. Silent, it says nothing: its connections stay open.
func index(_ http.ResponseWriter, r *http.Request) {
	indexOpen.Add(1)
	defer indexOpen.Add(-1)
	for {
		changed := host.Changed()
		if !silent.On() {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}
