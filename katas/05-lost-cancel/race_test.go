package lostcancel_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/05-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store that lets others go on, and remembers nothing: a lock
// around that would order the calls.
type shelf struct{ meet *kit.Barrier }

func (s shelf) Open(_ context.Context, id string) (io.ReadCloser, error) {
	s.meet.Pair()
	if id == "none" {
		return nil, lostcancel.ErrNotFound
	}
	return io.NopCloser(strings.NewReader("milk")), nil
}

// Calls at the same time share nothing that could race. Where calls take turns,
// whatever is locked on the way orders them and hides it.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "calls of one service were made at the same time", 80, func(meet *kit.Barrier) []func() {
		s := lostcancel.NewService(shelf{meet}, time.Hour)
		return kit.Crowd(meet, 8, 24, func(n int) { _ = s.Export(t.Context(), []string{"1", "none"}, io.Discard) })
	})
}
