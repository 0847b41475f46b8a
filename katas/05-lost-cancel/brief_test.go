package lostcancel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/05-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 1: a context that Export makes for a note ends when that note is done.
func TestContextsDoNotPileUp(t *testing.T) {
	for _, c := range []struct {
		kind string
		note note
	}{
		{"written", note{text: "a"}},
		{"empty", note{}},
		{"not found", note{openErr: errGone}},
		{"slow to be opened", note{text: "a", answer: limit - time.Second}},
	} {
		t.Run(c.kind, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, caller := newStore(slices.Repeat([]note{c.note}, 12)...), kit.NewProbe()
				most, at := 0, 0
				s.asking = func() {
					time.Sleep(time.Nanosecond) // until nothing moves any more
					if live := max(caller.Live(), s.live()); live > most {
						asked, _ := s.seen()
						most, at = live, len(asked)
					}
				}
				_, _ = export(caller, s, &archive{})
				if most > 3 {
					t.Errorf("when the store was asked for note %d, %d contexts had been made and had not ended;\n"+
						"that of a note (here: %s) ends when the note is done (Restore 1)", at, most, c.kind)
				}
			})
		})
	}
}

// An ending is how an export came to its end.
type ending struct {
	how   string
	notes []note
	room  int // of the archive
}

var goodEndings = []ending{
	{how: "the note was written", notes: []note{{text: "a"}}},
	{how: "the note was empty", notes: []note{{}}},
	{how: "reading took an hour", notes: []note{{text: "a", pause: time.Hour}}},
	{how: "three notes were written", notes: []note{{text: "a"}, {}, {text: "c"}}},
	{how: "there were no notes"},
}

var otherEndings = []ending{
	{how: "the note could not be opened", notes: []note{{openErr: errOpen}}},
	{how: "the note was not found", notes: []note{{openErr: errGone}}},
	{how: "the store did not answer", notes: []note{{answer: never}}},
	{how: "the note could not be read", notes: []note{{readErr: errRead}}},
	{how: "the archive was full", notes: []note{{text: "aa"}}, room: 1},
}

// Restore 2: when Export has returned, no context that it made is left.
func TestNothingStaysWithTheCaller(t *testing.T) { nothingStays(t, goodEndings) }

// Restore 2: however it ended, also if the note was not written.
func TestNothingStaysAfterOtherEndings(t *testing.T) { nothingStays(t, otherEndings) }

func nothingStays(t *testing.T, endings []ending) {
	for _, e := range endings {
		t.Run(e.how, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, caller := newStore(e.notes...), kit.NewProbe()
				_, _ = export(caller, s, &archive{room: e.room})
				wantNothingLeft(t, s, caller, e.how)
			})
		})
	}
}

// wantNothingLeft looks when Export has returned and its caller goes on.
func wantNothingLeft(t *testing.T, s *store, caller *kit.Probe, how string) {
	t.Helper()
	time.Sleep(time.Nanosecond) // until nothing moves any more
	derived, given := caller.Live(), s.live()
	if derived > 0 || given > 0 {
		t.Errorf("Export has returned (%s): %d contexts or functions (of context.AfterFunc) are still with the caller's context,\n"+
			"and %d contexts that the store was given have not ended. The caller's goes on for weeks, and keeps them (Restore 2)", how, derived, given)
	}
	if _, open := s.seen(); open > 0 {
		t.Errorf("Export has returned (%s), and the readers of %d notes have not been closed (Keep 5)", how, open)
	}
}

// Keep 3: the notes are written byte for byte; those not found are left out.
func TestContentsAreWrittenByteForByte(t *testing.T) {
	film := strings.Repeat("a film, without a line break\x00\xff", 5000)
	bare := note{openErr: lostcancel.ErrNotFound}
	gone := note{openErr: errGone, answer: limit - time.Second}
	for _, c := range []struct {
		name string
		all  []note
	}{
		{"no notes", nil},
		{"an empty note", []note{{text: "a"}, {}, {text: "c"}}},
		{"long notes", []note{{text: film}, {text: "b"}, {text: film}}},
		{"the first and the last are gone", []note{bare, {text: "b"}, bare}},
		{"an error that wraps ErrNotFound", []note{gone, {text: "b"}, gone, {text: "d"}, gone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(c.all...), &archive{}
				err, _ := export(context.Background(), s, a)
				if got, want := a.written.String(), texts(c.all); err != nil || got != want {
					t.Errorf("Export returned the error %v and had written %s;\n"+
						"want the contents of the notes that were found, %s (Keep 3)", err, short(got), short(want))
				}
			})
		})
	}
}

// Keep 3: the notes are asked for in the order of ids, one after another.
func TestNotesAreWrittenOneAfterAnother(t *testing.T) {
	for _, ids := range [][]string{{"3", "1", "2"}, {"2", "2", "1", "2"}} {
		t.Run(strings.Join(ids, " "), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(note{text: "a"}, note{text: "bb"}, note{text: "ccc"}), &archive{}
				s.ids = ids
				s.asking = func() {
					asked, open := s.seen()
					var want string
					for _, id := range asked[:len(asked)-1] {
						want += s.notes[id].text
					}
					if got := a.written.String(); got != want || open > 0 {
						t.Errorf("when Export asked for the last of the notes %v, it had written %s and %d readers were open;\n"+
							"want what was in those before, %s, and no reader (fine print)", asked, short(got), open, short(want))
					}
				}
				err, _ := export(context.Background(), s, a)
				if asked, _ := s.seen(); !slices.Equal(asked, ids) {
					t.Errorf("Export of the notes %v asked the store for %v and returned the error %v;\n"+
						"each is asked for, in this order (Keep 3)", ids, asked, err)
				}
			})
		})
	}
}

// Keep 4: the store has the limit to answer Open, for each note anew.
func TestTheLimitIsForTheAnswer(t *testing.T) {
	slow := note{text: "a", answer: limit - time.Second}
	for _, c := range []struct {
		name string
		all  []note
		want time.Duration
	}{
		{"the first answer does not come", []note{{answer: never}}, limit},
		{"the answer behind an hour of reading does not come", []note{{text: "a", pause: 30 * time.Minute}, {answer: never}}, time.Hour + limit},
		{"three answers take 59s", []note{slow, slow, slow}, 3 * (limit - time.Second)},
		{"two answers take 59s, and the third does not come", []note{slow, slow, {answer: never}}, 2*(limit-time.Second) + limit},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(c.all...), &archive{}
				err, took := export(context.Background(), s, a)
				late := c.all[len(c.all)-1].answer == never
				if got, want := a.written.String(), texts(c.all); took != c.want || got != want || (err != nil) != late {
					t.Errorf("%s, the limit is %v: Export returned the error %v after %v and had written %s;\n"+
						"want an error: %t, after %v, and %s written (Keep 4)", c.name, limit, err, took, short(got), late, c.want, short(want))
				}
			})
		})
	}
}

// Keep 4: reading a note has no limit.
func TestReadingHasNoLimit(t *testing.T) {
	for _, c := range []struct {
		name  string
		notes []note
	}{
		{"the bytes come at once", []note{{text: "a"}, {text: "b"}}},
		{"the first byte comes after an hour", slices.Repeat([]note{{text: "a", pause: time.Hour}}, 3)},
		{"it took the store 59s to answer Open", []note{{text: "a", pause: limit - time.Second, answer: limit - time.Second}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(c.notes...), &archive{}
				err, took := export(context.Background(), s, a)
				if want := texts(c.notes); err != nil || a.written.String() != want {
					t.Errorf("Export returned the error %v after %v and had written %s, of %s;\n"+
						"the limit of %v is for the answer of Open, and a note is read under the context of its Open (Keep 4)",
						err, took, short(a.written.String()), short(want), limit)
				}
			})
		})
	}
}

// Keep 5: any other failure ends the export, and errors.Is finds it.
func TestFailureEndsTheExport(t *testing.T) {
	for _, f := range []struct {
		name   string
		second note // of three
		room   int
		want   error
	}{
		{"Open", note{openErr: errOpen}, 0, errOpen},
		{"Open, after 59s,", note{openErr: errOpen, answer: limit - time.Second}, 0, errOpen},
		{"a Read", note{readErr: errRead}, 0, errRead},
		{"a Read, after an hour,", note{text: "bb", pause: 30 * time.Minute, readErr: errRead}, 0, errRead},
		{"a Write", note{text: "bb"}, len("a") + 1, errWrite},
	} {
		t.Run(f.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(note{text: "a"}, f.second, note{text: "c"}), &archive{room: f.room}
				err, _ := export(context.Background(), s, a)
				if asked, _ := s.seen(); len(asked) > 2 {
					t.Errorf("%s of the second of the notes %v failed, and the store was asked for %v (Export returned: %v);\n"+
						"the export ends there (Keep 5)", f.name, s.ids, asked, err)
				} else if !errors.Is(err, f.want) {
					t.Errorf("%s of the second note failed with %q, and Export returned the error %v;\n"+
						"errors.Is must find in it what went wrong (Keep 5)", f.name, f.want, err)
				}
			})
		})
	}
}

// Keep 6: when the caller's context ends, so does the export.
func TestCallerEndsTheExport(t *testing.T) {
	type key struct{}
	for _, w := range []struct {
		when  string
		notes []note
		after time.Duration
	}{
		{"before the first note", []note{{text: "a", answer: time.Second}}, 0},
		{"in the second Open", []note{{text: "a"}, {answer: never}}, 30 * time.Second},
		{"in a Read, an hour later", []note{{openErr: errGone}, {text: "b", pause: never}}, time.Hour},
	} {
		for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
			t.Run(fmt.Sprintf("%s: %v", w.when, want), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					why := errors.New("the service stops")
					ctx, done := context.WithTimeoutCause(context.WithValue(context.Background(), key{}, "trace"), w.after, why)
					defer done()
					if errors.Is(want, context.Canceled) {
						var cancel context.CancelCauseFunc
						ctx, cancel = context.WithCancelCause(context.WithoutCancel(ctx))
						time.AfterFunc(w.after, func() { cancel(why) })
					}
					if w.after == 0 {
						<-ctx.Done()
					}
					s := newStore(w.notes...)
					err, took := export(ctx, s, &archive{})
					if !errors.Is(err, want) || took != w.after {
						t.Errorf("the caller's context ended after %v (%q), Export returned the error %v after %v;\n"+
							"the export ends with it, and errors.Is finds the error of that context (Keep 6)", w.after, want, err, took)
					}
					for _, given := range s.contexts() {
						if given.Value(key{}) != "trace" {
							t.Error("the context that the store was given lacks a value of the caller's; it is derived from that one (Keep 6)")
						}
					}
				})
			})
		}
	}
}
