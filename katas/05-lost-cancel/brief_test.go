package lostcancel_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	lostcancel "example.com/leakproof/katas/05-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errGone  = fmt.Errorf("select note: %w", lostcancel.ErrNotFound)
	errOpen  = errors.New("store is down")
	errRead  = fmt.Errorf("connection reset: %w", io.ErrUnexpectedEOF)
	errWrite = errors.New("disk full")
)

// Restore 1: a context that Export makes for a note ends when that note is done.
func TestContextsDoNotPileUp(t *testing.T) {
	for kind, n := range kit.Sorted(map[string]note{"written": {text: "a"}, "not found": {openErr: errGone}}) {
		kit.Bubble(t, func(t *testing.T) {
			s, caller := newStore(slices.Repeat([]note{n}, 12)...), kit.NewProbe()
			most, at := 0, 0
			s.asking = func() {
				time.Sleep(time.Nanosecond) // until nothing moves any more
				if live := max(caller.Live(), s.live()); live > most {
					asked, _ := s.seen()
					most, at = live, len(asked)
				}
			}
			_ = lostcancel.NewService(s, limit).Export(caller, s.ids, &archive{})
			if most > 3 {
				t.Errorf("when the store was asked for note %d, %d contexts had been made and had not ended;\n"+
					"that of a note (here: %s) ends when the note is done (Restore 1)", at, most, kind)
			}
		})
	}
}

// Restore 2: when Export has returned, no context that it made is left.
func TestNothingStaysWithTheCaller(t *testing.T) {
	export(t, 0, note{text: "a"}).wantNothingLeft(t, "a note was written")
	export(t, 0, note{text: "a"}, note{}, note{text: "c"}).wantNothingLeft(t, "three notes were written")
}

// Restore 2: however it ended, also if the note was not written.
func TestNothingStaysAfterOtherEndings(t *testing.T) {
	export(t, 0, note{openErr: errOpen}).wantNothingLeft(t, "the note could not be opened")
	export(t, 0, note{openErr: errGone}).wantNothingLeft(t, "the note was not found")
	export(t, 0, note{answer: never}).wantNothingLeft(t, "the store did not answer")
	export(t, 0, note{readErr: errRead}).wantNothingLeft(t, "the note could not be read")
	export(t, 1, note{text: "aa"}).wantNothingLeft(t, "the archive was full")
}

// Keep 3: the notes are written byte for byte; those not found are left out.
func TestContentsAreWrittenByteForByte(t *testing.T) {
	film := note{text: strings.Repeat("a film, without a line break\x00\xff", 5000)}
	gone := note{openErr: errGone, answer: limit - time.Second}
	for _, all := range [][]note{nil, {{text: "a"}, {}, film}, {gone, film, gone, {text: "d"}, gone}} {
		r := export(t, 0, all...)
		if r.err != nil || r.wrote != texts(all) {
			t.Errorf("Export returned the error %v and had written %s;\n"+
				"want the contents of the notes that were found, %s (Keep 3)", r.err, short(r.wrote), short(texts(all)))
		}
	}
}

// Keep 3: the notes are asked for in the order of ids, one after another.
func TestNotesAreWrittenOneAfterAnother(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s, a := newStore(note{text: "a"}, note{text: "bb"}, note{text: "ccc"}), &archive{}
		ids := []string{"3", "1", "1", "2"}
		s.asking = func() {
			want := ""
			asked, open := s.seen()
			for _, id := range asked[:len(asked)-1] {
				want += s.notes[id].text
			}
			if got := a.text(); got != want || open > 0 {
				t.Errorf("when Export asked for the last of the notes %v, it had written %q and %d readers were open;\n"+
					"one after another means that those before are written, %q, and closed (Keep 3)", asked, got, open, want)
			}
		}
		err := lostcancel.NewService(s, limit).Export(context.Background(), ids, a)
		if asked, _ := s.seen(); !slices.Equal(asked, ids) {
			t.Errorf("Export of the notes %v asked the store for %v and returned the error %v;\n"+
				"each is asked for, in this order (Keep 3)", ids, asked, err)
		}
	})
}

// Keep 4: reading a note has no limit.
func TestReadingHasNoLimit(t *testing.T) {
	for _, n := range []note{{text: "a"}, {text: "a", pause: time.Hour}, {text: "a", pause: limit - time.Second, answer: limit - time.Second}} {
		r := export(t, 0, n, n)
		if r.err != nil || r.wrote != "aa" {
			t.Errorf("two notes whose bytes come after %v: Export returned the error %v after %v and had written %q;\n"+
				"the limit of %v is for the answer of Open. Reading has none (Keep 4)", n.pause, r.err, r.took, r.wrote, limit)
		}
	}
}

// Keep 4: the store has the limit to answer Open, for each note anew.
func TestTheLimitIsForTheAnswer(t *testing.T) {
	slow := note{text: "a", answer: limit - time.Second}
	for _, c := range []struct {
		name string
		all  []note
		late bool
		want time.Duration
	}{
		{"three answers take 59s", []note{slow, slow, slow}, false, 3 * (limit - time.Second)},
		{"two answers take 59s, and the third does not come", []note{slow, slow, {answer: never}}, true, 2*(limit-time.Second) + limit},
	} {
		r := export(t, 0, c.all...)
		if r.took != c.want || r.wrote != texts(c.all) || (r.err != nil) != c.late {
			t.Errorf("%s, the limit is %v: Export returned the error %v after %v and had written %q;\n"+
				"want an error: %t, after %v, and %q written (Keep 4)", c.name, limit, r.err, r.took, r.wrote, c.late, c.want, texts(c.all))
		}
	}
}

// Keep 5: any other failure ends the export, and errors.Is finds it.
func TestFailureEndsTheExport(t *testing.T) {
	wantFailure(t, "Open", note{openErr: errOpen}, errOpen)
	wantFailure(t, "a Read", note{readErr: errRead}, errRead)
	wantFailure(t, "a Read, after an hour,", note{text: "bb", pause: 30 * time.Minute, readErr: errRead}, errRead)
	wantFailure(t, "a Write", note{text: tooLong}, errWrite)
}

// Keep 5: also if its error wraps one that means something elsewhere.
func TestFailureThatWrapsAKnownError(t *testing.T) {
	missing := fmt.Errorf("open part 2: %w", lostcancel.ErrNotFound)
	busy := fmt.Errorf("no connection is free: %w", context.DeadlineExceeded)
	wantFailure(t, "Open", note{openErr: busy}, busy)
	wantFailure(t, "a Read", note{text: "bb", readErr: missing}, missing)
	wantFailure(t, "a Read", note{text: "bb", readErr: busy}, busy)
}

func wantFailure(t *testing.T, what string, second note, want error) {
	t.Helper()
	r := export(t, 10, note{text: "a"}, second, note{text: "c"})
	if len(r.asked) > 2 {
		t.Errorf("%s of the second note failed, and the store was asked for a third (Export returned: %v);\n"+
			"the export ends there (Keep 5)", what, r.err)
	} else if !errors.Is(r.err, want) {
		t.Errorf("%s of the second note failed with %q, and Export returned the error %v;\n"+
			"errors.Is must find in it what went wrong (Keep 5)", what, want, r.err)
	}
}

// Keep 6: when the caller's context ends, so does the export.
func TestCallerEndsTheExport(t *testing.T) {
	type key struct{}
	why := errors.New("the service stops") // a cause, which is not the error of the context
	for _, c := range []struct {
		when  string
		notes []note
		after time.Duration
	}{
		{"before the first note", []note{{text: "a", answer: time.Second}}, 0},
		{"in the second Open", []note{{text: "a"}, {answer: never}}, 30 * time.Second},
		{"in a Read, an hour later", []note{{openErr: errGone}, {text: "b", pause: never}}, time.Hour},
	} {
		for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
			kit.Bubble(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), key{}, "trace"))
				defer cancel(nil)
				if errors.Is(want, context.Canceled) {
					time.AfterFunc(c.after, func() { cancel(why) })
				} else {
					var done context.CancelFunc
					ctx, done = context.WithTimeoutCause(ctx, c.after, why)
					defer done()
				}
				if c.after == 0 {
					<-ctx.Done()
				}
				s, start := newStore(c.notes...), time.Now()
				err := lostcancel.NewService(s, limit).Export(ctx, s.ids, &archive{})
				if took := time.Since(start); !errors.Is(err, want) || took != c.after {
					t.Errorf("the caller's context ended %s, after %v, and Export returned the error %v after %v;\n"+
						"the export ends with it, and errors.Is finds %q (Keep 6)", c.when, c.after, err, took, want)
				}
				for _, given := range s.given {
					if given.Value(key{}) != "trace" {
						t.Error("the context that the store was given lacks a value of the caller's; it is derived from that one (Keep 6)")
					}
				}
			})
		}
	}
}
