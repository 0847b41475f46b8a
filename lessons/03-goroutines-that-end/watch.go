package lifetimes

import "time"

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
