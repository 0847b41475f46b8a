package ticker_test

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	ticker "example.com/leakproof/katas/02-ticker"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 2: two goroutines may close the cache, on several processors.
func TestCloseMeetsClose(t *testing.T) {
	kit.Race(t, "eight goroutines closed the same cache (Restore 2)", 20, func(*kit.Barrier) (calls []func()) {
		c := ticker.NewCache(ttl, interval, func(ticker.Note) {})
		for range 8 {
			calls = append(calls, c.Close)
		}
		return calls
	})
}

// Keep 5: all methods may be called at the same time, and beside a sweep. Here
// they are, on several processors.
func TestCallsMeet(t *testing.T) {
	const callers = 8
	kit.Race(t, "notes were put and read, and the cache was swept and closed (Keep 5)", 20, func(*kit.Barrier) (calls []func()) {
		c := ticker.NewCache(0, 50*time.Microsecond, func(ticker.Note) {})
		var done atomic.Int32
		for n := range callers {
			calls = append(calls, func() {
				for i := range 30 {
					c.Put(note(strconv.Itoa(i)))
					_, _ = c.Get(strconv.Itoa(n))
				}
				if done.Add(1) == callers/2 { // others still use it
					c.Close()
				}
			})
		}
		return calls
	})
}
