package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"example.com/leakproof/internal/team/room"
)

// RoomLines are what [WatchRoom] reads and writes.
type RoomLines struct {
	In      io.Reader // nil where nobody types
	Out     io.Writer
	Address string                                                // of the board
	Watch   func(ctx context.Context, tell func(room.Seen)) error // as [room.Client.Watch]
}

// WatchRoom writes a room in lines: all of it at first and whenever Enter is pressed, and in between what changes. It ends when 0
// is typed, when the input or ctx ends, or with the error of Watch.
func WatchRoom(ctx context.Context, lines RoomLines) error {
	ctx, cancel := context.WithCancel(ctx)
	seen := make(chan room.Seen)
	var watching sync.WaitGroup
	var ended error
	watching.Go(func() {
		defer close(seen)
		ended = lines.Watch(ctx, func(s room.Seen) {
			select {
			case seen <- s:
			case <-ctx.Done():
			}
		})
	})
	defer func() { cancel(); watching.Wait() }()

	w := roomLines{RoomLines: lines}
	var typed <-chan string
	var in *input
	if lines.In != nil {
		in = newInput(lines.In)
		defer in.close()
	}
	for {
		if in != nil && w.view != nil {
			typed = in.ask()
		}
		select {
		case s, ok := <-seen:
			if !ok {
				if errors.Is(ended, context.Canceled) {
					return nil
				}
				return ended
			}
			w.hear(s)
		case line, ok := <-typed:
			if !ok || line == "0" {
				return nil
			}
			in.took()
			w.all(w.now())
		}
	}
}

// roomLines is what was written last.
type roomLines struct {
	RoomLines
	view *room.View // nil until the first
	came time.Time  // when it did
	lost bool
}

func (w *roomLines) say(format string, args ...any) { _, _ = fmt.Fprintf(w.Out, format+"\n", args...) }

// now is the board's clock.
func (w *roomLines) now() time.Time { return w.view.At.Add(time.Since(w.came)) }

func (w *roomLines) hear(s room.Seen) {
	if s.Lost != nil {
		if !w.lost {
			w.say("Connection lost: %v. Trying again.", s.Lost)
		}
		w.lost = true
		return
	}
	before := w.view
	w.view, w.came = &s.View, s.Came
	clock := w.came.Local().Format("15:04")
	if w.lost && before != nil {
		w.say("%s Connected again.", clock)
	}
	w.lost = false
	if before == nil {
		w.all(w.now())
		return
	}
	for _, sentence := range room.News(*before, s.View) {
		w.say("%s %s", clock, sentence)
	}
}

// all writes the whole room.
func (w *roomLines) all(now time.Time) {
	v := w.view
	w.say("%s: %s. %s.", v.Room, room.People(len(v.People)), v.Still(now))
	w.say("To join: %s", v.JoinLine(w.Address))
	w.say("The join code: %s", v.Code.Holds(now))
	if a := v.Agenda; a != nil {
		w.say("")
		step := fmt.Sprintf("Step %d of %d: %s", a.Step+1, len(a.Steps), a.Steps[a.Step].Title)
		if clock, word, _ := a.Timer(now); clock != "" {
			step += ", " + clock + " " + word
		}
		w.say("%s.", step)
	}

	w.say("\nWhere the room is stuck:")
	for _, s := range v.Stuck {
		w.say("- %d of %s in %s, for %s.", s.People, room.People(len(v.People)), s.Kata, room.Span(now.Sub(s.Since)))
		w.say("  They may believe: %s", s.Says)
		w.say("  Say: %s", s.Truth)
		if len(s.Tests) > 0 {
			w.say("  Fails: %s", strings.Join(s.Tests, ", "))
		}
	}
	if len(v.Stuck) == 0 {
		w.say("Nobody is stuck on anything known.")
	}

	w.say("\nKatas:")
	for _, k := range v.Katas {
		w.say("- %s: begun %d, solved %d, stuck %d.", k.Kata, k.Started, k.Solved, k.Stuck)
	}
	if len(v.Katas) == 0 {
		w.say("No kata has been begun.")
	}

	w.say("\nPeople, in the order of joining:")
	for _, p := range v.People {
		where, state, since := p.Doing()
		if where != "" {
			where += ", "
		}
		w.say("- %s: %s%s, for %s.", p.Name, where, state, room.Span(now.Sub(since)))
	}
	if len(v.People) == 0 {
		w.say("Nobody has joined.")
	}
	w.say("")
	if w.In != nil {
		w.say("What changes is written below. Enter writes all of it again, 0 ends.")
	}
}
