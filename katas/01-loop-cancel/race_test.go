package loopcancel_test

import (
	"context"
	"testing"

	loopcancel "example.com/leakproof/katas/01-loop-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is store, analyzer and index. It lets others go on, and remembers
// nothing: a lock around that would order the calls.
type shelf struct{ meet *kit.Barrier }

func (s shelf) All(context.Context) ([]loopcancel.Note, error) {
	s.meet.Pair()
	return []loopcancel.Note{{ID: "1"}, {ID: "2"}}, nil
}

func (s shelf) Analyze(n loopcancel.Note) (loopcancel.Entry, error) {
	s.meet.Pair()
	return loopcancel.Entry{NoteID: n.ID}, nil
}

func (s shelf) Publish([]loopcancel.Entry) error {
	s.meet.Pair()
	return nil
}

// Keep 6: calls at the same time share nothing that could race. Where calls
// take turns, whatever is locked on the way orders them and hides it.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "calls of one service were made at the same time", 80, func(meet *kit.Barrier) []func() {
		s := loopcancel.NewService(shelf{meet}, shelf{meet}, shelf{meet})
		return kit.Crowd(meet, 8, 30, func(n int) { _, _ = s.Rebuild(t.Context()) })
	})
}
