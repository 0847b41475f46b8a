package workbook

import (
	"fmt"
	"slices"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
)

// Since says how many more or fewer tests fail than in the verdict before, ""
// where that is the same or one of the two decided nothing about the tests.
func Since(before progress.Verdict, v grade.Verdict) string {
	decided := before.Status == string(explain.Pass) || before.Status == string(explain.Fail)
	if !decided || v.Status != explain.Fail {
		return ""
	}
	now := 0
	for _, t := range v.Tests {
		if t.Status == explain.Fail {
			now++
		}
	}
	switch n := now - len(before.Failed); {
	case n > 0:
		return fmt.Sprintf("%d more than last time", n)
	case n < 0:
		return fmt.Sprintf("%d fewer than last time", -n)
	}
	return ""
}

// Green is what there is to tell about a pass.
type Green struct {
	Impossible string   // what can no longer happen, as Markdown: how the incident began
	Beliefs    []string // that the code has left behind, each with what is so; first those that once failed a test
	Tries      int      // versions of the file that the suite has checked
}

// maxBeliefs is how many of them are worth reading at once.
const maxBeliefs = 3

// Green tells about a pass of the kata's suite.
func (w *Workbook) Green(k *course.Kata, v grade.Verdict) Green {
	first, _, _ := strings.Cut(strings.TrimSpace(k.Incident), "\n\n")
	g := Green{Impossible: first}
	failed, versions := map[string]bool{}, map[string]bool{}
	for e := range w.Log.State().History() {
		if e.Kind != progress.KindVerdict || e.Kata != k.ID {
			continue
		}
		versions[e.Hash] = true
		for _, name := range e.Failed {
			if !slices.Contains(e.Alike, name) {
				failed[name] = true
			}
		}
	}
	g.Tries = len(versions)
	for _, once := range []bool{true, false} {
		for _, t := range v.Tests {
			if purpose := k.Tests[t.Name]; purpose != nil && failed[t.Name] == once {
				m := w.Course.Misconceptions[purpose.Misconception]
				belief := fmt.Sprintf("“%s” %s", m.Says, m.Truth)
				if len(g.Beliefs) < maxBeliefs && !slices.Contains(g.Beliefs, belief) {
					g.Beliefs = append(g.Beliefs, belief)
				}
			}
		}
	}
	return g
}
