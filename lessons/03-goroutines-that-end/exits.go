// Package lifetimes holds the programs of the lesson "Goroutines that end":
// goroutines of a notes service that have no end, and those that do.
package lifetimes

import (
	"context"
	"sync"
	"time"
)

// A Note is one note.
type Note struct{ ID, Title string }

// A Janitor sweeps until it is told to stop.
type Janitor struct {
	tell func()
	wg   sync.WaitGroup
}

// NewJanitor sweeps once in every d. Close ends it.
func NewJanitor(d time.Duration, sweep func()) *Janitor {
	done := make(chan struct{})
	j := &Janitor{tell: sync.OnceFunc(func() { close(done) })}
	j.wg.Go(func() {
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				sweep()
			case <-done:
				return
			}
		}
	})
	return j
}

// Close tells the janitor to stop and waits until it has.
func (j *Janitor) Close() {
	j.tell()
	j.wg.Wait()
}

// Follow indexes changes until ctx ends or no more can come.
func Follow(
	ctx context.Context, changes <-chan Note, index func(Note),
) {
	for {
		select {
		case n, open := <-changes:
			if !open {
				return
			}
			index(n)
		case <-ctx.Done():
			return
		}
	}
}
