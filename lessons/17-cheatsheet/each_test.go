package cheatsheet

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestEachStaysInItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var live, peak, done atomic.Int32
		err := Each(t.Context(), 8, make([]int, 100), func(context.Context, int) error {
			n := live.Add(1)
			for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
			}
			time.Sleep(time.Second)
			live.Add(-1)
			done.Add(1)
			return nil
		})
		if err != nil || peak.Load() != 8 || done.Load() != 100 {
			t.Errorf("%v, %d at once, %d done, want 8 and 100", err, peak.Load(), done.Load())
		}
	})
}

func TestEachStopsAndJoins(t *testing.T) {
	full := errors.New("disk full")
	for name, want := range map[string]error{"an item fails": full, "the caller leaves": context.Canceled} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				if want != full {
					time.AfterFunc(time.Second, leave)
				}
				var live, calls atomic.Int32
				start := time.Now()
				err := Each(ctx, 8, make([]int, 100), func(ctx context.Context, _ int) error {
					live.Add(1)
					defer live.Add(-1)
					if calls.Add(1) == 1 && want == full {
						time.Sleep(time.Second)
						return full
					}
					<-ctx.Done()
					return ctx.Err()
				})
				if !errors.Is(err, want) || time.Since(start) != time.Second || live.Load() != 0 || calls.Load() != 8 {
					t.Errorf("%v after %v, %d live, %d called, want %v after 1s, 0 and 8",
						err, time.Since(start), live.Load(), calls.Load(), want)
				}
			})
		})
	}
}
