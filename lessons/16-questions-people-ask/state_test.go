package questions

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAppendCopiesTheLock(t *testing.T) {
	var s Shards
	s.Grow()
	first := s.At(0)
	first.mu.Lock()
	s.Grow() // a second user arrives meanwhile
	first.notes++
	first.mu.Unlock()
	if s.At(0).mu.TryLock() {
		t.Error("the copy of a locked mutex is free, want it locked for ever")
	}
	if n := s.At(0).notes; n != 0 {
		t.Errorf("the copy counts %d notes, want the one that was added lost", n)
	}
}

func TestAppendOfPointersMovesNoLock(t *testing.T) {
	var s SteadyShards
	s.Grow()
	first := s.At(0)
	first.mu.Lock()
	s.Grow()
	first.notes++
	first.mu.Unlock()
	if !s.At(0).mu.TryLock() || s.At(0).notes != 1 {
		t.Error("the shard has moved, want the same lock and one note")
	}
}

// owned runs f beside an owner; counts are what the owner has at the end.
func owned(t *testing.T, f func(context.Context, *Owner)) (counts map[string]int) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	o := NewOwner()
	ended := make(chan struct{})
	go func() { o.Run(ctx); close(ended) }()
	f(ctx, o)
	counts = map[string]int{}
	if err := o.Do(ctx, func(tags map[string]int) {
		for tag, n := range tags {
			counts[tag] = n
		}
	}); err != nil {
		t.Error(err)
	}
	stop()
	<-ended
	return counts
}

func TestTheOwnerWaitsForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		counts := owned(t, func(ctx context.Context, o *Owner) {
			if err := o.Add(ctx, "go", 1); err != nil {
				t.Error(err)
			}
			moved := make(chan error)
			go func() {
				ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
				defer cancel()
				moved <- o.MoveInside(ctx, "go", "golang")
			}()
			time.Sleep(time.Second)
			synctest.Wait() // the owner is in the move
			if err := o.Add(ctx, "other", 1); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took != 2*time.Second {
				t.Errorf("somebody else's Add came back at %v, want 2s", took)
			}
			if err := <-moved; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("MoveInside: %v, want %v", err, context.DeadlineExceeded)
			}
		})
		if counts["go"] != 0 || counts["golang"] != 0 || counts["other"] != 1 {
			t.Errorf("counts %v, want the moved note in neither tag", counts)
		}
	})
}

func TestMoveIsOneOp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counts := owned(t, func(ctx context.Context, o *Owner) {
			if err := errors.Join(o.Add(ctx, "go", 1), o.Move(ctx, "go", "golang")); err != nil {
				t.Error(err)
			}
		})
		if counts["go"] != 0 || counts["golang"] != 1 {
			t.Errorf("counts %v, want the note under golang", counts)
		}
	})
}
