// Package ci puts verdicts into the forms that CI services read, and has the
// workflow with which GitHub Actions grades learners' branches.
package ci

import (
	"fmt"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
)

// Graded is a kata and the verdict on it.
type Graded struct {
	Kata    *course.Kata
	Verdict grade.Verdict
}

// solved counts the katas that passed.
func solved(all []Graded) int {
	n := 0
	for _, g := range all {
		if g.Verdict.Status == explain.Pass {
			n++
		}
	}
	return n
}

// title names the kata: "Kata 23, Leaky fan-out".
func (g Graded) title() string { return fmt.Sprintf("Kata %d, %s", g.Kata.Number, g.Kata.Title) }

// failed are the tests that failed.
func (g Graded) failed() []explain.Test {
	var out []explain.Test
	for _, t := range g.Verdict.Tests {
		if t.Status == explain.Fail {
			out = append(out, t)
		}
	}
	return out
}

// of is what there is to say about a test that failed: its message first.
func (g Graded) of(t explain.Test) []string {
	return append([]string{t.Message}, g.happened(t.Name)...)
}

// whole is what there is to say about a run that no failed test speaks for: the
// summary first. It is nil if there is nothing.
func (g Graded) whole() []string {
	status, happened := g.Verdict.Status, g.happened("")
	if status == explain.Pass || status == explain.Fail && len(g.failed()) > 0 && len(happened) == 0 {
		return nil
	}
	return append([]string{g.Verdict.Summary}, happened...)
}

func (g Graded) happened(test string) []string {
	var sentences []string
	for _, f := range explain.FindingsOf(g.Verdict.Findings, test) {
		sentences = append(sentences, f.Sentence())
	}
	return sentences
}

// ranBy says who ran the grader and which one it was: the origin of all these
// verdicts, which come from one run. It is "" if there are none.
func ranBy(all []Graded) string {
	if len(all) == 0 {
		return ""
	}
	v := all[0].Verdict
	by := strings.TrimSpace("leakproof " + v.Program.Version)
	if v.Program.Base != "" {
		by += ", base commit " + v.Program.Base
	}
	return fmt.Sprintf("%s (%s)", v.Origin, by)
}
