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

// No bubble here: a right repair may hold a mutex while the renderer is at work,
// and that would stop the clock.

// Restore 1: calls for a note that is being drawn do not draw it again.
func TestANoteIsDrawnOnce(t *testing.T) {
	r, s := open(t)
	ask(t, s, twenty...)
	r.wantOneAtATime(t, "20 calls of Preview came for a note at the same moment")
}

var twenty = slices.Repeat([]string{"a"}, 20)

// crowd has 20 calls wait for one drawing of note a, and fails t unless they do.
func crowd(t *testing.T) (*renderer, *stampede.Service, []*call) {
	t.Helper()
	r, s := open(t)
	calls := ask(t, s, twenty...)
	r.wantOneAtATime(t, "20 calls of Preview came for a note at the same moment")
	for _, c := range calls {
		if c.over.Load() {
			t.Fatalf("20 calls of Preview came for a note at the same moment, and before it was drawn, one of them %s;\n"+
				"calls that come meanwhile wait, and return its preview (Restore 1)", c)
		}
	}
	return r, s, calls
}

// Restore 1: they wait for its preview, and return it.
func TestWhoWaitsGetsThePreview(t *testing.T) {
	r, _, calls := crowd(t)
	r.end(t, all, "went well")
	wantDrawn(t, "Restore 1", "20 calls came for a note at the same moment, and it was drawn", calls...)
}

// Restore 1: and they do not draw it afterwards.
func TestWhoWaitedDoesNotDraw(t *testing.T) {
	r, _, _ := crowd(t)
	r.end(t, all, "went well")
	if begun, _ := r.seen("a"); begun != 1 {
		t.Errorf("20 calls of Preview came for a note at the same moment, and it was drawn %d times, one after another;\n"+
			"calls that come meanwhile wait, and return that preview (Restore 1)", begun)
	}
}

// Restore 1: after a failure, not all who waited draw at once.
func TestAFailureStartsNoCrowd(t *testing.T) { failedCrowd(t) }

// failedCrowd has a crowd wait for a drawing that fails, and fails t if they then draw
// at once.
func failedCrowd(t *testing.T) (*renderer, *stampede.Service) {
	t.Helper()
	r, s, _ := crowd(t)
	r.end(t, 1, "failed")
	r.wantOneAtATime(t, "20 calls of Preview waited for a note, and the renderer failed")
	return r, s
}

// Restore 1: and while one of them tries again, new calls wait, too.
func TestNewCallsWaitForThoseBefore(t *testing.T) {
	r, s := failedCrowd(t)
	ask(t, s, "a", "a")
	r.wantOneAtATime(t, "20 calls of Preview waited for a note, the renderer failed, 2 more calls came")
}

// Keep 2: while a note is drawn, others are drawn as well.
func TestNotesDoNotWaitForEachOther(t *testing.T) {
	r, s := open(t)
	var ids []string
	for i := range 100 {
		ids = append(ids, fmt.Sprint("n", i))
	}
	ask(t, s, ids...)
	for _, id := range ids {
		if _, live := r.seen(id); live != 1 {
			t.Fatalf("100 calls of Preview came for 100 notes at the same moment, and note %s is being drawn %d times:\n"+
				"no note waits for another one (Keep 2)", id, live)
		}
	}
}

// Keep 3: what has been drawn is not drawn again.
func TestPreviewsAreKept(t *testing.T) { wantKept(t, "a", "a preview is kept") }

func TestAnEmptyPreviewIsKept(t *testing.T) {
	wantKept(t, blank, "an empty preview is kept like the one of TestPreviewsAreKept")
}

func wantKept(t *testing.T, id, rule string) {
	t.Helper()
	r, s := open(t)
	for range 3 {
		calls := ask(t, s, id, "b")
		r.end(t, all, "went well")
		wantDrawn(t, "Keep 3", "the renderer had done its work", calls...)
	}
	if begun, _ := r.seen(id); begun != 1 {
		t.Errorf("Preview was called 3 times for a note, one call after the other, and it was drawn %d times;\n%s (Keep 3)", begun, rule)
	}
}

var badEnds = map[string]string{"failed": "Keep 4", "panicked": "Keep 5"}

// Keep 4 and 5: the wait ends, however the drawing does.
func TestNobodyWaitsForever(t *testing.T) {
	for ends := range kit.Sorted(badEnds) {
		ended(t, ends)
	}
}

// ended has 20 calls wait for a drawing that ends like that, and fails t unless
// all of them return.
func ended(t *testing.T, ends string) (*renderer, *stampede.Service, []*call) {
	t.Helper()
	r, s, calls := crowd(t)
	r.end(t, all, ends)
	for _, c := range calls {
		if !c.over.Load() {
			t.Fatalf("the renderer %s, and a call of Preview that waited for that note %s;\n"+
				"the wait ends when the drawing does (%s)", ends, c, badEnds[ends])
		}
	}
	return r, s, calls
}

// Keep 4 and 5: a later call draws the note again.
func TestAFailureIsNotKept(t *testing.T) {
	for ends, clause := range kit.Sorted(badEnds) {
		r, s, _ := ended(t, ends)
		later := ask(t, s, "a")
		r.end(t, all, "went well")
		wantDrawn(t, clause, fmt.Sprintf("the renderer %s, and a later call would go well", ends), later...)
	}
}

// Keep 4 and 5: and whoever waited learns that there is no preview.
func TestWhoWaitedLearnsOfAFailure(t *testing.T) {
	for ends, clause := range kit.Sorted(badEnds) {
		_, _, calls := ended(t, ends)
		for _, c := range calls {
			if c.err == nil || ends == "failed" && !errors.Is(c.err, errBoom) {
				t.Fatalf("the renderer %s, and a call of Preview that waited for that note %s;\n"+
					"whoever waited learns of it, by the renderer's error if there is one (%s)", ends, c, clause)
			}
		}
	}
}
