//go:build ignore

package leaktest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	leaktest "example.com/leakproof/katas/25-leak-test"
	"example.com/leakproof/katas/internal/kit"
)

// A shard takes a while to answer or to fail, and stops when it is told to.
type shard struct {
	after time.Duration
	err   error
}

func (s shard) Search(ctx context.Context, query string) ([]leaktest.Note, error) {
	select {
	case <-time.After(s.after):
		return []leaktest.Note{{ID: "1", Title: query}}, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestNothingIsLeft(t *testing.T) {
	for _, at := range []time.Duration{time.Second, time.Hour} {
		for _, err := range []error{nil, errors.New("disk failed")} {
			kit.Bubble(t, func(t *testing.T) {
				probe := kit.NewProbe()
				time.AfterFunc(at, probe.Cancel)
				_, _ = leaktest.Search(probe, []leaktest.Shard{shard{after: time.Minute, err: err}, shard{after: 2 * time.Minute}}, "milk")
				time.Sleep(time.Nanosecond)
				if probe.Live() > 0 {
					t.Errorf("%d contexts are left", probe.Live())
				}
			})
		}
	}
}
