package review

import (
	"iter"
	"slices"
	"time"

	"example.com/leakproof/internal/progress"
)

// unset is what no clock shows that was ever set: without a battery they begin at 1970 or 1980.
var unset = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// believed says when each event of a log happened. Clocks are set wrong and put right, but the log is in the order of what
// happened: nothing is later than now or than what follows it. An event that says so is taken to be as late as it can have
// been. What a clock that was put back then makes too early is asked again too early, and nothing is forgotten.
func believed(history iter.Seq[progress.Event], now time.Time) []time.Time {
	n := 0
	for range history {
		n++
	}
	times := make([]time.Time, 0, n)
	for e := range history {
		times = append(times, e.At)
	}
	latest := now
	for i, at := range slices.Backward(times) {
		if at.After(latest) || at.Before(unset) {
			times[i] = latest
		}
		latest = times[i]
	}
	return times
}
