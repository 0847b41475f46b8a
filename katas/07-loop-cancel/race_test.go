package loopcancel_test

import (
	"context"
	"runtime"
	"testing"

	loopcancel "example.com/leakproof/katas/07-loop-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is store, analyzer and index. It lets others go on, and remembers
// nothing: a lock around that would order the calls.
type shelf struct{}

func (shelf) All(context.Context) ([]loopcancel.Note, error) {
	runtime.Gosched()
	return []loopcancel.Note{{ID: "1"}, {ID: "2"}}, nil
}

func (shelf) Analyze(n loopcancel.Note) (loopcancel.Entry, error) {
	runtime.Gosched()
	return loopcancel.Entry{NoteID: n.ID}, nil
}

func (shelf) Publish([]loopcancel.Entry) error {
	runtime.Gosched()
	return nil
}

// Keep 6: calls at the same time share nothing that could race. Where calls
// take turns, whatever is locked on the way orders them and hides it.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "calls of one service were made at the same time", 40, func(*kit.Barrier) []func() {
		s := loopcancel.NewService(shelf{}, shelf{}, shelf{})
		return kit.Crowd(8, 30, func(n int) { _, _ = s.Rebuild(t.Context()) })
	})
}
