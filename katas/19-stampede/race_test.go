package stampede_test

import (
	"runtime"
	"strings"
	"testing"

	stampede "example.com/leakproof/katas/19-stampede"
	"example.com/leakproof/katas/internal/kit"
)

// Calls at the same time share nothing that could race, whether the preview is
// there or not.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "Preview was called at the same time", 40, func(meet *kit.Barrier) []func() {
		s := stampede.NewService(quick(meet.Pair))
		return kit.Crowd(meet, 8, 24, func(n int) { _, _ = s.Preview("abc"[n%3:][:1]) })
	})
}

// A quick renderer lets others go on, and fails now and then.
type quick func()

func (goOn quick) Render(id string) (string, error) {
	goOn()
	if id == "c" {
		return "", errBoom
	}
	return drawn(id), nil
}

// Restore 1: to look whether a note is being drawn, and to write down that it is
// from now on, is one step.
//
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
		for range 20 {
			long = long[1:]
			ids = append(ids, long, long)
		}
		ask(t, s, ids...)
		for _, id := range ids {
			if _, live := r.seen(id); live > 1 {
				t.Fatalf("2 calls of Preview came for a note at the same moment, while the service was busy,\n"+
					"and the renderer is drawing it %d times at once (Restore 1)", live)
			}
		}
	}
}
