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
	fails map[string]bool
}

func (m meeting) Note(_ context.Context, id string) (boundedfanout.Note, error) {
	m.meet.Wait(m.limit)
	if m.fails[id] {
		return boundedfanout.Note{}, kit.SlowError("disk is gone")
	}
	return note(id), nil
}

// Restore 1: calls of the store run at the same time, and what they bring must
// not race. A bubble has one processor, where anything that
// is locked on the way orders the turns and hides a race; so these calls answer
// on several, all at the same moment.
func TestAnswersAtTheSameMoment(t *testing.T) {
	ctx := kit.SlowEnd()
	for _, c := range []struct{ limit, rounds, failing int }{{100, 6, 2}, {500, 14, 0}} {
		ids, fails := number("n", 2*c.limit), map[string]bool{}
		for i, id := range ids {
			fails[id] = c.failing > 0 && i%c.failing == 0
		}
		kit.Race(t, "the calls for one list of ids answered at the same moment", c.rounds, func(meet *kit.Barrier) []func() {
			service := boundedfanout.NewService(meeting{meet, c.limit, fails}, c.limit)
			return []func(){func() { _, _ = service.Notes(ctx, ids) }}
		})
	}
}
