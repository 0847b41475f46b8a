package main

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"example.com/leakproof/internal/team/room"
)

const (
	pace       = 250 * time.Millisecond // between two views
	paceOfByte = time.Microsecond       // a large view comes less often: 1 MB a second to each page,
	paceOfWork = 4                      // and at most a fifth of the time goes into computing views
)

// hub computes the view when something has changed, and shares it with all who
// watch. Who is slow misses the views in between: each one is whole.
type hub struct {
	view    func() room.View
	touched chan struct{} // holds one value when there is something to show

	mu     sync.Mutex
	shown  []byte        // the newest view, as a stream sends it
	change chan struct{} // closed when there is a newer one
}

func newHub(view func() room.View) *hub {
	return &hub{view: view, touched: make(chan struct{}, 1), change: make(chan struct{})}
}

// touch says that the room has changed. It never waits.
func (h *hub) touch() {
	select {
	case h.touched <- struct{}{}:
	default:
	}
}

func (h *hub) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.touched:
		}
		began := time.Now()
		view, err := json.Marshal(h.view())
		if err != nil {
			panic(err) // a View has strings, numbers and times
		}
		shown := slices.Concat([]byte("event: view\ndata: "), view, []byte("\n\n"))
		h.mu.Lock()
		h.shown = shown
		close(h.change)
		h.change = make(chan struct{})
		h.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(pace, time.Duration(len(shown))*paceOfByte, paceOfWork*time.Since(began))):
		}
	}
}

// newest is the newest view, nil before the first, and a channel that
// is closed when there is a newer one.
func (h *hub) newest() ([]byte, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.shown, h.change
}
