package boundedfanout_test

import (
	"context"
	"testing"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
)

// A meeting is a store whose calls answer all at the same moment. It remembers
// nothing: a lock around that would order the calls.
type meeting struct {
	meet  *kit.Barrier
	limit int
	err   error // what they answer, or nil for notes
}

func (m meeting) Note(_ context.Context, id string) (boundedfanout.Note, error) {
	m.meet.Wait(m.limit)
	return note(id), m.err
}

// Restore 1: calls of the store run at the same time, and what they bring must not
// race. In a bubble they take turns, and a lock on the way hides a race; so these
// answer on several processors, all at the same moment.
func TestAnswersAtTheSameMoment(t *testing.T) {
	ctx := kit.SlowEnd()
	for _, c := range []struct {
		limit, rounds int
		err           error
	}{{100, 6, kit.SlowError("disk is gone")}, {500, 14, nil}} {
		kit.Race(t, "the calls for one list of ids answered at the same moment", c.rounds, func(meet *kit.Barrier) []func() {
			service := boundedfanout.NewService(meeting{meet, c.limit, c.err}, c.limit)
			return []func(){func() { _, _ = service.Notes(ctx, number(2*c.limit)) }}
		})
	}
}
