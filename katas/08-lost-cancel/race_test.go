package lostcancel_test

import (
	"context"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/08-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store that lets others go on, and remembers nothing: a lock
// around that would order the calls.
type shelf struct{}

func (shelf) Open(_ context.Context, id string) (io.ReadCloser, error) {
	runtime.Gosched()
	if id == "none" {
		return nil, lostcancel.ErrNotFound
	}
	return page{strings.NewReader("milk")}, nil
}

type page struct{ io.Reader }

func (page) Close() error {
	runtime.Gosched()
	return nil
}

// Fine print: calls at the same time share nothing that could race. Where calls
// take turns, whatever is locked on the way orders them and hides it.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "calls of one service were made at the same time", 40, func(*kit.Barrier) []func() {
		s := lostcancel.NewService(shelf{}, time.Hour)
		return kit.Crowd(8, 20, func(n int) { _ = s.Export(t.Context(), []string{"1", "none"}, io.Discard) })
	})
}
