package lifetimes

import "time"

// RefreshNaive refreshes a list once in every d, until stop is called.
func RefreshNaive(d time.Duration, refresh func()) (stop func()) {
	tick := time.NewTicker(d)
	go func() {
		for range tick.C {
			refresh()
		}
	}()
	return tick.Stop
}
