package kit_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// derivations are the ways to hang something on a context. Each returns what
// takes it off again.
var derivations = map[string]func(context.Context) (end func()){
	"WithCancel": func(parent context.Context) func() {
		_, cancel := context.WithCancel(parent)
		return cancel
	},
	"WithCancelCause": func(parent context.Context) func() {
		_, cancel := context.WithCancelCause(parent)
		return func() { cancel(errors.New("enough")) }
	},
	"WithTimeout, cancelled": func(parent context.Context) func() {
		_, cancel := context.WithTimeout(parent, time.Hour)
		return cancel
	},
	"WithTimeout, timed out": func(parent context.Context) func() {
		ctx, cancel := context.WithTimeout(parent, time.Hour)
		_ = cancel // nobody calls it; the timeout ends the context
		return func() { <-ctx.Done() }
	},
	"AfterFunc": func(parent context.Context) func() {
		stop := context.AfterFunc(parent, func() {})
		return func() { stop() }
	},
}

// TestProbeCountsWhatHangsOnIt: once, for as long as it has not ended.
func TestProbeCountsWhatHangsOnIt(t *testing.T) {
	for name, derive := range derivations {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				p := kit.NewProbe()
				first, second := derive(p), derive(p)
				if live := p.Live(); live != 2 {
					t.Errorf("2 derived: Live is %d", live)
				}
				first()
				synctest.Wait()
				first() // a second time, for nothing
				synctest.Wait()
				if live := p.Live(); live != 1 && name != "WithTimeout, timed out" { // there both end at once
					t.Errorf("1 of 2 has ended: Live is %d", live)
				}
				second()
				synctest.Wait()
				if live := p.Live(); live != 0 {
					t.Errorf("both have ended: Live is %d", live)
				}
			})
		})
	}
}

// TestProbeKeepsWhatIsLost is the count that refuses a lost cancel: no goroutine
// gives it away.
func TestProbeKeepsWhatIsLost(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		p := kit.NewProbe()
		for range 10 {
			_, cancel := context.WithCancel(p)
			time.AfterFunc(time.Second, cancel).Stop()
		}
		time.Sleep(time.Hour)
		if live := p.Live(); live != 10 {
			t.Errorf("10 derived, none cancelled: Live is %d", live)
		}
	})
}

// TestProbeCountsItsChildrenOnly: contexts further down are not its business.
func TestProbeCountsItsChildrenOnly(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		p := kit.NewProbe()
		child, cancel := context.WithCancel(p)
		for range 10 {
			derivations["WithCancel"](child)
		}
		derivations["WithCancel"](context.WithoutCancel(p)) // hangs on nothing
		if live := p.Live(); live != 1 {
			t.Errorf("1 child with 10 of its own: Live is %d", live)
		}
		cancel()
		if live := p.Live(); live != 0 {
			t.Errorf("the child has ended: Live is %d", live)
		}
	})
}

// propagating is how many goroutines wait to pass the end of a context on. Others
// come and go with the process.
func propagating() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "\ncreated by context.(*cancelCtx).propagateCancel")
}

// TestAValueHidesWhatHangsOnAProbe: it is a goroutine then, and the leak check
// of the bubble finds it if nobody cancels. The report names no line of the
// caller's, so a count says more where there is one.
func TestAValueHidesWhatHangsOnAProbe(t *testing.T) {
	type key struct{}
	kit.Bubble(t, func(t *testing.T) {
		p := kit.NewProbe()
		_, cancel := context.WithCancel(context.WithValue(p, key{}, "trace"))
		synctest.Wait()
		if live, started := p.Live(), propagating(); live != 0 || started != 1 {
			t.Errorf("derived behind a value: Live is %d, %d goroutines started; want 0 and 1", live, started)
		}
		cancel()
		synctest.Wait()
		if left := propagating(); left != 0 {
			t.Errorf("cancelled: %d goroutines left", left)
		}

		ctx, end := context.WithCancel(context.WithValue(p, key{}, "trace"))
		defer end()
		p.Cancel()
		<-ctx.Done() // the goroutine passes the end on
	})
}

func init() {
	scenarios["lost cancel behind a value"] = scenario{
		run: func(t *testing.T) {
			type key struct{}
			derivations["WithCancel"](context.WithValue(kit.NewProbe(), key{}, "trace"))
		},
		says: []string{"goroutines outlived the test and were still there", "[select]", "propagateCancel"},
	}
}

// TestProbeCancelEndsWhatHangsOnIt ends children, and theirs.
func TestProbeCancelEndsWhatHangsOnIt(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		p := kit.NewProbe()
		if err := p.Err(); err != nil {
			t.Errorf("before Cancel, Err is %v", err)
		}
		child, cancel := context.WithTimeout(p, time.Hour)
		defer cancel()
		grandchild, cancel := context.WithCancel(child)
		defer cancel()
		ran := 0
		context.AfterFunc(p, func() { ran++ })
		stop := context.AfterFunc(p, func() { t.Error("a function that was stopped ran") })
		if !stop() {
			t.Error("stop, before the end, reports that it was too late")
		}

		start := time.Now()
		time.AfterFunc(time.Minute, p.Cancel)
		<-grandchild.Done()
		p.Cancel()
		synctest.Wait()
		if after := time.Since(start); after != time.Minute || ran != 1 || stop() {
			t.Errorf("cancelled at 1m: the end came after %v, AfterFunc ran %d times, stop reports %t", after, ran, stop())
		}
		for name, ctx := range map[string]context.Context{"the probe": p, "its child": child, "the child of that": grandchild} {
			<-ctx.Done()
			if !errors.Is(ctx.Err(), context.Canceled) {
				t.Errorf("Err of %s is %v, want context.Canceled", name, ctx.Err())
			}
		}
		if live := p.Live(); live != 0 {
			t.Errorf("after Cancel, Live is %d", live)
		}
	})
}

// TestBelowAnEndedProbe everything has ended from the start.
func TestBelowAnEndedProbe(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		p := kit.NewProbe()
		p.Cancel()
		child, cancel := context.WithCancel(p)
		defer cancel()
		if child.Err() == nil {
			t.Error("a context derived from an ended one goes on")
		}
		ran := make(chan bool, 1)
		if stop := p.AfterFunc(func() { ran <- true }); stop() {
			t.Error("stop, after the end, reports that it was in time")
		}
		<-ran
		if live := p.Live(); live != 0 {
			t.Errorf("Live is %d", live)
		}
	})
}

// TestSlowCancelReturnsLast: what is done at the end of a derived context is done
// before its cancel function returns.
func TestSlowCancelReturnsLast(t *testing.T) {
	for range 100 {
		kit.Bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(kit.SlowCancel())
			var acted atomic.Int32
			for range 4 {
				go func() {
					<-ctx.Done()
					acted.Add(1)
				}()
			}
			synctest.Wait()
			cancel()
			if n := acted.Load(); n != 4 {
				t.Fatalf("cancel returned, and %d of 4 had acted", n)
			}
		})
	}
}
