package grade

import (
	"context"
	"errors"
	"testing"
)

// TestWarmCompilesOnce meets packages that nobody has compiled: those of a
// module in a new folder.
func TestWarmCompilesOnce(t *testing.T) {
	b := newBench(t, nil)
	b.grader.quick = false
	done, total := 0, 0
	warm := func() {
		t.Helper()
		if err := b.grader.Warm(t.Context(), b.suite, func(d, n int) { done, total = d, n }); err != nil {
			t.Fatal(err)
		}
	}
	warm()
	if total == 0 || done != total {
		t.Errorf("%d of %d packages compiled, want all of at least the kit and the kata", done, total)
	}
	done, total = 0, 0
	warm()
	if total != 0 {
		t.Errorf("%d packages missing the second time", total)
	}
	b.want(Pass)
}

func TestWarmEndsWithItsContext(t *testing.T) {
	b := newBench(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.grader.Warm(ctx, b.suite, func(int, int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("Warm = %v, want context.Canceled", err)
	}
}

func TestWarmTellsWhyItCannot(t *testing.T) {
	b := newBench(t, nil)
	b.grader.GoCommand = "no-such-go"
	if err := b.grader.Warm(t.Context(), b.suite, func(int, int) {}); err == nil {
		t.Error("Warm without a go command returned nil")
	}
}
