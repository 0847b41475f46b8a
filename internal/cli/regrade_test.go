package cli

import (
	"context"
	"os"
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
)

// TestAnInterruptedRegradeLeavesNothing: neither a workspace nor half a table.
func TestAnInterruptedRegradeLeavesNothing(t *testing.T) {
	c := newConsole(t, strings.NewReader(""))
	t.Setenv("TMPDIR", t.TempDir())
	grading := func(judge graderFunc) { c.Grader = func(string) Grader { return judge } }
	grading(func(context.Context) (grade.Verdict, error) { return grade.Verdict{Status: explain.Pass}, nil })
	for _, args := range [][]string{{"check", "1"}, {"report", "--out", "ada.json"}} {
		if code := Run(t.Context(), c.Parts, args); code != exitOK {
			t.Fatalf("%q: exit code %d: %s", args, code, c.err.String())
		}
	}
	c.out.Reset()
	ctx, interrupt := context.WithCancel(t.Context())
	grading(func(ctx context.Context) (grade.Verdict, error) {
		interrupt()
		<-ctx.Done()
		return grade.Verdict{}, ctx.Err()
	})
	if code := Run(ctx, c.Parts, []string{"regrade", "--yes", "ada.json"}); code != exitInterrupted || c.out.Len() > 0 {
		t.Errorf("exit code %d, wrote %q", code, c.out.String())
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
