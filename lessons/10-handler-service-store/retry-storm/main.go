// Retry storm: a store repeats what fails. The database is slow for ten
// seconds. What do the repetitions make of that?
package main

import (
	"net/http"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const saves = 20 // a second

var (
	slow        = host.Switch("slow")
	backoff     = host.Switch("backoff")
	jitter      = host.Switch("jitter")
	retryBudget = host.Switch("retry-budget")
	deadline    = host.Knob("deadline", 5000) // ms
)

func main() {
	host.Main(host.Lab{
		Dependencies: map[string]http.Handler{"database": newDatabase()},
		Service:      serve,
		Load:         []host.Stream{{Name: "saves", Rate: saves, Method: http.MethodPost, Path: "/notes", Timeout: 10 * time.Second}},
	})
}
