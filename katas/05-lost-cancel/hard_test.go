package lostcancel_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/05-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// Fine print: the store may answer just as its context ends. A reader that it
// has answered with is closed.
func TestAnAnswerThatComesTooLateIsClosed(t *testing.T) {
	for how, stays := range kit.Sorted(map[string]time.Duration{"the limit": never, "the end of the caller": limit / 2}) {
		t.Run(how, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				caller, leave := context.WithTimeout(context.Background(), stays)
				defer leave()
				s := newStore(note{answer: never, crosses: true})
				_, _ = export(caller, s, &archive{})
				time.Sleep(time.Nanosecond) // until nothing moves any more
				if _, open := s.seen(); open > 0 {
					t.Errorf("the answer of the store crossed %s: Open returned a reader, and nobody has closed it (fine print)", how)
				}
			})
		})
	}
}

// Fine print: a failure is one, even if its error wraps one that means something
// elsewhere.
func TestFailureThatWrapsAKnownError(t *testing.T) {
	missing := fmt.Errorf("open part 2: %w", lostcancel.ErrNotFound)
	busy := fmt.Errorf("no connection is free: %w", context.DeadlineExceeded)
	for _, c := range []struct {
		where  string
		second note
		full   error // what a Write fails with
		want   error
	}{
		{"Open", note{openErr: busy}, nil, busy},
		{"a Read", note{text: "bb", readErr: missing}, nil, missing},
		{"a Read", note{text: "bb", readErr: busy}, nil, busy},
		{"a Write", note{text: "bb"}, missing, missing},
	} {
		t.Run(fmt.Sprint(c.where, ": ", c.want), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(note{text: "a"}, c.second), &archive{}
				if c.full != nil {
					a.room, a.fullErr = len("a")+1, c.full
				}
				if err, _ := export(context.Background(), s, a); !errors.Is(err, c.want) {
					t.Errorf("%s of the second note failed with %q, and Export returned the error %v;\n"+
						"that is a failure, whatever its error wraps (fine print)", c.where, c.want, err)
				}
			})
		})
	}
}

// Fine print: exports do not know of each other at the same time.
func TestExportsAreIndependent(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(
			note{text: "a", answer: 2 * time.Second, pause: time.Hour},
			note{text: "b", answer: 3 * time.Second, pause: time.Second},
			note{answer: never},
		)
		service, caller := lostcancel.NewService(s, limit), kit.NewProbe()
		ask := func(ids ...string) {
			var a archive
			want := ""
			for _, id := range ids {
				want += s.notes[id].text
			}
			if err := service.Export(caller, ids, &a); err != nil || a.written.String() != want {
				t.Errorf("beside other exports, Export(ctx, %q) returned the error %v and had written %s; want %s (fine print)",
					ids, err, short(a.written.String()), short(want))
			}
		}
		var running sync.WaitGroup
		running.Go(func() { ask("1", "2") })
		time.Sleep(time.Second)
		running.Go(func() { ask("2", "1") }) // the first is still being opened
		running.Go(func() {
			if err := service.Export(caller, []string{"2", "3"}, &archive{}); err == nil {
				t.Error("beside other exports, one whose second note is not answered within the limit returned without an error (Keep 4)")
			}
		})
		running.Wait()
		wantNothingLeft(t, s, caller, "several at once")
	})
}

// Fine print: exports do not know of each other one after another.
func TestExportAfterOthers(t *testing.T) {
	for how, before := range kit.Sorted(map[string]note{
		"were written":                   {text: "before"},
		"found no note":                  {openErr: errGone},
		"could not open a note":          {openErr: errOpen},
		"had no answer within the limit": {answer: never},
	}) {
		t.Run(how, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := newStore(before)
				service := lostcancel.NewService(s, limit)
				for range 10 {
					_ = service.Export(context.Background(), s.ids, &archive{})
				}
				s.notes["1"] = note{text: "now", answer: limit - time.Second}
				var a archive
				err := service.Export(context.Background(), s.ids, &a)
				if err != nil || a.written.String() != "now" {
					t.Errorf("10 exports %s; one more, when the note could be read, returned the error %v and had written %s;\n"+
						"want %q, what the store answers now (fine print)", how, err, short(a.written.String()), "now")
				}
			})
		})
	}
}
