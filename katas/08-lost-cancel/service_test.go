package lostcancel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/08-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

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
				_, _ = export(ctx, s, &archive{})
				for i, given := range s.contexts() {
					if given.Value(key{}) != "trace" {
						t.Errorf("the context that the store was given for note %d lacks a value of the caller's", i+1)
					}
					want, _ := ctx.Deadline()
					got, some := given.Deadline()
					switch {
					case limited && !some:
						t.Errorf("the caller's context has a deadline, and the one that the store was given for note %d has none;\n"+
							"it is to be a child of the caller's", i+1)
					case limited && got.After(want):
						t.Errorf("the context that the store was given for note %d has a deadline %v after the caller's;\n"+
							"it is to be a child of the caller's", i+1, got.Sub(want))
					}
				}
			})
		})
	}
}

// A caller has a context that ends after a while.
type caller struct {
	who  string
	make func(after time.Duration) (ctx context.Context, done func())
	want error
}

// Contract: the contexts of the store "end when the caller's does, whether the
// store is asked or a note is read. Then Export returns an error", that one's.
func TestCallerEndsTheExport(t *testing.T) {
	for _, c := range []caller{
		{"is cancelled", func(after time.Duration) (context.Context, func()) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(after, cancel)
			return ctx, cancel
		}, context.Canceled},
		{"runs out of time", func(after time.Duration) (context.Context, func()) {
			return context.WithTimeout(context.Background(), after)
		}, context.DeadlineExceeded},
		{"is of another kind", func(after time.Duration) (context.Context, func()) {
			p := kit.NewProbe()
			time.AfterFunc(after, p.Cancel)
			return p, p.Cancel
		}, context.Canceled},
	} {
		c.ends(t)
	}
}

// Contract: "the error of the caller's context (context.Canceled or
// context.DeadlineExceeded, whatever the cause)".
func TestCallerEndsTheExportWithACause(t *testing.T) {
	caller{"is cancelled with a cause", func(after time.Duration) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(after, func() { cancel(errors.New("the service stops")) })
		return ctx, func() { cancel(nil) }
	}, context.Canceled}.ends(t)
}

// ends tries a caller in all places at which it can end an export.
func (c caller) ends(t *testing.T) {
	for _, w := range []struct {
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
		t.Run(c.who+" "+w.when, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				ctx, done := c.make(w.after)
				defer done()
				if w.after == 0 {
					<-ctx.Done()
				}
				err, took := export(ctx, newStore(w.notes...), &archive{})
				if !errors.Is(err, c.want) || took != w.after {
					t.Errorf("the caller's context ended after %v (%q), Export returned the error %v after %v;\n"+
						"the export ends with it, and errors.Is finds the error of that context", w.after, c.want, err, took)
				}
			})
		})
	}
}

// Contract: "Exports do not disturb each other at the same time."
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
		running.Go(func() { ask("1", "2") })
		time.Sleep(time.Second)
		running.Go(func() { ask("2", "1") }) // the first is still being opened
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
		wantNothingLeft(t, s, caller, "several at once")
	})
}

// Contract: "Exports do not wait for each other at the same time."
func TestExportsDoNotWaitForEachOther(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(note{text: "a", answer: 50 * time.Second, pause: time.Hour, atOnce: true})
		service := lostcancel.NewService(s, limit)
		const exports, want = 50, time.Hour + 50*time.Second
		var (
			running sync.WaitGroup
			took    [exports]time.Duration
			err     [exports]error
		)
		start := time.Now()
		for i := range exports {
			running.Go(func() {
				err[i] = service.Export(context.Background(), s.ids, &archive{})
				took[i] = time.Since(start)
			})
		}
		running.Wait()
		if failed := len(slices.DeleteFunc(err[:], func(err error) bool { return err == nil })); failed > 0 {
			t.Errorf("%d exports of a service at the same time, of a note that can be read: %d returned errors;\n"+
				"no export disturbs another one", exports, failed)
		} else if last := slices.Max(took[:]); last != want {
			t.Errorf("%d exports of a service at the same time: the last came back after %v;\n"+
				"want %v, as for one alone: no export waits for another one", exports, last, want)
		}
	})
}

// Contract: "Exports do not disturb each other one after another."
func TestExportAfterOthers(t *testing.T) {
	for _, c := range []struct {
		how  string
		note note
		stay time.Duration // how long the callers before have time
	}{
		{"were written", note{text: "before"}, never},
		{"found no note", note{openErr: errGone}, never},
		{"could not open a note", note{openErr: errOpen}, never},
		{"could not read a note", note{readErr: errRead}, never},
		{"had no answer within the limit", note{answer: never}, never},
		{"lost their caller in Open", note{answer: never}, time.Second},
		{"lost their caller in a Read", note{text: "a", pause: never}, time.Second},
	} {
		t.Run(c.how, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := newStore(c.note)
				service := lostcancel.NewService(s, limit)
				for range 10 {
					ctx, leave := context.WithTimeout(context.Background(), c.stay)
					_ = service.Export(ctx, s.ids, &archive{})
					leave()
				}
				s.notes["1"] = note{text: "now", answer: limit - time.Second}
				var a archive
				start := time.Now()
				err := service.Export(context.Background(), s.ids, &a)
				if took := time.Since(start); err != nil || a.written.String() != "now" || took != limit-time.Second {
					t.Errorf("10 exports %s; one more, when the note could be read, returned the error %v after %v and had written %s;\n"+
						"want %q after %v, what the store answers now: each export asks for each of its notes",
						c.how, err, took, short(a.written.String()), "now", limit-time.Second)
				}
			})
		})
	}
}
