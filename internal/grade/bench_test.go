package grade

import (
	"io"
	"os/exec"
	"slices"
	"testing"
	"time"

	"example.com/leakproof/internal/explain"
)

// BenchmarkGrade runs the grader and the bare go test command of the same
// flags and environment in turn and reports the ratio of their medians. It is
// meant to stay below 1.15.
func BenchmarkGrade(b *testing.B) {
	w := newBench(b, nil)
	w.grader.quick = false
	w.want(explain.Pass) // fills the build cache
	m := w.grader.Runner.Probe(b.Context())

	var graded, bare []time.Duration
	for b.Loop() {
		began := time.Now()
		w.want(explain.Pass)
		graded = append(graded, time.Since(began))

		began = time.Now()
		cmd := exec.CommandContext(b.Context(), m.GoPath, "test", "-json", "-race", "-count=1", "-mod=readonly", "-buildvcs=false", "-timeout=1m0s", "./"+testDir)
		cmd.Dir, cmd.Env, cmd.Stdout = m.Root, m.Offline, io.Discard
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		bare = append(bare, time.Since(began))
	}
	slices.Sort(graded)
	slices.Sort(bare)
	median := func(sorted []time.Duration) float64 { return sorted[len(sorted)/2].Seconds() }
	b.ReportMetric(median(graded)/median(bare), "ratio")
	b.ReportMetric(median(bare)*1000, "bare-ms")
	b.ReportMetric(median(graded)*1000, "graded-ms")
}
