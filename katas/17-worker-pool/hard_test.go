package workerpool_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// Fine print: the archive may have a time limit of its own, or give up by itself.
func TestAFailureMayLookLikeAContextsError(t *testing.T) {
	for _, own := range []error{context.Canceled, context.DeadlineExceeded} {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: time.Second}, first: []call{{takes: time.Second, err: fmt.Errorf("archive: %w", own)}}}
			err, _ := copyNotes(caller, a, 100)
			wantMoreThanText(t, err, own)
			if !errors.Is(err, own) {
				t.Errorf("a call ran into a limit of the archive, %q, and Copy returned the error \"%v\":\n"+
					"the caller's context went on, so this is a failure like any other (fine print)", own, err)
			}
		})
	}
}
