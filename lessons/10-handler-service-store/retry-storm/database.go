package main

import (
	"math/rand/v2"
	"net/http"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	workers   = 5                     // of the database
	quick     = 50 * time.Millisecond // for a call
	slowly    = time.Second
	loses     = 2    // answers of a hundred
	mostQueue = 3000 // calls
)

// queue is the calls that the database has to work on.
var queue = host.Count("queue")

// A database works on five calls at a time. It doesn't notice that a caller has
// given up.
type database struct{ free chan struct{} }

func newDatabase() *database { return &database{make(chan struct{}, workers)} }

func (d *database) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if queue.Value() >= mostQueue {
		http.Error(w, "too many calls", http.StatusServiceUnavailable)
		return
	}
	queue.Add(1)
	defer queue.Add(-1)
	d.free <- struct{}{}
	if slow.On() {
		time.Sleep(slowly)
	} else {
		time.Sleep(quick)
	}
	<-d.free
	if rand.N(100) < loses {
		http.Error(w, "try again", http.StatusServiceUnavailable)
	}
}
