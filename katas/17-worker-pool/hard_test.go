package workerpool_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// The tests of this file are about unusual failures.

// The archive has a time limit of its own, or gave up by itself.
func TestAFailureMayLookLikeAContextsError(t *testing.T) {
	for _, own := range ends {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: time.Second}, special: map[string]call{"n0": {takes: time.Second, err: fmt.Errorf("archive: %w", own)}}}
			if err, _ := copyNotes(caller, a, 100); !errors.Is(err, own) {
				t.Errorf("a call ran into a limit of the archive, %q, and Copy returned the error \"%v\":\n"+
					"the caller's context went on, so this is a failure like any other (fine print)", own, err)
			}
		})
	}
}

// The caller's context ends while the stopped calls clean up.
func TestTheFailureStaysWhenTheCallerLeavesLater(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Hour, unwind: 5 * time.Second}, special: map[string]call{"n0": {takes: time.Second, err: errBoom}}}
		ctx, release := leaving(context.Canceled, nil)
		defer release()
		if err, _ := copyNotes(ctx, a, 100); !errors.Is(err, errBoom) || errors.Is(err, context.Canceled) {
			t.Errorf("a call failed with %q at 1s, the caller left at %v, and Copy returned the error \"%v\":\nthe failure remains the error, alone (fine print)", errBoom, leaves, err)
		}
	})
}

func TestCallersErrorWhateverItsCause(t *testing.T) {
	for _, end := range ends {
		kit.Bubble(t, func(t *testing.T) {
			ctx, release := leaving(end, errors.New("the process got a signal"))
			defer release()
			if err, _ := copyNotes(ctx, &archive{normal: call{takes: 10 * time.Second}}, 100); !errors.Is(err, end) {
				t.Errorf("the caller's context ended with %q and the cause %q, and Copy returned the error \"%v\":\n"+
					"errors.Is finds the error of the context in it (Restore 2)", end, context.Cause(ctx), err)
			}
		})
	}
}
