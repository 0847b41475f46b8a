package grade

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Bounds of what a verdict carries, in bytes.
const (
	detailLimit   = 64 << 10
	outputLimit   = 16 << 10
	messageLimit  = 4 << 10
	sentenceLimit = 300
)

// judge decides what a run is worth. Untrusted comes before Fail, because a
// run that contradicts itself says nothing; what did not build or did not end
// comes first, because the learner has to repair that in any case.
func judge(p *plan, r *report, end ending) Verdict {
	v := Verdict{Race: p.race, Tests: p.results(r), Notes: slices.Clone(p.notes)}
	if !p.race {
		v.Notes = append(v.Notes, p.raceProblem)
	}
	for _, decide := range []func(*plan, *report, ending, *Verdict) bool{
		notBuilt, notStarted, notEnded, endless, greedy, notTrusted, noDetector, failed, incomplete, noRace,
	} {
		if decide(p, r, end, &v) {
			if v.Status != Untrusted {
				v.Notes = append(v.Notes, p.trouble...)
			}
			v.Detail = clip(v.Detail, detailLimit)
			v.Findings = p.findings(r, end, &v)
			return v
		}
	}
	v.Status = Pass
	v.Summary = fmt.Sprintf("%s passed with the race detector on; go on to the next kata", allTests(len(v.Tests)))
	return v
}

func notBuilt(p *plan, r *report, end ending, v *Verdict) bool {
	if len(r.broken) == 0 {
		return false
	}
	v.Tests = nil
	said := p.ownPaths(r.build.String())
	v.Detail = said
	if r.needsModules() {
		v.Status = Unavailable
		v.Summary = "a module that the suite needs is not on this machine and could not be fetched; run `go mod download` while online"
		return true
	}
	file, first := firstError(said)
	ours := r.pkg != "" && (strings.HasPrefix(r.broken[0], r.pkg) || strings.HasPrefix(file, p.dir+"/"))
	switch {
	case !ours && len(p.trouble) > 0:
		distrust(v, p.trouble)
	case !ours:
		v.Status = Unavailable
		v.Summary = fmt.Sprintf("%s, which the suite needs, does not build here: %s; run `leakproof doctor`", r.broken[0], first)
	case p.suite[file] != nil && strings.Contains(r.outside.String(), "[setup failed]"):
		v.Status = Unavailable
		v.Summary = fmt.Sprintf("%s; restore go.mod and go.sum as the workbook has them", first)
	case p.suite[file] != nil:
		v.Status = CompileError
		v.Summary = fmt.Sprintf("%s: the suite does not compile against your code; keep the names and types that the contract gives", first)
	default:
		v.Status = CompileError
		v.Summary = fmt.Sprintf("%s; repair this first, no test has run", first)
	}
	return true
}

// notStarted is a go command that gave up before it came to the tests.
func notStarted(p *plan, r *report, end ending, v *Verdict) bool {
	switch {
	case errors.Is(end.cause, errBuildLimit):
		v.Summary = "the build did not end in time; try again when the machine is less busy"
	case end.exit == -1 && end.cause != nil && !errors.Is(end.cause, errTestLimit) && !errors.Is(end.cause, errOutputLimit) && !errors.Is(end.cause, errMemoryLimit):
		v.Summary = fmt.Sprintf("the go command could not be run: %v; run `leakproof doctor`", end.cause)
	case !r.started:
		said := strings.TrimPrefix(firstLine(end.stderr), "go: ")
		if said == "" {
			said = fmt.Sprintf("exit status %d", end.exit)
		}
		v.Summary = fmt.Sprintf("the go command gave up before the tests: %s; run `leakproof doctor`", said)
	default:
		return false
	}
	v.Status = Unavailable
	v.Tests = nil
	v.Detail = end.stderr
	return true
}

func notEnded(p *plan, r *report, end ending, v *Verdict) bool {
	name, dump := r.crash(p)
	if !strings.HasPrefix(dump, "panic: test timed out after ") {
		name, dump = "", ""
		if !errors.Is(end.cause, errTestLimit) {
			return false
		}
	}
	v.Status = Timeout
	v.Detail = dump
	if name == "" {
		name = r.runningTest()
	}
	where := ""
	if at := p.learnerLine(dump); at != "" {
		where = " (" + at + ")"
	}
	v.Summary = fmt.Sprintf("%s had not ended after %s%s; look for what waits or spins without an end", p.shown(name), p.limit, where)
	return true
}

func endless(p *plan, r *report, end ending, v *Verdict) bool {
	if !errors.Is(end.cause, errOutputLimit) {
		return false
	}
	v.Status = Fail
	name := r.runningTest()
	if t := r.tests[name]; t != nil {
		v.Detail = t.output.String()
	} else {
		v.Detail = r.outside.String()
	}
	v.Summary = fmt.Sprintf("%s printed without end and was stopped; look for a loop that prints", p.shown(name))
	return true
}

func notTrusted(p *plan, r *report, end ending, v *Verdict) bool {
	trouble := slices.Clone(p.trouble)
	for _, name := range r.order {
		t := r.tests[name]
		want := p.expected(name)
		switch {
		case want == 0:
			trouble = append(trouble, fmt.Sprintf("the run reports a test %s that the suite does not have; do not print lines that look like results", name))
		case t.runs > want || t.results() > t.runs:
			trouble = append(trouble, fmt.Sprintf("%s reports more than one result; do not print lines that look like results", p.shown(name)))
		}
	}
	if name, text := r.crash(p); strings.HasPrefix(text, "panic: unexpected call to os.Exit(0) during test") {
		v.Detail = text
		trouble = append(trouble, fmt.Sprintf("the code calls os.Exit(0) during %s%s; remove that call", p.shown(name), after(" at ", p.learnerLine(text))))
	}
	host, bird := r.tests[p.canary.host], r.tests[p.canary.name]
	if bird != nil && bird.results() > bird.fails || host != nil && strings.Contains(host.output.String(), canaryComplaint) {
		trouble = append(trouble, "the test that has to fail did not; do not change the flags of the tests or what they print")
	}
	if len(trouble) == 0 {
		return false
	}
	distrust(v, trouble)
	return true
}

func distrust(v *Verdict, trouble []string) {
	v.Status = Untrusted
	v.Summary = "this run does not count: " + trouble[0]
	v.Notes = append(v.Notes, trouble[1:]...)
}

// noDetector is a race detector that builds but does not start, as on some
// kernels.
func noDetector(p *plan, r *report, end ending, v *Verdict) bool {
	_, said := r.find("FATAL: ThreadSanitizer")
	if said == "" || len(r.order) > 0 {
		return false
	}
	v.Status = Unavailable
	v.Detail = said
	v.Summary = fmt.Sprintf("the race detector does not start on this machine (%s); check the katas on another one", firstLine(said))
	return true
}

func failed(p *plan, r *report, end ending, v *Verdict) bool {
	var bad []Test
	for _, t := range v.Tests {
		if t.Status == Fail {
			bad = append(bad, t)
		}
	}
	claimed := func(t suiteTest) bool { return r.tests[t.name] != nil && r.tests[t.name].fails > 0 }
	if end.exit == 0 && r.failed == 0 && !slices.ContainsFunc(p.tests, claimed) {
		return false // what has no result then is a matter of trust
	}
	v.Status = Fail
	if name, text := r.crash(p); text != "" {
		v.Detail = text
		v.Summary = fmt.Sprintf("%s ended the whole run: %s%s; start there", p.shown(name), firstLine(text), after(" at ", p.learnerLine(text)))
		return true
	}
	name, race := r.find(raceHeading)
	v.Detail = race
	switch {
	case len(bad) > 0 && !r.cutShort(p):
		v.Summary = fmt.Sprintf("%d of %s failed; start with %s: %s", len(bad), tests(len(v.Tests)), bad[0].Name, strings.TrimRight(firstLine(bad[0].Message), ";:,"))
	case r.cutShort(p):
		v.Detail = r.lastOutput()
		when := "before the first test"
		if len(r.order) > 0 {
			when = "during " + p.shown(r.runningTest())
		}
		v.Summary = fmt.Sprintf("the process exited%s %s; look for os.Exit or log.Fatal on the way", exitStatus(r), when)
		if stopped := p.frozen(r); stopped != "" { // the suite kit ended the process
			v.Summary = stopped
		}
	case race != "":
		v.Summary = fmt.Sprintf("all tests passed, but the race detector has found a data race in the background of %s%s; order the two accesses", p.shown(name), after(": ", p.raceLines(race)))
	case strings.Contains(r.printed(), "goleak: Errors on successful test run"):
		_, v.Detail = r.find("goleak: Errors on successful test run")
		v.Summary = fmt.Sprintf("all tests passed, but goroutines were left running%s; give each of them an end", after(" at ", p.learnerLine(v.Detail)))
	case strings.Contains(r.outside.String(), "Test I/O incomplete"):
		v.Detail = r.outside.String()
		v.Summary = "all tests passed, but a process that the code started was still running; end it before the function returns"
	default:
		v.Detail = r.outside.String()
		v.Summary = fmt.Sprintf("all tests passed, but the run failed after them%s; look at what it printed", exitStatus(r))
	}
	return true
}

// incomplete is a run that claims success without proof.
func incomplete(p *plan, r *report, end ending, v *Verdict) bool {
	missing := ""
	for _, t := range p.tests {
		if r.tests[t.name] == nil || r.tests[t.name].passes != p.repeat {
			missing = t.name
			break
		}
	}
	host, bird := r.tests[p.canary.host], r.tests[p.canary.name]
	sings := host != nil && bird != nil && host.passes == p.repeat && bird.fails == p.expected(p.canary.name) &&
		strings.Count(bird.output.String(), p.canary.message) == bird.fails
	switch {
	case missing != "" && r.tests[missing] != nil && r.tests[missing].skips > 0:
		v.Summary = fmt.Sprintf("this run does not count: %s was skipped; do not change the flags of the tests", missing)
	case missing != "":
		v.Summary = fmt.Sprintf("this run does not count: it ended with status 0 without a result of %s; look for an exit on the way", missing)
	case !sings || r.passed != 1:
		v.Summary = "this run does not count: the test that has to fail did not; look for code that ends the process or changes what the tests print"
	default:
		return false
	}
	v.Status = Untrusted
	v.Detail = r.lastOutput()
	return true
}

func noRace(p *plan, r *report, end ending, v *Verdict) bool {
	if p.race {
		return false
	}
	v.Status = Unavailable
	v.Summary = fmt.Sprintf("%s passed, but without the race detector that decides nothing: %s", allTests(len(v.Tests)), p.raceProblem)
	return true
}

// expected is how often a test of this name runs; 0 if it should not.
func (p *plan) expected(name string) int {
	switch {
	case name == p.canary.name:
		return p.repeat * p.repeat // the nested run repeats it as well
	case name == p.canary.host, p.others[name]:
		return p.repeat
	}
	for _, t := range p.tests {
		if t.name == name {
			return p.repeat
		}
	}
	return 0
}

// cutShort tells whether the process ended before the suite and the canary had.
func (r *report) cutShort(p *plan) bool {
	short := func(name string) bool {
		return r.tests[name] == nil || r.tests[name].results() < p.repeat
	}
	return short(p.canary.host) || slices.ContainsFunc(p.tests, func(t suiteTest) bool { return short(t.name) })
}

// results lists the suite's tests and what became of them.
func (p *plan) results(r *report) []Test {
	crashed, crash := r.crash(p)
	var all []Test
	for _, want := range p.tests {
		t := Test{Name: want.name, Status: NotRun, File: want.file, Line: want.line}
		if got := r.tests[want.name]; got != nil {
			t.Elapsed = time.Duration(got.seconds * float64(time.Second))
			t.Output = clip(got.output.String(), outputLimit)
			p.result(&t, got, crashed == want.name, crash)
		}
		all = append(all, t)
	}
	return all
}

func (p *plan) result(t *Test, got *tally, crashed bool, crash string) {
	switch {
	case got.fails > 0 || crashed:
		t.Status = Fail
	case got.skips > 0:
		t.Message = "the test was skipped"
	case got.running():
		t.Status = Fail
		t.Message = "the run ended during this test"
	case got.passes == p.repeat:
		t.Status = Pass
	}
	if t.Status != Fail {
		return
	}
	defer func() { t.Message = clip(t.Message, messageLimit) }()
	output := got.output.String()
	found := p.firstMessage(output)
	lines := p.raceLines(output)
	switch {
	case found.text != "":
		t.Message = found.text
		if path.Dir(found.file) == p.dir { // else the kit speaks for the test
			t.File, t.Line = found.file, found.line
		}
	case crashed:
		t.Message = firstLine(crash) + after(" at ", p.learnerLine(crash))
		if file, line := p.suiteLine(crash); line > 0 {
			t.File, t.Line = file, line
		}
	case lines != "":
		t.Message = "data race: " + lines
	case strings.Contains(output, raceHeading):
		t.Message = "the race detector has found a data race during this test"
	case t.Message == "":
		t.Message = "the test failed without a message"
	}
}

// shown is how a sentence speaks of a test: the canary is nothing to the
// learner.
func (p *plan) shown(test string) string {
	switch test {
	case "":
		return "the run"
	case p.canary.host, p.canary.name:
		return "the end of the run"
	}
	return test
}

// exitStatus is the status the test process ended with, where the go command
// tells: it does only if the process had printed nothing.
func exitStatus(r *report) string {
	for line := range strings.Lines(r.outside.String()) {
		if strings.HasPrefix(line, "exit status ") || strings.HasPrefix(line, "signal: ") {
			return " with " + strings.TrimSpace(line)
		}
	}
	return ""
}

func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}

func tests(n int) string {
	if n == 1 {
		return "1 test"
	}
	return fmt.Sprintf("%d tests", n)
}

func allTests(n int) string {
	if n == 1 {
		return "the only test"
	}
	return fmt.Sprintf("all %d tests", n)
}
