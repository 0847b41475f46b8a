package stable

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// checkStore tests in a bubble what no compiler sees: that Find keeps
// the promise of Store.
func checkStore(t testing.TB, s Store) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	start := time.Now()
	_, err := s.Find(ctx, "7")
	took := time.Since(start)
	if took != time.Second || !errors.Is(err, ctx.Err()) {
		t.Errorf("Find: %v after %v, want %v after 1s",
			err, took, context.DeadlineExceeded)
	}
}

// In both waits, for a connection and for the answer, Find ends with ctx.
func TestTheDatabaseKeepsTheContract(t *testing.T) {
	for name, db := range map[string]func() *Database{
		"slow query":         func() *Database { return NewDatabase(1, time.Hour) },
		"no free connection": func() *Database { return NewDatabase(0, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { checkStore(t, db()) })
		})
	}
}

// report collects what a check says.
type report struct {
	testing.TB
	errors int
}

func (r *report) Errorf(string, ...any) { r.errors++ }

// DeafStore is a Store to the compiler. The check refuses it.
func TestTheCheckRefusesADeafStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &report{TB: t}
		checkStore(r, DeafStore{Query: time.Hour})
		if r.errors != 1 {
			t.Errorf("the check of a deaf store reports %d errors, want 1", r.errors)
		}
	})
}
