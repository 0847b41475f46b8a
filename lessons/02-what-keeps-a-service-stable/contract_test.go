package stable

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// checkFind tests what the compiler can't: Find ends when ctx ends.
func checkFind(t testing.TB, s Store) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	start := time.Now()
	_, err := s.Find(ctx, "7") // the answer would take an hour
	if took := time.Since(start); took != time.Second {
		t.Errorf("Find returned after %v, want 1s", took)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Find: %v, want %v", err, context.DeadlineExceeded)
	}
}

// In both waits, for a connection and for the answer, a call ends with ctx.
func TestTheDatabaseKeepsTheContract(t *testing.T) {
	for name, busy := range map[string]bool{"slow query": false, "no free connection": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				db := NewDatabase(1, time.Hour)
				if busy {
					go func() { _, _ = db.Find(t.Context(), "1") }()
					synctest.Wait()
				}
				checkFind(t, db)
			})
		})
	}
}

// report collects what a check says.
type report struct {
	testing.TB
	errors int
}

func (r *report) Errorf(string, ...any) { r.errors++ }

// To the compiler DeafStore is a Store. It returns late and without an error.
func TestTheCheckRefusesADeafStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &report{TB: t}
		checkFind(r, DeafStore{Query: time.Hour})
		if r.errors != 2 {
			t.Errorf("the check reports %d errors, want 2", r.errors)
		}
	})
}
