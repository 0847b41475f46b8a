package stable

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// checkStore tests in a bubble what no compiler sees: that the calls
// of s which cannot be answered within a second keep Store's promise.
func checkStore(t testing.TB, s Store) {
	calls := map[string]func(context.Context) error{
		"Find": func(ctx context.Context) error {
			_, err := s.Find(ctx, "7")
			return err
		},
		"Add": func(ctx context.Context) error {
			return s.Add(ctx, Note{ID: "7", Title: "a note"})
		},
	}
	for name, call := range calls {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		start := time.Now()
		err := call(ctx)
		took := time.Since(start)
		cancel()
		want := context.DeadlineExceeded
		if took != time.Second || !errors.Is(err, want) {
			t.Errorf("%s: %v after %v, want %v after 1s",
				name, err, took, want)
		}
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
				checkStore(t, db)
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

// DeafStore is a Store to the compiler. The check refuses both its methods.
func TestTheCheckRefusesADeafStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &report{TB: t}
		checkStore(r, DeafStore{Query: time.Hour})
		if r.errors != 2 {
			t.Errorf("the check of a deaf store reports %d errors, want 2", r.errors)
		}
	})
}
