package rows_test

import (
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// A store is used by several goroutines. In a bubble they take turns; here they
// meet on several processors.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	calls := []call{digest(100, "work", "home"), find("home"), snooze("n-1")}
	kit.Race(t, "several goroutines used a store", 10, func(meet *kit.Barrier) []func() {
		x := open(t, 0) // no limit
		return kit.Crowd(meet, 8, 12, func(n int) { _ = calls[n%len(calls)](x, x.ctx) })
	})
}
