package stampede_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	stampede "example.com/leakproof/katas/19-stampede"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// No bubble here: a right repair may hold a mutex while the renderer is at work,
// and that would stop the clock.

// Restore 1.
func TestANoteIsDrawnOnce(t *testing.T) { crowd(t, all, "went well") }

// crowd has 20 calls come for note a, and then lets up to n drawings end like that.
func crowd(t *testing.T, n int, ends string) (*renderer, *stampede.Service, []*call) {
	t.Helper()
	r, s := open(t)
	calls := ask(t, s, slices.Repeat([]string{"a"}, 20)...)
	r.wantOneAtATime(t, "20 calls of Preview came for a note at the same moment")
	r.end(t, n, ends)
	return r, s, calls
}

func TestWhoWaitsGetsThePreview(t *testing.T) {
	_, _, calls := crowd(t, all, "went well")
	wantDrawn(t, "Restore 1", "20 calls came for a note at the same moment, and it was drawn", calls...)
}

func TestWhoWaitedDoesNotDraw(t *testing.T) {
	r, _, _ := crowd(t, all, "went well")
	r.wantOnce(t, "20 calls of Preview came for a note at the same moment",
		"calls that come meanwhile wait, and return that preview (Restore 1)", "a")
}

func TestAFailureStartsNoCrowd(t *testing.T) {
	r, s, _ := crowd(t, 1, "failed")
	r.wantOneAtATime(t, "20 calls of Preview waited for a note, and the renderer failed")
	ask(t, s, "a", "a")
	r.wantOneAtATime(t, "20 calls of Preview waited for a note, the renderer failed, 2 more calls came")
}

// Goroutines that have waited for a mutex for a millisecond get it in the order in
// which they came, and ids as long as these take that long to look up. So of calls
// that look under the mutex and take it again to write, all look before one writes.
func TestLookingAndBeginningAreOneStep(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	r, s := open(t)
	ask(t, s, strings.Split("abcdefghij", "")...) // a small map reads no long id
	r.end(t, all, "went well")
	long := strings.Repeat("n", 2<<20)
	for range 3 { // once may not be enough on a machine with other work
		var ids []string
		for ; len(ids) < 40; long = long[1:] {
			ids = append(ids, long, long)
		}
		ask(t, s, ids...)
		r.wantOneAtATime(t, "2 calls of Preview came for a note at the same moment, while the service was busy")
	}
}

// Keep 2.
func TestNotesDoNotWaitForEachOther(t *testing.T) {
	r, s := open(t)
	var ids []string
	for n := range 100 {
		ids = append(ids, fmt.Sprint("n", n))
	}
	ask(t, s, ids...)
	r.wantOnce(t, "Preview was called for 100 notes at the same moment", "no note waits for another one (Keep 2)", ids...)
}

// Keep 3.
func TestPreviewsAreKept(t *testing.T) {
	r, s := open(t)
	for range 3 {
		calls := ask(t, s, "a", blank)
		r.end(t, all, "went well")
		wantDrawn(t, "Keep 3", "the renderer had done its work", calls...)
	}
	r.wantOnce(t, "Preview was called 3 times for a note, one call after the other", "a preview is kept (Keep 3)", "a")
	r.wantOnce(t, "Preview was called 3 times for an empty note", "an empty preview is kept as well (Keep 3)", blank)
}

// Keep 4 and 5, by how the drawing ends.
var badEnds = map[string]string{"failed": "Keep 4", "panicked": "Keep 5"}

func TestNobodyWaitsForever(t *testing.T) {
	for ends, clause := range kit.Sorted(badEnds) {
		_, _, calls := crowd(t, all, ends)
		for _, c := range calls {
			if !c.over.Load() {
				t.Fatalf("the renderer %s, and a call of Preview that waited for that note %s;\n"+
					"the wait ends when the drawing does (%s)", ends, c, clause)
			}
		}
	}
}

func TestAFailureIsNotKept(t *testing.T) {
	for ends, clause := range kit.Sorted(badEnds) {
		r, s, _ := crowd(t, all, ends)
		later := ask(t, s, "a")
		r.end(t, all, "went well")
		wantDrawn(t, clause, fmt.Sprintf("the renderer %s, and a later call would go well", ends), later...)
	}
}

func TestWhoWaitedLearnsOfAFailure(t *testing.T) {
	for ends, clause := range kit.Sorted(badEnds) {
		_, _, calls := crowd(t, all, ends)
		for _, c := range calls {
			if c.over.Load() && (c.err == nil || ends == "failed" && !errors.Is(c.err, errBoom)) {
				t.Fatalf("the renderer %s, and a call of Preview that waited for that note %s;\n"+
					"whoever waited learns of it, by the renderer's error if there is one (%s)", ends, c, clause)
			}
		}
	}
}

func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "Preview was called at the same time", 40, func(meet *kit.Barrier) []func() {
		s := stampede.NewService(quick(meet.Pair))
		return kit.Crowd(meet, 8, 24, func(n int) { _, _ = s.Preview("abc"[n%3:][:1]) })
	})
}
