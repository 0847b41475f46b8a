package budget

import (
	"context"
	"sync/atomic"
	"time"
)

// A Renderer stands for the service that draws: it works on so many
// attachments at a time, and further calls wait in its queue.
type Renderer struct {
	places chan struct{}
	each   time.Duration
	inside atomic.Int64
	peak   atomic.Int64
	calls  atomic.Int64
}

// NewRenderer draws places attachments at a time and needs each for one.
func NewRenderer(places int, each time.Duration) *Renderer {
	return &Renderer{places: make(chan struct{}, places), each: each}
}

// Draw is a Render.
func (r *Renderer) Draw(ctx context.Context, _ string) error {
	r.calls.Add(1)
	now := r.inside.Add(1)
	defer r.inside.Add(-1)
	for peak := r.peak.Load(); now > peak; peak = r.peak.Load() {
		if r.peak.CompareAndSwap(peak, now) {
			break
		}
	}
	select {
	case r.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-r.places }()
	work := time.NewTimer(r.each)
	defer work.Stop()
	select {
	case <-work.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Inside, Peak and Calls count the calls that are open now, the most that
// were open at one time, and all.
func (r *Renderer) Inside() int { return int(r.inside.Load()) }
func (r *Renderer) Peak() int   { return int(r.peak.Load()) }
func (r *Renderer) Calls() int  { return int(r.calls.Load()) }
