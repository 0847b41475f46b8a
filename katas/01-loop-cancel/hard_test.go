package loopcancel_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// Restore 2, fine print: if the context ends during the last note or later,
// both answers are right, and the answer tells which it is.
func TestTheAnswerTellsWhatHappened(t *testing.T) {
	const n = 20
	for _, step := range []string{"analyze n19", "publish"} {
		kit.Bubble(t, func(t *testing.T) {
			w := newWorld(n)
			ctx, cancel := context.WithCancel(caller)
			defer cancel()
			w.hook = func(_ context.Context, during string) error {
				if during == step {
					cancel()
					time.Sleep(time.Second)
				}
				return nil
			}
			got, err := w.service().Rebuild(ctx)
			if len(w.published) > 0 && (err != nil || got != n) {
				t.Errorf("the context ended during %q, and the index was published. Rebuild returned %d and the error\n"+
					"%v; an error says that nothing was published (Restore 2)", step, got, err)
			}
			if len(w.published) == 0 && !errors.Is(err, context.Canceled) {
				t.Errorf("the context ended during %q, and nothing was published. Rebuild returned the error %v;\n"+
					"errors.Is must find %q in it (Restore 2)", step, err, context.Canceled)
			}
		})
	}
}
