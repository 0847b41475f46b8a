package contract

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// counted gives out 1, 2, 3.
func counted() func() string {
	n := 0
	return func() string { n++; return fmt.Sprint(n) }
}

// The disk is slow. The first call gives up while it writes, the second while
// it waits for its turn, and neither leaves a note.
func TestTheStoreGivesUpInBothWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := NewMemory(time.Hour, counted())
		start := time.Now()
		var errs [2]error
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				// The second caller comes later and leaves earlier.
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(2-i)*time.Second)
				defer cancel()
				_, errs[i] = store.Create(ctx, NewNote{Title: "milk"})
				if took, want := time.Since(start), []time.Duration{2 * time.Second, 1100 * time.Millisecond}[i]; took != want {
					t.Errorf("caller %d was back after %v, not after %v", i, took, want)
				}
			})
		}
		wg.Wait()
		for i, prefix := range []string{"write: ", "wait to write: "} {
			if err := errs[i]; !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), prefix) {
				t.Errorf("caller %d: %v", i, err)
			}
		}
		if n := store.Len(); n != 0 {
			t.Errorf("%d notes", n)
		}
	})
}

func TestTheStoreStillSaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := NewMemory(100*time.Millisecond, counted())
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := store.Create(t.Context(), NewNote{Title: "milk"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if store.Len() != 10 {
			t.Errorf("%d notes", store.Len())
		}
	})
}

// The client reads a 504, and the note is stored all the same.
func TestAStoreBehindTheScenesWritesAfterTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := NewMemory(3*time.Second, counted())
		// It comes back in time. The write doesn't.
		behind := func(ctx context.Context, in NewNote) (n Note, err error) {
			done := make(chan struct{})
			var late Note
			var lateErr error
			go func() {
				defer close(done)
				late, lateErr = store.Create(context.WithoutCancel(ctx), in)
			}()
			select {
			case <-done:
				return late, lateErr
			case <-ctx.Done():
				return Note{}, ctx.Err()
			}
		}
		h, _ := newHandler(storeFunc(behind))
		start := time.Now()
		w := ask(h.Routes(), "POST", "/notes", milk)
		if w.Code != 504 || time.Since(start) != 2*time.Second {
			t.Errorf("%d after %v", w.Code, time.Since(start))
		}
		time.Sleep(2 * time.Second)
		if store.Len() != 1 {
			t.Errorf("%d notes", store.Len())
		}
	})
}

func TestAStoreThatRespectsItsContextStoresNothingLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := NewMemory(3*time.Second, counted())
		h, _ := newHandler(store)
		start := time.Now()
		w := ask(h.Routes(), "POST", "/notes", milk)
		if w.Code != 504 || time.Since(start) != 2*time.Second {
			t.Errorf("%d after %v", w.Code, time.Since(start))
		}
		time.Sleep(time.Hour)
		if store.Len() != 0 {
			t.Errorf("%d notes", store.Len())
		}
	})
}
