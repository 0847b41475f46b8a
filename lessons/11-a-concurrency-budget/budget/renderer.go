package main

import (
	"net/http"
	"sync"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	places = 8                      // of the render service
	each   = 100 * time.Millisecond // for a drawing, when there is a place for it
	slower = 0.1                    // for each call more: what they cost one another
	turn   = 10 * time.Millisecond
)

// inside is the calls that the render service works on.
var inside = host.Count("inside")

// A renderer works on all calls at once: with more of them than it has places,
// each gets a smaller part of it, and what they cost one another comes on top.
type renderer struct {
	mu       sync.Mutex
	drawings map[*drawing]bool
}

type drawing struct {
	left time.Duration // of its work
	done chan struct{}
}

func (r *renderer) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	inside.Add(1)
	defer inside.Add(-1)
	d := &drawing{each, make(chan struct{})}
	r.add(d)
	select {
	case <-d.done:
	case <-req.Context().Done():
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.drawings, d)
	}
}

// add begins a drawing. The first one begins the work.
func (r *renderer) add(d *drawing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drawings == nil {
		r.drawings = map[*drawing]bool{}
		go r.work()
	}
	r.drawings[d] = true
}

// work goes on until there is nothing to draw.
func (r *renderer) work() {
	for last := time.Now(); ; {
		time.Sleep(turn)
		now := time.Now()
		if !r.advance(now.Sub(last)) {
			return
		}
		last = now
	}
}

// advance does the work of a stretch of time.
func (r *renderer) advance(passed time.Duration) (more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.drawings)
	if n == 0 {
		r.drawings = nil
		return false
	}
	for d := range r.drawings {
		if d.left -= time.Duration(speed(n) * float64(passed)); d.left <= 0 {
			delete(r.drawings, d)
			close(d.done)
		}
	}
	return true
}

// speed is how fast each of n calls goes on: 1 while each has a place.
func speed(n int) float64 {
	if n <= places {
		return 1
	}
	return places / float64(n) / (1 + slower*float64(n-places))
}
