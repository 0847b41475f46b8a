package grade

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/gosource"
	"example.com/leakproof/internal/text"
)

// Verdict is what one run of a suite is worth.
type Verdict struct {
	Kata     string            `json:"kata"`
	Status   explain.Status    `json:"status"`
	Summary  string            `json:"summary"`            // one sentence: what happened and what to do next
	Detail   string            `json:"detail,omitempty"`   // compiler output, stack dump or race report; bounded
	Tests    []explain.Test    `json:"tests,omitempty"`    // in the order of the suite
	Findings []explain.Finding `json:"findings,omitempty"` // what went wrong, most telling first; empty for a pass
	Race     bool              `json:"race"`               // whether the race detector was on
	Notes    []string          `json:"notes,omitempty"`    // what else the learner should know about this run
	Elapsed  time.Duration     `json:"elapsed_ns"`
	Origin   string            `json:"origin"` // who ran the grader: "ci" or "self"; see [Grader.origin]
	Program  Program           `json:"grader"` // which grader it was
}

func unavailable(summary string) Verdict {
	return Verdict{Status: explain.Unavailable, Summary: summary}
}

// complete makes a verdict on a suite whose run began at that time.
func (g *Grader) complete(ctx context.Context, v Verdict, s Suite, began time.Time) Verdict {
	v.Kata = s.Kata
	v.Summary = text.Sentence(v.Summary)
	o := g.origin(ctx)
	v.Origin, v.Program = o.ran, o.program
	restsOn := []map[string][]byte{s.Files, s.Modules}
	for _, one := range s.Implementations {
		restsOn = append(restsOn, one.Files)
	}
	v.Program.Suite = digest(sha256.New(), restsOn...)
	if o.note != "" {
		v.Notes = append(v.Notes, o.note)
	}
	v.Elapsed = time.Since(began)
	return v
}

// detailLimit bounds the detail of a verdict, in bytes.
const detailLimit = 64 << 10

// judge decides what a run is worth. Untrusted comes before Fail, because a
// run that contradicts itself says nothing; what did not build or did not end
// comes first, because the learner has to repair that in any case.
func judge(p *plan, report *gorun.Report, end gorun.Ending) Verdict {
	r := &explain.Run{Subject: &p.Subject, Report: report, Ending: end}
	v := Verdict{Race: p.race, Tests: r.Results(), Notes: slices.Clone(p.notes)}
	if !p.race {
		v.Notes = append(v.Notes, p.raceProblem)
	}
	for _, decide := range []func(*plan, *explain.Run, *Verdict) bool{
		unfit, notBuilt, notStarted, notEnded, stopped, notTrusted, killed, noDetector, failed, incomplete, noRace, passed,
	} {
		if decide(p, r, &v) {
			break
		}
	}
	if v.Status != explain.Untrusted {
		v.Notes = append(v.Notes, p.trouble...)
	}
	v.Detail = text.Clip(v.Detail, detailLimit)
	v.Findings = r.Findings(v.Status, v.Tests, v.Summary)
	return v
}

// unfit is a run that the machine has kept from its tests.
func unfit(p *plan, r *explain.Run, v *Verdict) bool {
	said, notStarted := "", r.NotStarted()
	switch {
	case r.Ending.Signal != "":
		v.Summary = gorun.GoKilled(r.Ending.Signal)
	case len(r.Report.Broken) > 0:
		said = r.BuildOutput() + r.Ending.Stderr
	case notStarted != "":
		said = notStarted
	case !r.Report.Started && r.Ending.Cause == nil:
		said = r.Ending.Stderr
	default:
		return false
	}
	if v.Summary == "" {
		v.Summary = p.machine.Fault(said)
	}
	if v.Summary == "" && notStarted == "" && p.onlyGo() {
		v.Summary = p.machine.CompilerFault(said)
	}
	if v.Summary == "" && strings.Contains(said, " is not in std ") {
		v.Summary = p.machine.CacheFault()
	}
	if v.Summary == "" {
		return false
	}
	v.Status, v.Tests, v.Detail = explain.Unavailable, nil, said
	return true
}

func notBuilt(p *plan, r *explain.Run, v *Verdict) bool {
	if len(r.Report.Broken) == 0 {
		return false
	}
	v.Tests = nil
	v.Detail = r.BuildOutput()
	broken := r.Report.Broken[0]
	file, first := explain.FirstError(v.Detail)
	ours := r.Report.Package != "" && (strings.HasPrefix(broken, r.Report.Package) || strings.HasPrefix(file, p.Dir+"/"))
	switch {
	case r.Report.NeedsModules():
		v.Status, v.Summary = explain.Unavailable, explain.ModuleMissing(p.machine.NoProxy, p.fetching)
	case !ours && len(p.trouble) > 0:
		distrust(v, p.trouble)
	case !ours:
		v.Status, v.Summary = explain.Unavailable, explain.NeededDoesNotBuild(broken, first)
	case p.Suite[file] != nil && strings.Contains(r.Report.Outside.String(), "[setup failed]"):
		v.Status, v.Summary = explain.Unavailable, explain.ModuleFilesChanged(first)
	case r.Report.Compiles && p.Suite[file] != nil:
		v.Status, v.Summary = explain.Fail, explain.VetRefusesSuite(first)
	case r.Report.Compiles:
		v.Status, v.Summary = explain.Fail, explain.VetRefuses(first)
	case p.Suite[file] != nil:
		v.Status, v.Summary = explain.CompileError, explain.SuiteDoesNotCompile(first)
	default:
		v.Status, v.Summary = explain.CompileError, explain.DoesNotCompile(first)
	}
	return true
}

// notStarted is a go command that gave up before it came to the tests.
func notStarted(p *plan, r *explain.Run, v *Verdict) bool {
	cause := r.Ending.Cause
	during := errors.Is(cause, gorun.ErrTimeLimit) || errors.Is(cause, gorun.ErrOutputLimit) || errors.Is(cause, gorun.ErrMemoryLimit)
	switch {
	case errors.Is(cause, gorun.ErrBuildLimit):
		v.Summary = explain.BuildTooSlow()
	case r.Ending.Exit == -1 && cause != nil && !during:
		if v.Summary = p.machine.Fault(cause.Error()); v.Summary == "" {
			v.Summary = explain.GoNotRun(cause)
		}
	case !r.Report.Started:
		v.Summary = explain.GoGaveUp(r.Ending)
	default:
		return false
	}
	v.Status = explain.Unavailable
	v.Tests = nil
	v.Detail = r.Ending.Stderr
	return true
}

func notEnded(_ *plan, r *explain.Run, v *Verdict) bool {
	if !r.TimedOut() {
		return false
	}
	v.Status = explain.Timeout
	v.Summary, v.Detail = r.Hangs()
	return true
}

// stopped is a run that used more output or memory than its limit.
func stopped(_ *plan, r *explain.Run, v *Verdict) bool {
	switch {
	case errors.Is(r.Ending.Cause, gorun.ErrOutputLimit):
		v.Summary, v.Detail = r.PrintsWithoutEnd()
	case errors.Is(r.Ending.Cause, gorun.ErrMemoryLimit):
		v.Summary, v.Detail = r.UsesTooMuchMemory()
	default:
		return false
	}
	v.Status = explain.Fail
	return true
}

func notTrusted(p *plan, r *explain.Run, v *Verdict) bool {
	trouble := slices.Clone(p.trouble)
	for _, name := range r.Report.Order {
		t := r.Report.Tests[name]
		want := p.expected(name)
		switch {
		case want == 0:
			trouble = append(trouble, explain.UnknownTest(name))
		case t.Runs > want || t.Results() > t.Runs:
			trouble = append(trouble, p.MoreResults(name))
		}
	}
	if reason, detail := r.ExitsWithSuccess(); detail != "" {
		v.Detail = detail
		trouble = append(trouble, reason)
	}
	host, bird := r.Report.Tests[p.Canary.Host], r.Report.Tests[p.Canary.Name]
	if bird != nil && bird.Results() > bird.Fails || host != nil && strings.Contains(host.Output.String(), canaryComplaint) {
		trouble = append(trouble, explain.FailureUnheard())
	}
	if len(trouble) == 0 {
		return false
	}
	distrust(v, trouble)
	return true
}

func distrust(v *Verdict, trouble []string) {
	v.Status = explain.Untrusted
	v.Summary = explain.DoesNotCount(trouble[0])
	v.Notes = append(v.Notes, trouble[1:]...)
}

// killed is a run that ended for want of memory, or by a signal that the grader
// did not send.
func killed(_ *plan, r *explain.Run, v *Verdict) bool {
	summary, detail := r.OutOfMemory()
	if summary == "" {
		summary, detail = r.Killed()
	}
	if summary == "" {
		return false
	}
	v.Status, v.Tests, v.Summary, v.Detail = explain.Unavailable, nil, summary, detail
	return true
}

func noDetector(_ *plan, r *explain.Run, v *Verdict) bool {
	summary, detail := r.NoDetector()
	if detail == "" || len(r.Report.Order) > 0 {
		return false
	}
	v.Status, v.Summary, v.Detail = explain.Unavailable, summary, detail
	return true
}

func failed(p *plan, r *explain.Run, v *Verdict) bool {
	claimed := func(t gosource.Test) bool { return r.Report.Tests[t.Name] != nil && r.Report.Tests[t.Name].Fails > 0 }
	if r.Ending.Exit == 0 && r.Report.Failed == 0 && !slices.ContainsFunc(p.Tests, claimed) {
		return false // what has no result then is a matter of trust
	}
	v.Status = explain.Fail
	v.Summary, v.Detail = r.Failure(v.Tests)
	return true
}

// incomplete is a run that claims success without proof.
func incomplete(p *plan, r *explain.Run, v *Verdict) bool {
	missing := slices.IndexFunc(p.Tests, func(t gosource.Test) bool {
		got := r.Report.Tests[t.Name]
		return got == nil || got.Passes != p.Repeat
	})
	host, bird := r.Report.Tests[p.Canary.Host], r.Report.Tests[p.Canary.Name]
	sings := host != nil && bird != nil && host.Passes == p.Repeat && bird.Fails == p.expected(p.Canary.Name) &&
		strings.Count(bird.Output.String(), p.canary.message) == bird.Fails
	reason := ""
	switch {
	case missing >= 0:
		name := p.Tests[missing].Name
		reason = explain.ResultMissing(name)
		if got := r.Report.Tests[name]; got != nil && got.Skips > 0 {
			reason = explain.SkippedTest(name)
		}
	case !sings || r.Report.Passed != 1:
		reason = explain.FailureMissing()
	default:
		return false
	}
	distrust(v, []string{reason})
	v.Detail = r.LastOutput()
	return true
}

func noRace(p *plan, _ *explain.Run, v *Verdict) bool {
	if p.race {
		return false
	}
	v.Status, v.Summary = explain.Unavailable, explain.WithoutRace(len(v.Tests), p.raceProblem)
	return true
}

func passed(_ *plan, _ *explain.Run, v *Verdict) bool {
	v.Status, v.Summary = explain.Pass, explain.Passed(len(v.Tests))
	return true
}

// expected is how often a test of this name runs; 0 if it should not.
func (p *plan) expected(name string) int {
	suite := func(t gosource.Test) bool { return t.Name == name }
	switch {
	case name == p.Canary.Name:
		return p.Repeat * p.Repeat // the nested run repeats it as well
	case name == p.Canary.Host, p.others[name], slices.ContainsFunc(p.Tests, suite):
		return p.Repeat
	}
	return 0
}
