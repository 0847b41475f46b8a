package stampede_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"go.uber.org/goleak"

	stampede "example.com/leakproof/katas/19-stampede"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var a = []string{"a"} // a note

// No bubble here: a right repair may hold a mutex while the renderer is at work,
// and that would stop the clock.

// Restore 1: calls for a note that is being drawn do not draw it again.
func TestANoteIsDrawnOnce(t *testing.T) {
	for _, first := range []int{1, 20} {
		r, s := open(t, "well")
		calls := ask(t, s, slices.Repeat(a, first)...)
		calls = append(calls, ask(t, s, slices.Repeat(a, 20)...)...)
		if begun, _ := r.seen("a"); begun != 1 {
			t.Fatalf("%d calls of Preview wait for the same note, and the renderer is drawing it %d times at once;\n"+
				"it works on a note at most once at a time (Restore 1)", len(calls), begun)
		}
		r.all("well")
		kit.Settle(t)
	}
}

// Restore 1: they wait for its preview, and return it.
func TestWhoWaitsGetsThePreview(t *testing.T) {
	r, s := open(t, "well")
	calls := ask(t, s, slices.Repeat(a, 20)...)
	begun, _ := r.seen("a")
	r.all("well")
	kit.Settle(t)
	if begun == 1 { // else it is the story of the test above
		wantDrawn(t, "Restore 1", "20 calls came for a note at the same moment, and it was drawn", calls...)
	}
}

// crowd has 20 calls wait for one drawing of note a. If they do not, which is the
// story of the tests above, it returns no calls.
func crowd(t *testing.T, ends string) (*renderer, *stampede.Service, []*call) {
	t.Helper()
	r, s := open(t, ends)
	calls := ask(t, s, slices.Repeat(a, 20)...)
	if begun, _ := r.seen("a"); begun != 1 || slices.ContainsFunc(calls, (*call).over) {
		return r, s, nil
	}
	return r, s, calls
}

// Restore 1: and they do not draw it afterwards.
func TestWhoWaitedDoesNotDraw(t *testing.T) {
	r, _, calls := crowd(t, "well")
	r.all("well")
	kit.Settle(t)
	if begun, _ := r.seen("a"); calls != nil && begun != 1 {
		t.Errorf("20 calls of Preview came for a note at the same moment, and it was drawn %d times, one after another;\n"+
			"calls that come meanwhile wait, and return that preview (Restore 1)", begun)
	}
}

// Restore 1: after a failure, not all who waited draw at once.
func TestAFailureStartsNoCrowd(t *testing.T) {
	r, _, calls := crowd(t, "fails")
	r.one()
	kit.Settle(t)
	if _, live := r.seen("a"); calls != nil && live > 1 {
		t.Errorf("20 calls of Preview waited for a note, and the renderer failed: now it's drawing that note %d times at once;\n"+
			"it works on a note at most once at a time (Restore 1)", live)
	}
}

// Restore 1: and while some of them wait for their turn, so do new calls.
func TestNewCallsWaitForThoseBefore(t *testing.T) {
	r, s, calls := crowd(t, "fails")
	r.one()
	kit.Settle(t)
	_, before := r.seen("a")
	ask(t, s, "a", "a")
	if _, live := r.seen("a"); calls != nil && before == 1 && live > 1 {
		t.Errorf("20 calls of Preview waited for a note, the renderer failed, and one of the others is trying again:\n"+
			"2 new calls came, and now it's drawing that note %d times at once (Restore 1)", live)
	}
}

// Keep 2: while one note is drawn, others are drawn as well, or are there already.
func TestNotesDoNotWaitForEachOther(t *testing.T) {
	r, s := open(t, "well")
	var ids []string
	for i := range 100 {
		ids = append(ids, fmt.Sprint("n", i))
	}
	calls := ask(t, s, ids...)
	for _, id := range ids {
		if _, live := r.seen(id); live != 1 {
			t.Fatalf("100 calls of Preview came for 100 notes at the same moment, and note %s is being drawn %d times:\n"+
				"no note waits for another one (Keep 2)", id, live)
		}
	}
	r.all("well")
	kit.Settle(t)
	wantDrawn(t, "Keep 2", "100 notes were drawn at the same time", calls...)
}

// Keep 2: the same for a preview that is kept.
func TestAKeptPreviewDoesNotWait(t *testing.T) {
	r, s := open(t, "well")
	first := ask(t, s, "kept")
	r.one()
	kit.Settle(t)
	if !first[0].over() || !ask(t, s, "kept")[0].over() {
		return // it is not kept: the story of the test below
	}
	ask(t, s, "slow", "slow")
	wantDrawn(t, "Keep 2", "note slow is being drawn, and the preview of note kept is there", ask(t, s, "kept")...)
}

// Keep 3: what has been drawn is not drawn again.
func TestPreviewsAreKept(t *testing.T) {
	r, s := open(t, "well")
	r.all("well")
	for range 3 {
		wantDrawn(t, "Keep 3", "nobody else was there", ask(t, s, "a")...)
		wantDrawn(t, "Keep 3", "nobody else was there", ask(t, s, "b")...)
	}
	if begun, _ := r.seen("a"); begun != 1 {
		t.Errorf("Preview was called 3 times for a note, one call after the other, and the note was drawn %d times;\n"+
			"a preview is kept (Keep 3)", begun)
	}
}

var badEnds = map[string]string{"fails": "Keep 4", "panics": "Keep 5"}

// ended has 20 calls wait for a drawing of note a, which then ends like that.
func ended(t *testing.T, ends string) (*renderer, *stampede.Service, []*call) {
	t.Helper()
	r, s, calls := crowd(t, ends)
	r.all(ends)
	kit.Settle(t)
	return r, s, calls
}

// Keep 4 and 5: the wait ends, however the drawing does.
func TestNobodyWaitsForever(t *testing.T) {
	for ends, clause := range kit.Sorted(badEnds) {
		_, _, calls := ended(t, ends)
		for _, c := range calls {
			if !c.over() {
				t.Fatalf("the renderer %s, and a call of Preview that waited for that note %s;\n"+
					"the wait ends when the drawing does (%s)", ends, c, clause)
			}
		}
	}
}

// Keep 4 and 5: a later call draws the note again.
func TestAFailureIsNotKept(t *testing.T) {
	for ends, clause := range kit.Sorted(badEnds) {
		r, s, calls := ended(t, ends)
		r.all("well")
		if calls != nil && !slices.ContainsFunc(calls, func(c *call) bool { return !c.over() }) {
			when := fmt.Sprintf("the renderer %s, all who waited returned, and now it would go well", ends)
			wantDrawn(t, clause, when, ask(t, s, "a")...)
		}
	}
}

// Keep 4 and 5: and whoever waited learns that there is no preview.
func TestWhoWaitedLearnsOfAFailure(t *testing.T) {
	for ends, clause := range kit.Sorted(badEnds) {
		_, _, calls := ended(t, ends)
		for _, c := range calls {
			if c.over() && !errors.Is(c.err, errBoom) && (ends == "fails" || c.err == nil && c.panics == nil) {
				t.Fatalf("the renderer %s, and a call of Preview that waited for that note %s;\n"+
					"whoever waited learns of it, by the renderer's error if there is one (%s)", ends, c, clause)
			}
		}
	}
}
