package gorun

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestWarmCompilesOnce meets packages that nobody has compiled: those of a
// module in a new folder.
func TestWarmCompilesOnce(t *testing.T) {
	r := newRunner(t, map[string]string{
		"kit/kit.go":  "package kit\n\nfunc One() int { return 1 }\n",
		"x/x.go":      "package x\n\nimport \"example.com/workbook/kit\"\n\nfunc Two() int { return 2 * kit.One() }\n",
		"x/x_test.go": "package x_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/workbook/x\"\n)\n\nfunc TestTwo(t *testing.T) {\n\tif x.Two() != 2 {\n\t\tt.Error(\"not two\")\n\t}\n}\n",
	})
	done, total := 0, 0
	warm := func() {
		t.Helper()
		if err := r.Warm(t.Context(), "x", func(d, n int) { done, total = d, n }); err != nil {
			t.Fatal(err)
		}
	}
	warm()
	if total == 0 || done != total {
		t.Errorf("%d of %d packages compiled, want all of at least the two", done, total)
	}
	done, total = 0, 0
	warm()
	if total != 0 {
		t.Errorf("%d packages missing the second time", total)
	}

	report, ended := NewReport(), 0
	m := r.Probe(t.Context())
	end := m.Test(t.Context(), TestRun{
		TempDir: t.TempDir(), Args: []string{"-race", "-count=1", "./x"}, Packages: 1,
		BuildLimit: DefaultBuildLimit, Limit: time.Minute, OutputLimit: 1 << 20,
		Report: func(Event) *Report { return report }, Ended: func(*Report) { ended++ },
	})
	if end.Exit != 0 || end.Cause != nil || report.Passed != 1 || ended != 1 || report.Tests["TestTwo"] == nil || report.Tests["TestTwo"].Passes != 1 {
		t.Errorf("the tests ended with %+v, %d times, and %+v", end, ended, report)
	}
}

func TestWarmEndsWithItsContext(t *testing.T) {
	r := newRunner(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Warm(ctx, "x", func(int, int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("Warm = %v, want context.Canceled", err)
	}
}

func TestWarmTellsWhyItCannot(t *testing.T) {
	r := newRunner(t, nil)
	r.GoCommand = "no-such-go"
	if err := r.Warm(t.Context(), "x", func(int, int) {}); err == nil {
		t.Error("Warm without a go command returned nil")
	}
}
