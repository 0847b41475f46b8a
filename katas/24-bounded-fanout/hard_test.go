package boundedfanout_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
)

// Fine print: a slot comes back on every way out.
func TestSlotsComeBack(t *testing.T) {
	const limit, times = 3, 60 // a repair may be lucky now and then
	kit.Bubble(t, func(t *testing.T) {
		s := &store{normal: call{takes: time.Second}, first: slices.Repeat([]call{{takes: time.Second, err: errBoom}}, limit)}
		service := boundedfanout.NewService(s, limit)
		<-begin(caller, service, limit).done
		gone, cancel := context.WithCancel(caller)
		cancel()
		for range times {
			<-begin(gone, service, limit).done
		}
		time.Sleep(time.Second) // for calls that outlive Notes
		next := begin(caller, service, limit)
		synctest.Wait()
		if live := s.running.Live(); live < limit {
			t.Fatalf("a call of Notes failed, %d more had lost their caller before they began, and the next one gets %d of %d slots;\n"+
				"a slot comes back on every way out (fine print)", times, live, limit)
		}
		<-next.done
	})
}

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

// Restore 1: calls run at the same time, and what they bring must not race. In a
// bubble they take turns, which hides it; so these answer on several processors.
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
