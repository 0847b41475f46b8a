package retry_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	retry "example.com/leakproof/katas/09-retry"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store that takes every other note. It lets others go on, and
// remembers nothing: a lock around that would order the calls.
type shelf struct{}

func (shelf) Put(_ context.Context, n retry.Note) error {
	runtime.Gosched()
	if n.ID == "bad" {
		return errors.New("too long")
	}
	return nil
}

// Keep 7: calls at the same time share nothing that could race. Where calls
// take turns, whatever is locked on the way orders them and hides it.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "calls of one service were made at the same time", 40, func(*kit.Barrier) []func() {
		s := retry.NewService(shelf{}, retry.Policy{Tries: 3, First: time.Second, Longest: time.Minute})
		return kit.Crowd(8, 60, func(n int) { _ = s.Save(t.Context(), retry.Note{ID: []string{"good", "bad"}[n%2]}) })
	})
}
