package kit

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// Bubble runs f in a bubble of virtual time (see [synctest.Test]) and fails t
// if f leaves a goroutine behind. It must not be called inside a bubble, and f
// must not call Run, Parallel or Deadline of its t. While it runs, GOMAXPROCS
// is 1; so tests with a bubble must not run in parallel with others.
//
// When f and the cleanups it registered have returned, Bubble waits until every
// goroutine of the bubble is blocked, without letting virtual time pass. Any
// goroutine that is left then fails the test, with the line it is stuck on. A
// leftover that ends by itself within a virtual minute fails the test too, and
// the report says how long it needed. A suite whose contract grants some time
// lets it pass with [time.Sleep] before f returns.
//
// The Context of f's t has ended when Bubble looks for leaks. A goroutine that
// waits for the end of its caller's context escapes a suite that passes that
// one; [context.Background] shows it.
//
// What would otherwise end the test process, or hang it, becomes a readable
// failure of t:
//
//   - A deadlock, and a panic in f's own goroutine, fail t; later tests run.
//   - A bubble that has not ended after 10 s of real time ends the process with
//     exit status 1, a FAIL line for t, and the goroutines that kept virtual
//     time from moving: they wait for a mutex or for real I/O, or they spin.
//
// A panic in any other goroutine ends the process, as it does in production.
//
// Once a test has failed, its leftovers are not reported: a failed test often
// leaves its own fakes hanging, and they would bury the first message.
func Bubble(t *testing.T, f func(t *testing.T)) { run(t, f, true) }

// Clock runs f in virtual time as [Bubble] does, and does not mind what f leaves
// behind: that stays in the process as it is, and never goes on. It is for a suite
// that tells properties apart, where a leak is to fail the one test that is about
// leaks and not those whose service happens to leak as well. A deadlock of f, a
// panic in its goroutine and a clock that stands still fail t as in a Bubble.
func Clock(t *testing.T, f func(t *testing.T)) { run(t, f, false) }

// run is [Bubble], and without the search for leaks [Clock].
func run(t *testing.T, f func(t *testing.T), leaksFail bool) {
	// The timers of a bubble share one context of the race detector, and those
	// that are due at once run on the processors of their goroutines: in Go 1.26
	// the detector then ends the process (https://go.dev/issue/78156). On one
	// processor they take turns, in an order that it draws.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))

	b := &bubble{test: t.Name(), root: current().id}
	watchdog := time.AfterFunc(freezeLimit, b.exit)
	defer watchdog.Stop()
	defer b.ended.Store(true)
	defer func() {
		if p := recover(); p != nil {
			b.explain(t, p, leaksFail)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		b.id.Store(current().bubble)
		before := snapshot{runtime.NumGoroutine(), goleak.IgnoreCurrent()}
		t.Cleanup(func() { // registered first, so it runs after the cleanups of f
			b.over.Store(true)
			if leaksFail {
				b.checkLeaks(t, before)
			}
		})
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("panic: %v\n%s", p, report(parseStacks(debug.Stack())))
			}
		}()
		f(t)
	})
}

// A bubble is one run of [Bubble].
type bubble struct {
	test string
	root string       // id of the goroutine that called Bubble; it drives the bubble
	id   atomic.Value // string: how stack dumps name the bubble; the watchdog reads it from outside
	over atomic.Bool  // f and its cleanups have returned

	ended atomic.Bool // so has Bubble: a watchdog that is looking already finds nothing to report
}

// A snapshot is what ran before f did.
type snapshot struct {
	count  int
	ignore goleak.Option
}

// leakHorizon is the virtual time in which a leftover goroutine may end by
// itself and be reported as late; after it the report says that it is stuck.
const leakHorizon = time.Minute

// checkLeaks fails t if goroutines were started in the bubble since before and
// still run. Goroutines outside the bubble are not its business: goleak's
// VerifyTestMain, which every suite has, looks for those.
func (b *bubble) checkLeaks(t *testing.T, before snapshot) {
	if t.Failed() {
		return
	}
	synctest.Wait()
	left := b.goroutines()
	if len(left) == 0 {
		return
	}
	start := time.Now()
	for runtime.NumGoroutine() > before.count && time.Since(start) < leakHorizon {
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
	}
	needed := time.Since(start)
	if goleak.Find(before.ignore) == nil { // its retries cost virtual time only
		t.Errorf("goroutines outlived the test; they needed another %v of virtual time to end:\n%s",
			needed.Round(100*time.Millisecond), report(left))
		return
	}
	t.Errorf("goroutines outlived the test and were still there %v of virtual time later:\n%s", leakHorizon, report(left))
}

// explain turns a deadlock that [synctest.Test] panics with into a failure of t,
// and ends t. If leaks do not fail it, there is nothing to explain once f is over.
func (b *bubble) explain(t *testing.T, p any, leaksFail bool) {
	if b.id.Load() == nil {
		panic(p) // no bubble began: Bubble was called inside another one
	}
	if b.over.Load() && !leaksFail {
		return
	}
	if !b.over.Load() { // else the failure or the leak has been reported
		t.Errorf("%v; nothing will wake them:\n%s", p, report(b.goroutines()))
	}
	t.FailNow()
}

// goroutines lists the goroutines of the bubble, without the caller and those
// that only wait for the test.
func (b *bubble) goroutines() []goroutine {
	id, _ := b.id.Load().(string)
	var found []goroutine
	for _, g := range others() {
		waits := g.id == b.root || g.starter.function == "testing/synctest.Test"
		if id != "" && g.bubble == id && !waits {
			found = append(found, g)
		}
	}
	return found
}
