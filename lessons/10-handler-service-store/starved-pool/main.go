// Starved pool: a preview that leaves its loop over rows early, in front of a
// real SQLite with eight connections.
package main

import (
	"time"

	"example.com/leakproof/lessons/lab/host"
)

var (
	early = host.Switch("early")

	closing  = host.Switch("close")
	queryRow = host.Switch("query-row")
	deadline = host.Switch("deadline")
	size     = host.Knob("pool", 8) // connections
)

func main() {
	host.Main(host.Lab{
		Service: serve,
		Load: []host.Stream{
			{Name: "lists", Rate: 20, Path: "/notebooks/3/titles", Timeout: 2 * time.Second},
			{Name: "previews", Rate: 5, Path: "/notebooks/3/latest", Timeout: 2 * time.Second},
		},
	})
}
