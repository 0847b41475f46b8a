//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"example.com/leakproof/internal/progress"
)

// verdicts reads the verdicts from a progress log. A last line that is still
// being written is left for the next time.
func verdicts(file string) ([]progress.Event, error) {
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []progress.Event
	for line := range bytes.Lines(data) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		var e progress.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("%s holds a line that is no JSON: %w", file, err)
		}
		if e.Kind == progress.KindVerdict {
			out = append(out, e)
		}
	}
	return out, nil
}

// overtaken is how long after a save a verdict of the version before may still
// come: the watcher waits for a burst of changes to end.
const overtaken = 500 * time.Millisecond

// judge compares a recorded verdict with the version that it is about.
func (s *soak) judge(e progress.Event) {
	v := s.versions[e.Hash]
	if v == nil {
		s.violated("the verdict %q of %s is about something that was never saved", e.Status, e.At.Format(time.TimeOnly))
		return
	}
	if e.Status != string(v.status) {
		s.violated("%s got %q, want %q", v, e.Status, v.status)
	}
	for _, test := range v.refusedBy {
		if !slices.Contains(e.Failed, test) {
			s.violated("%s was not refused by %s, only by %v", v, test, e.Failed)
		}
	}
	if late := e.At.Sub(v.superseded); !v.superseded.IsZero() && late > overtaken {
		s.violated("the verdict of %s came %v after the next save", v, late)
	}
}

// growth compares the end with the time after the first bursts, in which pages
// are rendered and caches filled. What grows with each save would show.
func (s *soak) growth() {
	third := len(s.memory) / 3
	if third < 5 {
		return // too few to tell
	}
	const slack = 16 << 20 // what the collector may do as it likes
	if early, late := median(s.memory[third:2*third]), median(s.memory[2*third:]); late > early+early/4+slack {
		s.violated("memory grew from %s to %s", mebibytes(early), mebibytes(late))
	}
	if early, late := slices.Max(s.threads[:2*third]), median(s.threads[2*third:]); late > early+4 {
		s.violated("threads grew from at most %d to %d", early, late)
	}
}

func (s *soak) table() {
	row := func(name, format string, args ...any) { fmt.Printf("%-44s %s\n", name, fmt.Sprintf(format, args...)) }
	fmt.Println()
	row("saves", "%d", s.saves)
	row("bursts", "%d", s.bursts)
	row("verdicts recorded", "%d", s.verdicts)
	row("last save of a burst to its verdict", "%s", spread(s.shown))
	row("save over an endless run to its end", "%s", spread(s.cancelled))
	if len(s.memory) > 0 {
		row("memory: first, highest, last", "%s, %s, %s", mebibytes(s.memory[0]), mebibytes(slices.Max(s.memory)), mebibytes(s.memory[len(s.memory)-1]))
		row("threads: first, highest, last", "%d, %d, %d", s.threads[0], slices.Max(s.threads), s.threads[len(s.threads)-1])
	}
	row("violations", "%d", len(s.violations))
}

func spread(all []time.Duration) string {
	if len(all) == 0 {
		return "none"
	}
	round := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	return fmt.Sprintf("median %v, at most %v (%d)", round(median(all)), round(slices.Max(all)), len(all))
}

func median[T int | int64 | time.Duration](all []T) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
