package budget_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/singleflight"

	budget "example.com/leakproof/lessons/11-a-concurrency-budget"
)

// loading counts loads, which take a second and end with their context.
func loading(loads *int, fails error) func(context.Context, string) (string, error) {
	return func(ctx context.Context, id string) (string, error) {
		*loads++
		select {
		case <-time.After(time.Second):
			return "preview of " + id, fails
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// ask calls get for a hundred callers at once. The first one leaves after half
// a second. It returns what the others got.
func ask(t *testing.T, get func(context.Context) (string, error)) (errs map[error]int) {
	t.Helper()
	first, leave := context.WithTimeout(t.Context(), time.Second/2)
	defer leave()
	done := make(chan error)
	go func() { _, err := get(first); done <- err }()
	synctest.Wait() // it has begun
	for range 99 {
		go func() { _, err := get(t.Context()); done <- err }()
	}
	if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the first one left with %v, want %v", err, context.DeadlineExceeded)
	}
	errs = map[error]int{}
	for range 99 {
		errs[<-done]++
	}
	return errs
}

// A hundred callers, one load, and who leaves takes nobody along.
func TestAHundredCallersShareOneLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loads := 0
		p := &budget.Previews{Load: loading(&loads, nil)}
		errs := ask(t, func(ctx context.Context) (string, error) { return p.Get(ctx, "7") })
		if loads != 1 || errs[nil] != 99 {
			t.Errorf("%d loads and %v, want one and 99 times nil", loads, errs)
		}
	})
}

// By the book, with Do, the load has the first caller's context: when that
// one leaves, the load ends for all the others.
func TestDoEndsWithItsFirstCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var flight singleflight.Group
		loads := 0
		load := loading(&loads, nil)
		errs := ask(t, func(ctx context.Context) (string, error) {
			_, err, _ := flight.Do("7", func() (any, error) { return load(ctx, "7") })
			return "", err
		})
		if loads != 1 || errs[context.DeadlineExceeded] != 99 {
			t.Errorf("%d loads and %v, want one and 99 times %v", loads, errs, context.DeadlineExceeded)
		}
	})
}

// It shares what is under way, an error too, and keeps nothing.
func TestSingleflightIsNoCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loads := 0
		p := &budget.Previews{Load: loading(&loads, errRender)}
		errs := ask(t, func(ctx context.Context) (string, error) { return p.Get(ctx, "7") })
		if loads != 1 || errs[errRender] != 99 {
			t.Errorf("%d loads and %v, want one and 99 times %v", loads, errs, errRender)
		}
		if _, err := p.Get(t.Context(), "7"); loads != 2 || !errors.Is(err, errRender) {
			t.Errorf("asked again: %d loads and %v, want a second load", loads, err)
		}
	})
}
