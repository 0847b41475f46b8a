package plain

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/internal/team/room"
)

func TestWatchRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := time.Now().Add(-time.Hour) // the board's clock
		ago := func(d time.Duration) time.Time { return at.Add(-d) }
		v := room.View{
			Schema: room.Schema, Room: "Backend guild", At: at, Code: room.JoinCode{Code: "KWMHTRPC", Expires: at.Add(12 * time.Hour)},
			Agenda: &room.Agenda{Title: "Shared state", Began: ago(time.Minute), Steps: []room.Step{{Title: "Vote", Minutes: 8}, {Title: "Repair kata 3"}}},
		}
		next := v
		next.At = at.Add(10 * time.Minute)
		next.StillSince = at.Add(5 * time.Minute)
		next.People = []room.Person{
			{Participant: "p_1", Name: "Quiet Heron", JoinedAt: at, Kata: "03-map-race", Since: at.Add(2 * time.Minute), Status: "fail"},
			{Participant: "p_2", Name: "Jo", JoinedAt: at, LastAt: at},
			{Participant: "p_3", Name: "Soft Tern", JoinedAt: at, LastAt: at, Kata: "03-map-race", LeftAt: at.Add(7 * time.Minute)},
		}
		next.Katas = []room.KataRow{{Kata: "03-map-race", Started: 1, Stuck: 1}}
		next.Stuck = []room.StuckRow{{
			Belief: room.Belief{ID: "reads", Says: "Reads need no lock.", Truth: "Every access takes the lock.", Tests: []string{"TestReaders"}},
			Kata:   "03-map-race", People: 1, Since: at.Add(5 * time.Minute),
		}}
		next.Agenda = &room.Agenda{Title: "Shared state", Step: 1, Began: at, Steps: v.Agenda.Steps}
		solved := next
		solved.People = []room.Person{{Participant: "p_1", Name: "Quiet Heron", Kata: "03-map-race", Status: "pass", Solved: 1, JoinedAt: at, Since: at},
			{Participant: "p_2", Name: "Jo", JoinedAt: at, LastAt: at, LeftAt: at.Add(11 * time.Minute)}}
		solved.Stuck = nil

		in, keys := io.Pipe()
		var out strings.Builder
		lost := errors.New("board does not answer: connection refused")
		err := WatchRoom(t.Context(), RoomLines{
			In: in, Out: &out, Address: "http://board",
			Watch: func(ctx context.Context, tell func(room.Seen)) error {
				tell(room.Seen{Came: time.Now(), View: v})
				tell(room.Seen{Lost: lost, Wait: time.Second})
				tell(room.Seen{Lost: lost, Wait: time.Second})
				tell(room.Seen{Came: time.Now(), View: next})
				synctest.Wait()
				time.Sleep(time.Minute)
				_, _ = io.WriteString(keys, "\n")
				time.Sleep(time.Second)
				tell(room.Seen{Came: time.Now(), View: solved})
				_, _ = io.WriteString(keys, "0\n")
				<-ctx.Done()
				return ctx.Err()
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = keys.Close()
		const want = `Backend guild: 0 people. No verdict yet.
To join: leakproof join http://board KWMHTRPC
The join code: It holds for 12 h.

Step 1 of 2: Vote, 7:00 left.

Where the room is stuck:
Nobody is stuck on anything known.

Katas:
No kata has been begun.

People, in the order of joining:
Nobody has joined.

What changes is written below. Enter writes all of it again, 0 ends.
Connection lost: board does not answer: connection refused. Trying again.
CLOCK Connected again.
CLOCK Step 2 of 2: Repair kata 3.
CLOCK Quiet Heron joined.
CLOCK Jo joined.
CLOCK 1 person stuck in 03-map-race. Say: Every access takes the lock.
Backend guild: 3 people. No new pass for 6 min.
To join: leakproof join http://board KWMHTRPC
The join code: It holds for 11 h 49 min.

Step 2 of 2: Repair kata 3.

Where the room is stuck:
- 1 of 3 people in 03-map-race, for 6 min.
  They may believe: Reads need no lock.
  Say: Every access takes the lock.
  Fails: TestReaders

Katas:
- 03-map-race: begun 1, solved 0, stuck 1.

People, in the order of joining:
- Quiet Heron: 03-map-race, fails, for 9 min.
- Jo: joined, for 11 min.
- Soft Tern: 03-map-race, left, for 4 min.

What changes is written below. Enter writes all of it again, 0 ends.
CLOCK Quiet Heron solved 03-map-race.
CLOCK Jo left.
`
		got := out.String()
		for _, minute := range []time.Duration{0, time.Minute} { // what came before that minute passed
			got = strings.ReplaceAll(got, time.Now().Add(-minute).Local().Format("15:04")+" ", "CLOCK ")
		}
		if got != want {
			t.Errorf("wrote\n%s\nwant\n%s", got, want)
		}
	})
}

func TestWatchRoomEndsWithTheWatch(t *testing.T) {
	refused := errors.New("the board says: This is not the secret of the room.")
	err := WatchRoom(t.Context(), RoomLines{Out: io.Discard, Watch: func(context.Context, func(room.Seen)) error { return refused }})
	if !errors.Is(err, refused) {
		t.Errorf("it ended with %v", err)
	}
}
