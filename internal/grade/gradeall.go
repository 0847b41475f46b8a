package grade

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
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
	m := g.Runner.Probe(ctx)
	if m.Blocker() != "" {
		return nil
	}
	var plans []*plan
	var runs []*sharedRun
	for i, s := range suites {
		if len(s.Implementations) > 0 {
			continue // many runs by itself
		}
		if p, problem := g.plan(m, s); problem == "" && len(p.trouble) == 0 {
			plans = append(plans, p)
			runs = append(runs, &sharedRun{plan: p, report: gorun.NewReport(), suite: i})
		}
	}
	if len(runs) < 2 {
		return nil
	}
	dir, unmade := m.TempFolder()
	if unmade != nil {
		return nil
	}
	defer func() {
		if problem := os.RemoveAll(dir); problem != nil {
			err = errors.New(explain.FolderLeft(dir, problem))
		}
	}()
	files, problem := writeFiles(dir, plans...)
	if problem != nil {
		return nil
	}
	t := g.testRun(dir, files, m.Race && !g.quick, plans...)
	t.Report = func(e gorun.Event) *gorun.Report {
		for _, r := range runs {
			if strings.HasSuffix(e.Package, "/"+r.plan.Dir) && !r.ended {
				return r.report
			}
		}
		return nil // what a build says, which is said again alone
	}
	// Judging what a suite printed without end takes seconds, and the go command
	// fails the other suites if nobody takes their output for so long.
	ended := make(chan *sharedRun, len(runs))
	t.Ended = func(of *gorun.Report) {
		for _, r := range runs {
			if r.report == of {
				r.ended = true
				ended <- r
			}
		}
	}
	var judging sync.WaitGroup
	judging.Go(func() {
		for r := range ended {
			if v := judge(r.plan, r.report, gorun.Ending{Exit: r.report.Failed}); ctx.Err() == nil && r.stands(v) {
				tell(r.suite, g.complete(ctx, v, suites[r.suite], began))
			}
		}
	})
	m.Test(ctx, t)
	close(ended)
	judging.Wait()
	return nil
}

// sharedRun is one suite of a run of many.
type sharedRun struct {
	plan   *plan
	report *gorun.Report
	suite  int  // its place in the list
	ended  bool // its report is whole
}

// stands tells whether a run alone could not come to another verdict.
func (r *sharedRun) stands(v Verdict) bool {
	ran := len(r.report.Order) > 0
	return ran && (v.Status == explain.Pass || v.Status == explain.Fail || v.Status == explain.Timeout)
}
