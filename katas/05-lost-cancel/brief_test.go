package lostcancel_test

import (
	"cmp"
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
	errGone = fmt.Errorf("select note: %w", lostcancel.ErrNotFound)
	errOpen = errors.New("store is down")
	errRead = fmt.Errorf("connection reset: %w", io.ErrUnexpectedEOF)
)

// Restore 2.
func TestNothingStaysWithTheCaller(t *testing.T) {
	export(t, note{text: "a"}, note{}, note{text: "c"}).wantNothingLeft(t, "three notes were written")
}

func TestNothingStaysAfterOtherEndings(t *testing.T) {
	export(t, note{openErr: errOpen}).wantNothingLeft(t, "the note could not be opened")
	export(t, note{openErr: errGone}).wantNothingLeft(t, "the note was not found")
	export(t, note{answer: never}).wantNothingLeft(t, "the store did not answer")
	export(t, note{readErr: errRead}).wantNothingLeft(t, "the note could not be read")
}

// Restore 1: a context that Export makes for a note ends when that note is done,
// and not with the export. Those that never end are for the tests above.
func TestContextsDoNotPileUp(t *testing.T) {
	written, gone := note{text: "a", answer: time.Second}, note{openErr: errGone, answer: time.Second}
	r := export(t, slices.Repeat([]note{written, gone}, 6)...)
	if r.most > 3 && r.left == 0 {
		t.Errorf("while 12 notes were exported, up to %d contexts that Export had made were there at a time;\n"+
			"that of a note ends when the note is done. These all ended, but later (Restore 1)", r.most)
	}
}

// Keep 3: the notes are written in order, byte for byte; those not found are
// left out.
func TestContentsAreWrittenByteForByte(t *testing.T) {
	film := strings.Repeat("a film, without a line break\x00\xff", 5000)
	gone := note{openErr: errGone, answer: limit - time.Second}
	r := export(t, gone, note{text: "a"}, note{}, gone, note{text: film}, gone)
	if want := "a" + film; r.err != nil || r.wrote != want {
		t.Errorf("Export returned the error %v and had written %d bytes, %.40q;\n"+
			"want the contents of the notes that were found, %d bytes, %.40q (Keep 3)", r.err, len(r.wrote), r.wrote, len(want), want)
	}
}

// Keep 4: reading a note has no limit.
func TestReadingHasNoLimit(t *testing.T) {
	film := note{text: "a", pause: time.Hour}
	r := export(t, film, film)
	if r.err != nil && r.took >= limit { // a failure before that has another reason
		t.Errorf("a note takes an hour to read, and Export returned after %v: %v;\n"+
			"the limit of %v is for the answer of Open. Reading has none (Keep 4)", r.took, r.err, limit)
	}
}

// Keep 4: each Open has the whole limit.
func TestTheLimitIsForTheAnswer(t *testing.T) {
	slow := note{openErr: errGone, answer: limit - time.Second}
	r := export(t, slow, slow, note{answer: never})
	if want := 2*slow.answer + limit; r.err == nil || r.took != want {
		t.Errorf("two answers of the store take %v each, and the third does not come. Export returned after %v: %v;\n"+
			"each answer may take up to %v, so want an error after %v (Keep 4)", slow.answer, r.took, r.err, limit, want)
	}
}

// Keep 5: a failure ends the export.
func TestFailureEndsTheExport(t *testing.T) {
	wantFailure(t, "Open", note{openErr: errOpen})
	wantFailure(t, "a Read", note{text: "bb", readErr: errRead})
}

// Keep 5: not found is what Open says, and only there.
func TestFailureThatWrapsNotFound(t *testing.T) {
	wantFailure(t, "a Read", note{text: "bb", readErr: errGone})
}

func wantFailure(t *testing.T, what string, second note) {
	t.Helper()
	if r := export(t, note{text: "a"}, second, note{text: "c"}); r.asked > 2 || r.err == nil {
		t.Errorf("%s of the second note failed with %q, and the store was asked for %d notes of 3 (Export returned: %v);\n"+
			"a failure ends the export (Keep 5)", what, cmp.Or(second.openErr, second.readErr), r.asked, r.err)
	}
}

// Keep 5 and 6: errors.Is finds what went wrong.
func TestWhatWentWrongCanBeFound(t *testing.T) {
	if r := export(t, note{openErr: errOpen}); r.err != nil && !errors.Is(r.err, errOpen) {
		t.Errorf("Open failed with %q, and Export returned the error %v;\nerrors.Is must find in it what went wrong (Keep 5)", errOpen, r.err)
	}
	for during, first := range kit.Sorted(whenTheCallerEnds) {
		if took, err := endCaller(t, first); took == limit/2 && err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the caller's context was cancelled during %s. Export returned the error %v;\n"+
				"errors.Is must find %q in it (Keep 6)", during, err, context.Canceled)
		}
	}
}

// Keep 5: every reader is closed, also one that comes as the limit runs out.
func TestALateReaderIsClosed(t *testing.T) {
	export(t, note{answer: never, late: true}).wantNothingLeft(t, "the limit ran out just as the store answered with a reader")
}

// Keep 6: the export ends with the caller's context.
func TestCallerEndsTheExport(t *testing.T) {
	for during, first := range kit.Sorted(whenTheCallerEnds) {
		took, err := endCaller(t, first)
		if took == 0 && errors.Is(err, context.Canceled) {
			continue // nothing can be read at all: TestContentsAreWrittenByteForByte speaks of that
		}
		if took != limit/2 || err == nil {
			t.Errorf("the caller's context was cancelled after %v, during %s. Export returned after %v: %v;\n"+
				"the export ends with that context (Keep 6)", limit/2, during, took, err)
		}
	}
}

// whenTheCallerEnds is what the store does when the caller's context ends.
var whenTheCallerEnds = map[string]note{
	"an Open":                    {answer: never},
	"an Open that found nothing": {answer: never, late: true, openErr: errGone},
	"a Read":                     {pause: never},
}

// endCaller ends the caller's context after half a limit.
func endCaller(t *testing.T, first note) (took time.Duration, err error) {
	kit.Bubble(t, func(*testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(limit/2, func() { cancel(errors.New("the service stops")) })
		s, start := newStore(first, note{}), time.Now()
		err = lostcancel.NewService(s, limit).Export(ctx, s.ids, io.Discard)
		took = time.Since(start)
	})
	return took, err
}

// A shelf is a store that lets others go on, and remembers nothing: a lock
// around that would order the calls.
type shelf struct{ meet *kit.Barrier }

func (s shelf) Open(_ context.Context, id string) (io.ReadCloser, error) {
	s.meet.Pair()
	if id == "none" {
		return nil, lostcancel.ErrNotFound
	}
	return io.NopCloser(strings.NewReader("milk")), nil
}

// Exports at the same time share nothing that could race.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "calls of one service were made at the same time", 80, func(meet *kit.Barrier) []func() {
		s := lostcancel.NewService(shelf{meet}, time.Hour)
		return kit.Crowd(meet, 8, 24, func(n int) { _ = s.Export(t.Context(), []string{"1", "none"}, io.Discard) })
	})
}
