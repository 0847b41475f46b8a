package ticker_test

import (
	"strconv"
	"testing"
	"time"

	ticker "example.com/leakproof/katas/02-ticker"
	"example.com/leakproof/katas/internal/kit"
)

// Keep 4: all methods may be called at the same time, and beside a sweep. Here
// they are, on several processors.
func TestCallsMeet(t *testing.T) {
	kit.Race(t, "notes were put and read, and the cache was swept and closed", 20, func(*kit.Barrier) []func() {
		c := ticker.NewCache(0, 50*time.Microsecond, func(ticker.Note) {})
		var calls []func()
		for n := range 8 {
			calls = append(calls, func() {
				for i := range 30 {
					c.Put(note(strconv.Itoa(i)))
					_, _ = c.Get(strconv.Itoa(n))
				}
				c.Close()
			})
		}
		return calls
	})
}
