// Package grade runs the suite of one kata and decides what the run is worth.
//
// An exit status of 0 is no verdict: the code under test shares its process
// with the suite, so it can end the process early or print what a passing test
// would print. The grader therefore restores the suite it was given, knows
// which tests that suite holds, wants each of them to have run and passed
// exactly once, and adds a canary test that has to fail. See [Verdict].
//
// This stops accidents and casual cheating. Code that takes the trouble to
// imitate a whole run inside its own process cannot be told from an honest
// one; a verdict that counts is computed on a machine the learner does not own.
package grade

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Status is the kind of a verdict, or what became of one test.
type Status string

// The kinds of a verdict.
const (
	Pass         Status = "pass"          // every test ran and passed, and nothing speaks against the run
	Fail         Status = "fail"          // a test failed, or the code ended the run
	CompileError Status = "compile-error" // the kata does not build; no test ran
	Timeout      Status = "timeout"       // the tests did not end within the limit
	Untrusted    Status = "untrusted"     // the run says nothing about the code
	Unavailable  Status = "unavailable"   // this machine or workbook cannot decide it
)

// NotRun is the status of a test that has no result. The other statuses of a
// test are [Pass] and [Fail].
const NotRun Status = "not-run"

// Defaults of a [Grader].
const (
	DefaultLimit       = 60 * time.Second
	DefaultOutputLimit = 4 << 20
	// Above what a recursion without end takes until Go itself stops it and
	// says where: some 1.2 GB, as the stack is copied while it grows.
	DefaultMemoryLimit = 2 << 30
)

// Suite is one kata's pristine suite.
type Suite struct {
	Kata string // "12-leaky-fanout"
	Dir  string // slash path below the module root: "katas/12-leaky-fanout"
	File string // the learner's file in Dir: "notes.go"

	// Files are the files the verdict rests on, by slash path below the module
	// root: the suite's test files, support files of the kata, the suite kit.
	// A file that differs on disk, line endings aside, is restored for the run.
	Files map[string][]byte

	// Answer, if not nil, is graded in place of what is on disk: the files of
	// Dir outside Files, by slash path below the module root.
	Answer map[string][]byte
}

// Verdict is what one run of a suite is worth.
type Verdict struct {
	Kata     string        `json:"kata"`
	Status   Status        `json:"status"`
	Summary  string        `json:"summary"`            // one sentence: what happened and what to do next
	Detail   string        `json:"detail,omitempty"`   // compiler output, stack dump or race report; bounded
	Tests    []Test        `json:"tests,omitempty"`    // in the order of the suite
	Findings []Finding     `json:"findings,omitempty"` // what went wrong, most telling first; empty for a pass
	Race     bool          `json:"race"`               // whether the race detector was on
	Notes    []string      `json:"notes,omitempty"`    // what else the learner should know about this run
	Elapsed  time.Duration `json:"elapsed_ns"`
	Origin   string        `json:"origin"` // "ci" if the variable CI is true, else "self"
}

// Test is what became of one test of the suite, its subtests included.
type Test struct {
	Name    string        `json:"name"`
	Status  Status        `json:"status"`
	Message string        `json:"message,omitempty"` // the first failure, without its position and indent
	File    string        `json:"file,omitempty"`    // where in the suite, as a slash path below the module root
	Line    int           `json:"line,omitempty"`
	Output  string        `json:"output,omitempty"` // everything the test printed; bounded
	Elapsed time.Duration `json:"elapsed_ns"`
}

// Grader runs suites in one module. Its methods may be called concurrently;
// its fields must not change after the first call.
type Grader struct {
	Root        string        // the module root
	GoCommand   string        // default "go"
	Limit       time.Duration // how long the tests of one suite may run, building not included; default [DefaultLimit]
	OutputLimit int           // bytes that one run may print; default [DefaultOutputLimit]
	MemoryLimit int64         // bytes that the processes of one run may use together, building not included; default [DefaultMemoryLimit]; watched on Linux only
	Shuffle     string        // value for -shuffle; default is the order of the suite
	CPU         []int         // values for -cpu; the whole suite has to pass for each of them

	mu      sync.Mutex
	machine *machine // cached once everything is in order

	warmLock chan struct{}   // held while something is compiled
	warm     map[string]bool // by a suite's Dir; under warmLock

	// Seams for the package's tests.
	quick        bool          // leave -race out and judge as if it had been on
	buildLimit   time.Duration // default defaultBuildLimit
	grace        time.Duration // default defaultGrace
	programLimit time.Duration // default defaultProgramLimit
}

const (
	// defaultBuildLimit bounds everything before the tests start. The first
	// build with the race detector compiles much of the standard library.
	defaultBuildLimit = 10 * time.Minute
	// defaultGrace is how long the testing package gets to print its stack
	// dump after Limit, before the whole process group is killed.
	defaultGrace = 5 * time.Second
)

// Grade runs the suite and judges the run. The error is ctx's: a cancelled run
// has no verdict. Everything else that goes wrong is a verdict.
func (g *Grader) Grade(ctx context.Context, s Suite) (Verdict, error) {
	began := time.Now()
	v := g.grade(ctx, s)
	if err := ctx.Err(); err != nil {
		return Verdict{}, err
	}
	return v.of(s, began), nil
}

// of completes the verdict on a suite whose run began at that time.
func (v Verdict) of(s Suite, began time.Time) Verdict {
	v.Kata = s.Kata
	v.Summary = sentence(v.Summary)
	v.Origin = origin()
	v.Elapsed = time.Since(began)
	return v
}

// plan is what is known of a run of the suite before it starts. The problem,
// if not empty, says why there is nothing to run.
func (g *Grader) plan(m *machine, s Suite) (p *plan, problem string) {
	p, problem = newPlan(m.root, s)
	if problem != "" {
		return nil, problem
	}
	p.repeat = max(1, len(g.CPU))
	p.limit = g.limit()
	p.memoryLimit = g.memoryLimit()
	p.race = m.race || g.quick
	p.raceProblem = m.raceProblem
	return p, ""
}

func (g *Grader) grade(ctx context.Context, s Suite) Verdict {
	m := g.probe(ctx)
	if problem := m.blocker(); problem != "" {
		return Verdict{Status: Unavailable, Summary: problem}
	}
	p, problem := g.plan(m, s)
	if problem != "" {
		return Verdict{Status: Unavailable, Summary: problem}
	}

	dir, err := os.MkdirTemp(m.tempDir, "leakproof-")
	if err != nil {
		return Verdict{Status: Unavailable, Summary: fmt.Sprintf("no temporary folder for the run: %v; free some space or set TMPDIR", err)}
	}
	v := g.runAndJudge(ctx, m, p, dir)
	if err := os.RemoveAll(dir); err != nil {
		v.Notes = append(v.Notes, fmt.Sprintf("the temporary folder %s is still there: %v; remove it", dir, err))
	}
	return v
}

func (g *Grader) runAndJudge(ctx context.Context, m *machine, p *plan, dir string) Verdict {
	overlay, err := writeOverlay(dir, p)
	if err != nil {
		return Verdict{Status: Unavailable, Summary: fmt.Sprintf("the run could not be prepared: %v; free some space or set TMPDIR", err)}
	}
	args := g.testArgs(overlay, m.race && !g.quick, p)
	r, end := g.run(ctx, m, dir, m.offline, args)
	if r.needsModules() && ctx.Err() == nil {
		// Grading itself is offline. What the suite needs is fetched once,
		// outside the time limit of the tests and with the user's proxies.
		g.run(ctx, m, dir, m.online, []string{"list", "-test", "-deps", "-mod=readonly", "-overlay=" + overlay, "./" + p.dir})
		r, end = g.run(ctx, m, dir, m.offline, args)
	}
	return judge(p, r, end)
}

func (g *Grader) testArgs(overlay string, race bool, plans ...*plan) []string {
	args := []string{
		"test", "-json", "-count=1", "-mod=readonly", "-buildvcs=false",
		"-timeout=" + g.limit().String(), "-overlay=" + overlay,
	}
	if race {
		args = append(args, "-race")
	}
	if g.Shuffle != "" {
		args = append(args, "-shuffle="+g.Shuffle)
	}
	if len(g.CPU) > 0 {
		var list []string
		for _, n := range g.CPU {
			list = append(list, strconv.Itoa(n))
		}
		args = append(args, "-cpu="+strings.Join(list, ","))
	}
	for _, p := range plans {
		args = append(args, "-ldflags="+p.canary.ldflags)
	}
	for _, p := range plans {
		args = append(args, "./"+p.dir)
	}
	return args
}

func (g *Grader) limit() time.Duration {
	if g.Limit > 0 {
		return g.Limit
	}
	return DefaultLimit
}

func (g *Grader) outputLimit() int {
	if g.OutputLimit > 0 {
		return g.OutputLimit
	}
	return DefaultOutputLimit
}

func (g *Grader) memoryLimit() int64 {
	if g.MemoryLimit > 0 {
		return g.MemoryLimit
	}
	return DefaultMemoryLimit
}

func (g *Grader) goCommand() string {
	if g.GoCommand != "" {
		return g.GoCommand
	}
	return "go"
}

// sentence begins and ends a summary as one, unless it begins with a name.
func sentence(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if !strings.ContainsAny(first, "./:_`") {
		s = strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):]
	}
	if s != "" && !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

func origin() string {
	if os.Getenv("CI") == "true" {
		return "ci"
	}
	return "self"
}

// resetCommand is what brings the kata's files back.
func resetCommand(kata string) string {
	number, _, _ := strings.Cut(kata, "-")
	return "`leakproof reset " + number + "`"
}

// onDisk is the place of a slash path below root.
func onDisk(root, name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
