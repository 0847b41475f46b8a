package lostcancel_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/08-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// callers are contexts that end after a while.
var callers = []struct {
	who  string
	make func(after time.Duration) (ctx context.Context, done func())
	want error
}{
	{"is cancelled", func(after time.Duration) (context.Context, func()) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(after, cancel)
		return ctx, cancel
	}, context.Canceled},
	{"is cancelled with a cause", func(after time.Duration) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(after, func() { cancel(errors.New("the service stops")) })
		return ctx, func() { cancel(nil) }
	}, context.Canceled},
	{"runs out of time", func(after time.Duration) (context.Context, func()) {
		return context.WithTimeout(context.Background(), after)
	}, context.DeadlineExceeded},
	{"is of another kind", func(after time.Duration) (context.Context, func()) {
		p := kit.NewProbe()
		time.AfterFunc(after, p.Cancel)
		return p, p.Cancel
	}, context.Canceled},
}

// Contract: the contexts of the store "end when the caller's does, whether the
// store is asked or a note is read. Then Export returns an error", that one's.
func TestCallerEndsTheExport(t *testing.T) {
	for _, caller := range callers {
		for _, c := range []struct {
			when  string
			notes []note
			after time.Duration
		}{
			{"before the first note", []note{{text: "a", answer: time.Second}}, 0},
			{"in the first Open", []note{{answer: never}}, 30 * time.Second},
			{"in the second Open", []note{{text: "a"}, {answer: never}}, 30 * time.Second},
			{"in a Read", []note{{text: "a", pause: never}, {text: "b"}}, 30 * time.Second},
			{"in a Read, an hour later", []note{{openErr: errGone}, {text: "b", pause: never}}, time.Hour},
		} {
			t.Run(caller.who+" "+c.when, func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					ctx, done := caller.make(c.after)
					defer done()
					if c.after == 0 {
						<-ctx.Done()
					}
					s := newStore(c.notes...)
					err, took := export(ctx, s, &archive{})
					if !errors.Is(err, caller.want) || took != c.after {
						t.Errorf("the caller's context ended after %v with %q, Export returned the error %v after %v;\n"+
							"the export ends with it, and errors.Is finds the error of that context", c.after, caller.want, err, took)
					}
					wantClosed(t, s)
				})
			})
		}
	}
}

// Contract: "The contexts that the store is given are children of the caller's:
// they have its values and its deadline."
func TestStoreGetsAChildOfTheCallersContext(t *testing.T) {
	type key struct{}
	for _, limited := range []bool{true, false} {
		t.Run(fmt.Sprintf("deadline: %t", limited), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "trace"))
				defer cancel()
				if limited {
					ctx, cancel = context.WithTimeout(ctx, 30*time.Second)
					defer cancel()
				}
				s := newStore(note{text: "a"}, note{openErr: errGone}, note{text: "c"})
				if err, _ := export(ctx, s, &archive{}); err != nil {
					t.Errorf("notes that are found or gone: Export returned the error %v", err)
				}
				for i, given := range s.contexts() {
					if given.Value(key{}) != "trace" {
						t.Errorf("the context that the store was given for note %d lacks a value of the caller's", i+1)
					}
					want, _ := ctx.Deadline()
					if got, some := given.Deadline(); limited && (!some || got.After(want)) {
						t.Errorf("the caller's context has a deadline; for note %d the store was given one that has none (%t), or a later one", i+1, !some)
					}
				}
			})
		})
	}
}

// Contract: "Exports do not disturb each other and do not wait for each other."
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
				t.Errorf("beside other exports, Export(ctx, %q) returned the error %v and had written %s; want %s",
					ids, err, short(a.written.String()), short(want))
			}
		}
		var running sync.WaitGroup
		running.Go(func() { ask("1", "1", "2") })
		time.Sleep(time.Second)
		running.Go(func() { ask("2", "1", "2") }) // the first is still being opened
		running.Go(func() {
			if err := service.Export(caller, []string{"2", "3"}, &archive{}); err == nil {
				t.Error("beside other exports, one whose second note is not answered within the limit returned without an error")
			}
		})
		running.Go(func() {
			ctx, leave := context.WithTimeout(caller, 10*time.Second)
			defer leave()
			if err := service.Export(ctx, []string{"1"}, &archive{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("beside other exports, one whose caller ran out of time returned the error %v", err)
			}
		})
		running.Wait()
		ask("1", "2")
		if asked, _ := s.seen(); len(asked) != 3+3+2+1+2 {
			t.Errorf("exports of 11 notes asked the store for %d;\n"+
				"notes change: every export asks for each of its notes", len(asked))
		}
		wantNothingLeft(t, s, caller, "several times, some at once")
	})
}
