package stampede_test

import (
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// Restore 1: to look whether a note is being drawn, and to write down that it is
// from now on, is one step.
//
// Goroutines that have waited for a mutex for a millisecond get it in the order in
// which they came. So here eight of them look for a preview again and again, by an
// id so long that each look takes a millisecond. Of five calls that look under the
// mutex and take it once more to write, all look before the first one writes.
func TestLookingAndBeginningAreOneStep(t *testing.T) {
	r, s := open(t, "well")
	ask(t, s, slices.Repeat(a, 20)...)
	if begun, _ := r.seen("a"); begun == 20 {
		return // nobody looks: the story of the first test
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	r, s = open(t, "well")
	long := strings.Repeat("n", 16<<20)
	for _, id := range []string{long, "b", "c", "d", "e", "f", "g", "h", "i", "j"} { // a small map reads no long id
		ask(t, s, id)
		r.one()
		kit.Settle(t)
	}
	if !ask(t, s, long)[0].over() {
		return // it is not kept: the story of another test
	}
	for _, id := range []string{"x", "y", "z"} { // one may not be enough on a machine with other work
		var busy, came atomic.Int32
		for range 8 {
			go func() {
				for looks, more := 1, 5; more > 0; looks++ {
					_, _ = s.Preview(long)
					if looks == 3 {
						busy.Add(1)
					}
					if came.Load() == 5 {
						more--
					}
				}
			}()
		}
		for tries := 0; busy.Load() < 8 && tries < 1e6; tries++ {
			runtime.Gosched()
		}
		for range 5 {
			go func() {
				came.Add(1)
				_, _ = s.Preview(id)
			}()
		}
		kit.Settle(t)
		if _, live := r.seen(id); live > 1 {
			t.Fatalf("5 calls of Preview came for a note at the same moment, while the service was busy,\n"+
				"and the renderer is drawing it %d times at once (Restore 1)", live)
		}
		r.one()
		kit.Settle(t)
	}
}
