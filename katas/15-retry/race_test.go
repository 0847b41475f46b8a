package retry_test

import (
	"context"
	"errors"
	"testing"
	"time"

	retry "example.com/leakproof/katas/15-retry"
	"example.com/leakproof/katas/internal/kit"
)

// Keep 7: calls at the same time share nothing that could race. Where calls
// take turns, whatever is locked on the way orders them and hides it.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "calls of one service were made at the same time", 80, func(meet *kit.Barrier) []func() {
		s := retry.NewService(shelf{meet}, retry.Policy{Tries: 3, First: time.Second, Longest: time.Minute})
		return kit.Crowd(meet, 8, 60, func(n int) { _ = s.Save(t.Context(), retry.Note{ID: []string{"good", "bad"}[n%2]}) })
	})
}

// A shelf is a store that takes every other note. It remembers nothing: a lock
// around that would order the calls.
type shelf struct{ meet *kit.Barrier }

func (s shelf) Put(_ context.Context, n retry.Note) error {
	s.meet.Pair()
	if n.ID == "bad" {
		return errors.New("too long")
	}
	return nil
}
