package tui

import (
	"context"
	"example.com/leakproof/internal/tui/page"
	"testing"
	"time"

	"example.com/leakproof/internal/grade"
)

// cold is a machine on which the race detector's packages are not compiled.
func cold(ctx context.Context, _ string, progress func(done, total int)) error {
	for done := range 3 {
		progress(done+1, 3)
		select {
		case <-time.After(10 * time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func TestAColdMachineShowsItsProgress(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.start = page.Route{Page: page.Kata, ID: "1"}
	s.compile = cold
	graded := 0
	s.grade = func(context.Context, grade.Suite) (grade.Verdict, error) {
		graded++
		return failing, nil
	}
	drive(t, s, func(d *driver) {
		d.press("2")
		d.sees("Compiling for the race detector, once on this machine: 1 of 3 packages.", "compiling 1 of 3")
		d.save() // starts no second build
		d.wait(10 * time.Second)
		d.sees("2 of 3 packages.")
		d.wait(20 * time.Second)
		d.sees("FAIL", "1 of 2 tests fails")
		d.lacks("Compiling")
		if graded != 1 {
			t.Errorf("the suite ran %d times, want once", graded)
		}
	})
}

func TestHomeCompilesAhead(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.compile = cold
	drive(t, s, func(d *driver) {
		d.sees("Compiling for the race detector, once on this machine: 1 of 3 packages.")
		d.press("down", "down", "down", "enter") // the kata takes over
		d.sees("compiling 1 of 3")
		d.press("q")
		d.wait(30 * time.Second)
		d.lacks("Compiling")
	})
}
