// Package grade runs the suite of one kata and decides what the run is worth.
//
// An exit status of 0 is no verdict: the code under test shares its process
// with the suite, so it can end the process early or print what a passing test
// would print. The grader therefore restores the suite it was given, knows
// which tests that suite holds, wants each of them to have run and passed
// exactly once, and adds a canary test that has to fail. See [Verdict].
//
// This stops accidents and casual cheating, and no more, wherever it runs. Code
// that takes the trouble to imitate a whole run inside its own process cannot be
// told from an honest one: it can read the canary's name out of its own memory. A
// verdict says who ran the grader and which grader it was; one that counts is
// read together with the code.
package grade

import (
	"cmp"
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
)

// Defaults of a [Grader].
const (
	DefaultLimit       = 60 * time.Second
	DefaultOutputLimit = 4 << 20
)

// Grader runs suites in the module of its runner. Its methods may be called
// concurrently; its fields must not change after the first call.
type Grader struct {
	Runner       *gorun.Runner
	Limit        time.Duration // how long the tests of one suite may run, building not included; default [DefaultLimit]
	OutputLimit  int           // bytes that one run may print; default [DefaultOutputLimit]
	Shuffle      string        // value for -shuffle; default is the order of the suite
	Short        bool          // -short: a refusal counts as much, a pass is worth less
	CPU          []int         // values for -cpu; the whole suite has to pass for each of them
	LearnerTests []string      // the tests that learners write, by slash path below the module root; see [Grader.origin]
	Secret       string        // what the code under test must not guess; default is one that the user's cache folder keeps

	originOnce sync.Once
	originIs   origin

	// Seams for the package's tests.
	quick      bool          // leave -race out and judge as if it had been on
	buildLimit time.Duration // default gorun.DefaultBuildLimit
	grace      time.Duration // default defaultGrace
}

// defaultGrace is how long the testing package gets to print its stack dump
// after Limit, before the whole process group is killed.
const defaultGrace = 5 * time.Second

// Grade runs the suite and judges the run. The error is ctx's: a cancelled run
// has no verdict. Everything else that goes wrong is a verdict.
func (g *Grader) Grade(ctx context.Context, s Suite) (Verdict, error) {
	began := time.Now()
	var v Verdict
	if len(s.Implementations) > 0 {
		v = g.gradeTest(ctx, s)
	} else {
		v, _ = g.grade(ctx, s)
	}
	if err := ctx.Err(); err != nil {
		return Verdict{}, err
	}
	return g.complete(ctx, v, s, began), nil
}

// plan is what is known of a run of the suite before it starts. The problem,
// if not empty, says why there is nothing to run.
func (g *Grader) plan(m *gorun.Machine, s Suite) (p *plan, problem string) {
	secret := g.Secret
	if secret == "" {
		secret = userSecret()
	}
	p, problem = newPlan(m.Root, secret, s)
	if problem != "" {
		return nil, problem
	}
	p.machine = m
	p.Repeat = max(1, len(g.CPU))
	p.Limit = cmp.Or(g.Limit, DefaultLimit)
	p.MemoryLimit = m.MemoryLimit
	p.race = m.Race || g.quick
	p.raceProblem = m.RaceProblem
	return p, ""
}

// grade runs the suite and judges the run. The report is nil where there was
// none.
func (g *Grader) grade(ctx context.Context, s Suite) (Verdict, *gorun.Report) {
	m := g.Runner.Probe(ctx)
	if problem := m.Blocker(); problem != "" {
		return unavailable(problem), nil
	}
	p, problem := g.plan(m, s)
	if problem != "" {
		return unavailable(problem), nil
	}

	dir, err := m.TempFolder()
	if err != nil {
		return unavailable(explain.NoFolder(err)), nil
	}
	v, report := g.runAndJudge(ctx, m, p, dir)
	if err := os.RemoveAll(dir); err != nil {
		v.Notes = append(v.Notes, explain.FolderLeft(dir, err))
	}
	return v, report
}

func (g *Grader) runAndJudge(ctx context.Context, m *gorun.Machine, p *plan, dir string) (Verdict, *gorun.Report) {
	files, err := writeFiles(dir, p)
	if err != nil {
		return unavailable(explain.NotPrepared(err)), nil
	}
	run := func() (*gorun.Report, gorun.Ending) {
		report := gorun.NewReport()
		t := g.testRun(dir, files, m.Race && !g.quick, p)
		t.Report, t.Ended = func(gorun.Event) *gorun.Report { return report }, func(*gorun.Report) {}
		return report, m.Test(ctx, t)
	}
	report, end := run()
	race := m.Race && !g.quick
	list := func(env []string, flags ...string) (said string, ok bool) {
		ctx, cancel := context.WithTimeout(ctx, g.building())
		defer cancel()
		return m.List(ctx, dir, env, append(append(flags, buildFlags(files, race)...), "./"+p.Dir)...)
	}
	if report.NeedsModules() && ctx.Err() == nil {
		// Grading itself is offline. What the suite needs is fetched once,
		// outside the time limit of the tests and with the user's proxies.
		p.fetching, _ = list(m.Online, "-test", "-deps")
		report, end = run()
	}
	if len(report.Broken) > 0 && !report.NeedsModules() && ctx.Err() == nil {
		// go test says alike what the compiler refuses and what go vet does.
		_, report.Compiles = list(m.Offline, "-test", "-export")
	}
	return judge(p, report, end), report
}

// writeFiles writes what a run is built from besides the files on disk, and
// returns the flags that say so. All plans are of one workbook.
func writeFiles(dir string, plans ...*plan) (flags []string, err error) {
	var sets []map[string][]byte // the suites share the kit
	for _, p := range plans {
		sets = append(sets, p.replace)
	}
	overlay, err := gorun.WriteOverlay(dir, sets...)
	if err != nil {
		return nil, err
	}
	flags, err = writeModules(dir, plans[0].modules)
	return append(flags, "-overlay="+overlay), err
}

// buildFlags are those of everything that is built; files are the flags of
// writeFiles.
func buildFlags(files []string, race bool) []string {
	// The compiler's debug tables are a sixth of the time to a verdict, and the
	// linker leaves them out of a binary that is not kept. Traces need none.
	flags := append([]string{"-mod=readonly", "-buildvcs=false", "-gcflags=-dwarf=false"}, files...)
	if race {
		flags = append(flags, "-race")
	}
	return flags
}

// testRun is the run of some suites, without what hears of it.
func (g *Grader) testRun(dir string, files []string, race bool, plans ...*plan) gorun.TestRun {
	limit := cmp.Or(g.Limit, DefaultLimit)
	args := append([]string{"-count=1", "-timeout=" + limit.String()}, buildFlags(files, race)...)
	if g.Shuffle != "" {
		args = append(args, "-shuffle="+g.Shuffle)
	}
	if g.Short {
		args = append(args, "-short")
	}
	if len(g.CPU) > 0 {
		var list []string
		for _, n := range g.CPU {
			list = append(list, strconv.Itoa(n))
		}
		args = append(args, "-cpu="+strings.Join(list, ","))
	}
	for _, p := range plans {
		args = append(args, "./"+p.Dir)
	}
	return gorun.TestRun{
		TempDir: dir, Args: args, Packages: len(plans),
		BuildLimit: g.building(), Limit: limit + cmp.Or(g.grace, defaultGrace), OutputLimit: cmp.Or(g.OutputLimit, DefaultOutputLimit),
	}
}

func (g *Grader) building() time.Duration { return cmp.Or(g.buildLimit, gorun.DefaultBuildLimit) }
