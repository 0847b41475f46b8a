package lifetimes_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// The functions named here leak on purpose: what they leave behind cannot
// be released, so it is still there when the tests are over.
func TestMain(m *testing.M) {
	const pkg = "example.com/leakproof/lessons/03-goroutines-that-end"
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction(pkg+".PreviewNaive.func1"),
		goleak.IgnoreAnyFunction(pkg+".IndexAllNaive.func1"),
		goleak.IgnoreAnyFunction(pkg+".RefreshNaive.func1"),
		goleak.IgnoreAnyFunction(pkg+".WatchNaive"),
		goleak.IgnoreAnyFunction(pkg+"_test.waitFor"),
	)
}

// leftBehind runs f in a bubble, lets a virtual day pass, and returns how
// many of the goroutines that f started are still there, by what they wait
// for.
func leftBehind(t *testing.T, f func(*testing.T)) (left map[string]int) {
	t.Helper()
	left = map[string]int{}
	defer func() {
		// A bubble that ends with goroutines blocked for ever panics.
		p := recover()
		deadlock := strings.Contains(fmt.Sprint(p), "blocked goroutines remain")
		if p != nil && !deadlock {
			panic(p)
		}
		if deadlock != (len(left) > 0) {
			t.Errorf("left behind: %v, and the bubble ended with: %v", left, p)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		before := goleak.IgnoreCurrent()
		f(t)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if err := goleak.Find(before); err != nil {
			for _, part := range strings.Split(err.Error(), "in state ")[1:] {
				state, _, _ := strings.Cut(part, " (durable)")
				left[state]++
			}
		}
	})
	return left
}

// wantLeft fails unless f leaves exactly these goroutines behind.
func wantLeft(t *testing.T, want map[string]int, f func(*testing.T)) {
	t.Helper()
	if got := leftBehind(t, f); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("left behind after a day: %v, want %v", got, want)
	}
}

// returns calls f and reports whether it returns within a virtual minute. If
// it does not, the test has failed and f is left where it is.
func returns(t *testing.T, what string, f func()) bool {
	t.Helper()
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		f()
	}()
	select {
	case <-returned:
		return true
	case <-time.After(time.Minute):
		t.Errorf("%s has not returned after a minute", what)
		return false
	}
}
