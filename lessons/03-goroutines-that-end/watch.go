package lifetimes

import (
	"context"
	"time"
)

// WatchNaive collects changes for an open page; a flush each second.
func WatchNaive(changes <-chan Note, flush func([]Note)) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var batch []Note
	for {
		select {
		case n := <-changes:
			batch = append(batch, n)
		case <-tick.C:
			flush(batch)
			batch = nil
		}
	}
}

// Watch does the same until ctx ends or no more changes can come.
func Watch(
	ctx context.Context, changes <-chan Note, flush func([]Note),
) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var batch []Note
	for {
		select {
		case n, open := <-changes:
			if !open {
				flush(batch)
				return
			}
			batch = append(batch, n)
		case <-tick.C:
			flush(batch)
			batch = nil
		case <-ctx.Done():
			return
		}
	}
}
