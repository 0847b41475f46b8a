package layers_test

import (
	"context"
	"testing"
	"time"

	layers "example.com/leakproof/katas/14-layers"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store with ann's notes. It lets others go on, and remembers
// nothing: a lock around that would order the calls.
type shelf struct{ meet *kit.Barrier }

func (s shelf) Get(_ context.Context, id string) (layers.Note, error) {
	s.meet.Pair()
	return layers.Note{ID: id, Owner: "ann", Title: "Milk", Created: later}, nil
}

func (s shelf) Put(context.Context, layers.Note) error {
	s.meet.Pair()
	return nil
}

// Fine print: calls at the same time share nothing that could race. Where calls
// take turns, whatever is locked on the way orders them and hides it.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "calls of one service were made at the same time", 80, func(meet *kit.Barrier) []func() {
		s := layers.NewService(shelf{meet}, func() string { return "1" }, func() time.Time { return later })
		return kit.Crowd(meet, 8, 60, func(n int) {
			switch n % 3 {
			case 0:
				_, _ = s.Create(t.Context(), "ann", "Milk", "")
			case 1:
				_, _ = s.Get(t.Context(), "ann", "1")
			default:
				_, _ = s.Retitle(t.Context(), "ann", "1", "Eggs")
			}
		})
	})
}
