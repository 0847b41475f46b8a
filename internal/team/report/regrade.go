package report

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

// Outcome is what became of a claim.
type Outcome string

// The outcomes of grading again.
const (
	Holds     Outcome = "holds"
	Refuted   Outcome = "refuted"
	Undecided Outcome = "undecided" // nothing to run, or the machine could not
)

// Regraded is the claim that a kata is solved, and the verdict on it.
type Regraded struct {
	Kata    string         `json:"kata"`
	Hash    string         `json:"hash"`  // of the version that the claim is about
	Claim   explain.Status `json:"claim"` // "pass"
	Claimed string         `json:"claim_origin"`
	Outcome Outcome        `json:"outcome"`
	Status  explain.Status `json:"status"`  // of the verdict here; "" if nothing ran
	Summary string         `json:"summary"` // one sentence: of the verdict, or why there is none
	Failed  []string       `json:"failed"`  // names of the tests that failed
	Origin  string         `json:"origin"`  // of the verdict: "regrade"; "" if nothing ran

	OfKata *course.Kata `json:"-"`
}

// Grader judges many suites; see [grade.Grader.GradeAll].
type Grader interface {
	GradeAll(ctx context.Context, suites []grade.Suite, tell func(i int, v grade.Verdict)) error
}

// Regrade runs the files of a report in a workspace that is made for it and
// removed afterwards, and returns the verdict on each kata that the report claims
// is solved, by number. It runs foreign code. The report is one of [Read].
//
// The error is ctx's, or says what keeps the workspace from being made or
// removed; what is returned with it stands.
func Regrade(ctx context.Context, c *course.Course, contents workspace.Contents, grader func(root string) Grader, r Report) (out []Regraded, err error) {
	var suites []grade.Suite
	var at []int // in out, by suite
	for _, one := range r.Solutions() {
		k := c.Kata(one.ID)
		claim := Regraded{
			Kata: k.ID, Hash: one.Solved.Hash, Claim: explain.Pass, Claimed: one.Solved.Origin,
			Outcome: Undecided, Failed: []string{}, OfKata: k,
		}
		if suite, problem := claimed(k, one.Solved, &claim); problem == "" {
			suites, at = append(suites, suite), append(at, len(out))
		} else {
			claim.Summary = problem
		}
		out = append(out, claim)
	}
	if len(suites) == 0 {
		return out, nil
	}
	dir, err := os.MkdirTemp("", "leakproof-regrade-")
	if err != nil {
		return nil, fmt.Errorf("no folder can be made to run the files in (%w): make room, or set TMPDIR to a folder that is writable", err)
	}
	defer func() {
		if left := os.RemoveAll(dir); left != nil {
			err = errors.Join(err, fmt.Errorf("%s is still there (%w): remove it", dir, left))
		}
	}()
	if err := contents.Write(dir); err != nil {
		return nil, fmt.Errorf("the files cannot be run: %w; make room, or set TMPDIR to a folder that has some", err)
	}
	err = grader(dir).GradeAll(ctx, suites, func(i int, v grade.Verdict) { out[at[i]].judge(v) })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return out, err
}

// claimed is the suite for a claim. The problem, if not empty, says why there is
// nothing to run. Nothing of the report is written to the disk under a name that
// it chose: the files go to the go command as an overlay.
func claimed(k *course.Kata, s *Solution, claim *Regraded) (suite grade.Suite, problem string) {
	if len(s.Files) == 0 {
		return suite, "The report has no file of it, so there is nothing to run; have it made without --no-code."
	}
	files := map[string][]byte{}
	suite = workbook.Suite(k)
	suite.Answer = map[string][]byte{}
	for name, src := range s.Files {
		files[name] = []byte(src)
		suite.Answer[path.Join(k.Dir(), name)] = []byte(src)
	}
	if course.Hash(k.Source(files)) != s.Hash {
		claim.Outcome = Refuted
		return suite, "The file in the report is not the one that its verdict is about: their hashes differ."
	}
	return suite, ""
}

// judge puts a verdict beside the claim.
func (r *Regraded) judge(v grade.Verdict) {
	r.Status, r.Summary, r.Origin = v.Status, text.FirstLine(v.Summary), grade.Regrade
	for _, t := range v.Tests {
		if t.Status == explain.Fail {
			r.Failed = append(r.Failed, t.Name)
		}
	}
	switch v.Status {
	case explain.Pass:
		r.Outcome = Holds
		r.Summary = text.Sentence(strings.TrimSuffix(strings.TrimSuffix(r.Summary, "."), explain.GoOn))
	case explain.Fail, explain.CompileError, explain.Timeout, explain.Untrusted:
		r.Outcome = Refuted
	case explain.Unavailable:
	}
}
