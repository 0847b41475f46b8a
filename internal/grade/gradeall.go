package grade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// GradeAll judges many suites in little more time than one `go test` over all
// of them takes. tell is called once for each, as its verdict is known, in any
// order, never from two goroutines at a time. The error is ctx's, and what was
// not told then has no verdict; or it says what could not be cleaned up.
//
// The suites are built and run by one go command. What it says of a suite
// counts as long as the suite ran by itself and to its end. Any other is run
// again alone: one that did not build, that cannot be trusted, or that was
// still running when another one used up what the run may use.
func (g *Grader) GradeAll(ctx context.Context, suites []Suite, tell func(i int, v Verdict)) error {
	told := make([]bool, len(suites))
	left := g.gradeTogether(ctx, suites, func(i int, v Verdict) {
		told[i] = true
		tell(i, v)
	})
	for i, s := range suites {
		if told[i] {
			continue
		}
		v, err := g.Grade(ctx, s)
		if err != nil {
			return err
		}
		tell(i, v)
	}
	return errors.Join(ctx.Err(), left)
}

// gradeTogether runs the suites at once and tells the verdicts that stand. It
// does nothing where that is not possible; whoever runs them alone learns why.
// The error says what could not be cleaned up.
func (g *Grader) gradeTogether(ctx context.Context, suites []Suite, tell func(i int, v Verdict)) (err error) {
	began := time.Now()
	m := g.probe(ctx)
	if m.blocker() != "" {
		return nil
	}
	var plans []*plan
	var runs []*sharedRun
	for i, s := range suites {
		if p, problem := g.plan(m, s); problem == "" && len(p.trouble) == 0 {
			plans = append(plans, p)
			runs = append(runs, &sharedRun{p, newReport(), i})
		}
	}
	if len(runs) < 2 {
		return nil
	}
	dir, unmade := os.MkdirTemp(m.tempDir, "leakproof-")
	if unmade != nil {
		return nil
	}
	defer func() {
		if problem := os.RemoveAll(dir); problem != nil {
			err = fmt.Errorf("the temporary folder %s is still there: %w; remove it", dir, problem)
		}
	}()
	overlay, problem := writeOverlay(dir, plans...)
	if problem != nil {
		return nil
	}
	reportOf := func(e event) *report {
		for _, r := range runs {
			if strings.HasSuffix(e.Package, "/"+r.plan.dir) {
				return r.report
			}
		}
		return nil // what a build says, which is said again alone
	}
	ended := func(of *report) {
		for _, r := range runs {
			if r.report != of || ctx.Err() != nil {
				continue
			}
			if v := judge(r.plan, r.report, ending{exit: r.report.failed}); r.stands(v) {
				tell(r.suite, v.of(suites[r.suite], began))
			}
		}
	}
	g.runAll(ctx, m, dir, m.offline, g.testArgs(overlay, m.race && !g.quick, plans...), len(runs), reportOf, ended)
	return nil
}

// sharedRun is one suite of a run of many.
type sharedRun struct {
	plan   *plan
	report *report
	suite  int // its place in the list
}

// stands tells whether a run alone could not come to another verdict.
func (r *sharedRun) stands(v Verdict) bool {
	ran := len(r.report.order) > 0
	return ran && (v.Status == Pass || v.Status == Fail || v.Status == Timeout)
}
