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

func TestNothingStaysWithTheCaller(t *testing.T) {
	export(t, note{text: "a"}).wantNothingLeft(t, "a note was written")
	export(t, note{text: "a"}, note{}, note{text: "c"}).wantNothingLeft(t, "three notes were written")
}

func TestNothingStaysAfterOtherEndings(t *testing.T) {
	export(t, note{openErr: errOpen}).wantNothingLeft(t, "the note could not be opened")
	export(t, note{openErr: errGone}).wantNothingLeft(t, "the note was not found")
	export(t, note{answer: never}).wantNothingLeft(t, "the store did not answer")
	export(t, note{readErr: errRead}).wantNothingLeft(t, "the note could not be read")
	export(t, note{text: tooLong}).wantNothingLeft(t, "the note could not be written")
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

func TestReadingHasNoLimit(t *testing.T) {
	film := note{text: "a", pause: time.Hour}
	r := export(t, film, film)
	if r.err != nil && r.took >= limit { // a failure before that has another reason
		t.Errorf("a note takes an hour to read: Export returned the error %v after %v;\n"+
			"the limit of %v is for the answer of Open. Reading has none (Keep 4)", r.err, r.took, limit)
	}
}

func TestTheLimitIsForTheAnswer(t *testing.T) {
	slow := note{openErr: errGone, answer: limit - time.Second}
	r := export(t, slow, slow, note{answer: never})
	if want := 2*slow.answer + limit; r.err == nil || r.took != want {
		t.Errorf("two answers of the store take %v each, and the third does not come: Export returned the error %v after %v;\n"+
			"each answer may take up to %v, so want an error after %v (Keep 4)", slow.answer, r.err, r.took, limit, want)
	}
}

func TestFailureEndsTheExport(t *testing.T) {
	wantFailure(t, "Open", note{openErr: errOpen}, errOpen)
	wantFailure(t, "a Read", note{text: "bb", readErr: errRead}, errRead)
	wantFailure(t, "a Write", note{text: tooLong}, errWrite)
}

// A failure may wrap an error that means something elsewhere.
func TestFailureThatWrapsAKnownError(t *testing.T) {
	missing := fmt.Errorf("open part 2: %w", lostcancel.ErrNotFound)
	busy := fmt.Errorf("no connection is free: %w", context.DeadlineExceeded)
	wantFailure(t, "a Read", note{text: "bb", readErr: missing}, missing)
	wantFailure(t, "Open", note{openErr: busy}, busy)
}

func wantFailure(t *testing.T, what string, second note, want error) {
	t.Helper()
	r := export(t, note{text: "a"}, second, note{text: "c"})
	if r.wrote == "" && errors.Is(r.err, context.Canceled) {
		return // not even the first note was read: TestContentsAreWrittenByteForByte speaks of that
	}
	if r.asked > 2 {
		t.Errorf("%s of the second note failed with %q, and the store was asked for a third (Export returned: %v);\n"+
			"a failure ends the export (Keep 5)", what, want, r.err)
	} else if !errors.Is(r.err, want) {
		t.Errorf("%s of the second note failed with %q, and Export returned the error %v;\n"+
			"errors.Is must find in it what went wrong (Keep 5)", what, want, r.err)
	}
}

// Keep 5, fine print: the store may answer just as its context ends. A reader
// that it has answered with is closed.
func TestAnAnswerThatComesTooLateIsClosed(t *testing.T) {
	if r := export(t, note{answer: never, crosses: true}); r.open > 0 {
		t.Errorf("the limit ended as the store answered: Open returned a reader, and nobody has closed it (Keep 5).\n"+
			"Export returned the error %v", r.err)
	}
}

func TestCallerEndsTheExport(t *testing.T) {
	why := errors.New("the service stops") // a cause, which is not the error of the context
	for _, c := range []struct {
		when            string
		second          note
		leaves, timeout time.Duration
		want            error
	}{
		{"had ended before the first note", note{}, 0, never, context.Canceled},
		{"was cancelled in the second Open", note{answer: never}, limit / 2, never, context.Canceled},
		{"ran out in a Read", note{pause: never}, never, limit / 2, context.DeadlineExceeded},
	} {
		kit.Bubble(t, func(t *testing.T) {
			ctx, stop := context.WithTimeoutCause(context.Background(), c.timeout, why)
			defer stop()
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(c.leaves, func() { cancel(why) })
			if c.leaves == 0 {
				<-ctx.Done()
			}
			s, start := newStore(note{openErr: errGone}, c.second), time.Now()
			err := lostcancel.NewService(s, limit).Export(ctx, s.ids, io.Discard)
			if took, want := time.Since(start), min(c.leaves, c.timeout); took != want || !errors.Is(err, c.want) {
				t.Errorf("the caller's context %s, after %v, and Export returned the error %v after %v;\n"+
					"the export ends with it, and errors.Is finds %q (Keep 6)", c.when, want, err, took, c.want)
			}
		})
	}
}
