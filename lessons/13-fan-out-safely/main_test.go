package fanout_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	fanout "example.com/leakproof/lessons/13-fan-out-safely"
)

// The functions named here leak on purpose: what they leave behind cannot
// be released, so it is still there when the tests are over.
func TestMain(m *testing.M) {
	const pkg = "example.com/leakproof/lessons/13-fan-out-safely."
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction(pkg+"GatherNaive.func1"),
		goleak.IgnoreAnyFunction(pkg+"GatherBufferOne.func1"),
		goleak.IgnoreAnyFunction(pkg+"GatherHalfDone"),
	)
}

var errBackend = errors.New("comments: 503")

// A gather is any of the lesson's ways to ask all services.
type gather func(context.Context, []fanout.Call) (fanout.Page, error)

// backends are the services behind one page; they count who is inside.
type backends struct {
	inside atomic.Int32 // calls running now
	peak   atomic.Int32 // most calls at one time
	calls  atomic.Int32 // calls ever made
}

// fetch takes d and then answers with part and err. It ends early when
// its context does, as a good client of a service would.
func (b *backends) fetch(d time.Duration, part string, err error) fanout.Call {
	return func(ctx context.Context) (string, error) {
		defer b.enter()()
		select {
		case <-time.After(d):
			return part, err
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// deaf takes d whatever its context says.
func (b *backends) deaf(d time.Duration, part string) fanout.Call {
	return func(context.Context) (string, error) {
		defer b.enter()()
		time.Sleep(d)
		return part, nil
	}
}

func (b *backends) enter() (leave func()) {
	b.calls.Add(1)
	now := b.inside.Add(1)
	for {
		peak := b.peak.Load()
		if now <= peak || b.peak.CompareAndSwap(peak, now) {
			break
		}
	}
	return func() { b.inside.Add(-1) }
}

// stuckSenders runs f in a bubble, lets a virtual day pass, and returns
// how many of the goroutines that f started still stand at a send.
func stuckSenders(t *testing.T, f func(*testing.T)) (n int) {
	t.Helper()
	inBubble(t, func(t *testing.T) (stuck bool) {
		before := goleak.IgnoreCurrent()
		f(t)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if err := goleak.Find(before); err != nil {
			n = strings.Count(err.Error(), "in state chan send")
		}
		return n > 0
	})
	return n
}

// inBubble runs f in a bubble. A bubble that ends with goroutines blocked
// for ever panics; that must happen exactly when f says that some are.
func inBubble(t *testing.T, f func(*testing.T) (stuck bool)) {
	t.Helper()
	stuck := false
	defer func() {
		p := recover()
		deadlock := strings.Contains(fmt.Sprint(p), "blocked goroutines remain")
		if p != nil && !deadlock {
			panic(p)
		}
		if deadlock != stuck {
			t.Errorf("goroutines stuck: %v, and the bubble ended with: %v", stuck, p)
		}
	}()
	synctest.Test(t, func(t *testing.T) { stuck = f(t) })
}
