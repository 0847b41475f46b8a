package explain

import (
	"fmt"
	"strings"

	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/text"
)

// The summaries of verdicts. Each says what happened and what to do next;
// a detail is the output that it speaks of. [text.Sentence] completes them.

// GoOn is what the summary of a pass ends with: it is for the learner.
const GoOn = "; go on to the next kata"

// Passed is the summary of a pass of so many tests.
func Passed(n int) string {
	return fmt.Sprintf("%s passed with the race detector on"+GoOn, allTests(n))
}

// WithoutRace is about tests that passed where there is no race detector.
func WithoutRace(n int, problem string) string {
	return fmt.Sprintf("%s passed, but without the race detector that decides nothing: %s", allTests(n), problem)
}

// DoesNotCompile is about the first error in the learner's code.
func DoesNotCompile(first string) string {
	return first + "; repair this first, no test has run"
}

// VetRefuses is about the first finding of go vet in the learner's code.
func VetRefuses(first string) string {
	return fmt.Sprintf("go vet, which runs before the tests, refuses %s; repair this first, no test has run", first)
}

// VetRefusesSuite is about a suite that does not fit the types of the code.
func VetRefusesSuite(first string) string {
	return fmt.Sprintf("go vet, which runs before the tests, refuses the suite with your code: %s; keep the names and types that the contract gives", first)
}

// SuiteDoesNotCompile is about code that lacks what the suite calls.
func SuiteDoesNotCompile(first string) string {
	return first + ": the suite does not compile against your code; keep the names and types that the contract gives"
}

// Hangs is about tests that were ended at their limit.
func (r *Run) Hangs() (summary, detail string) {
	test, dump := r.alarm()
	if test == "" {
		test = r.runningTest()
	}
	where := ""
	if at := r.learnerLine(dump); at != "" {
		where = " (" + at + ")"
	}
	return fmt.Sprintf("%s had not ended after %s%s; look for what waits or spins without an end", r.shown(test), r.Limit, where), dump
}

// PrintsWithoutEnd is about a run that was stopped at its limit of output.
func (r *Run) PrintsWithoutEnd() (summary, detail string) {
	return fmt.Sprintf("%s printed without end and was stopped; look for a loop that prints", r.shown(r.runningTest())), r.LastOutput()
}

// UsesTooMuchMemory is about a run that was stopped at its limit of memory.
func (r *Run) UsesTooMuchMemory() (summary, detail string) {
	return fmt.Sprintf("%s used more than %s of memory and was stopped; look for what grows without end: a loop that appends, or one that starts goroutines",
		r.shown(r.runningTest()), text.Bytes(r.MemoryLimit)), r.LastOutput()
}

// Failure is about a run that failed, by the results of its tests.
func (r *Run) Failure(all []Test) (summary, detail string) {
	if test, dump := r.crash(); dump != "" {
		return fmt.Sprintf("%s ended the whole run: %s%s; start there", r.shown(test), firstLine(dump), after(" at ", r.learnerLine(dump))), dump
	}
	var bad []Test
	for _, t := range all {
		if t.Status == Fail {
			bad = append(bad, t)
		}
	}
	racing, race := r.find(raceHeading)
	_, leak := r.find(goleakFailure)
	outside := r.Report.Outside.String()
	switch {
	case r.cutShort():
		return r.exited(), r.LastOutput()
	case len(bad) > 0:
		return fmt.Sprintf("%d of %s failed; start with %s: %s", len(bad), tests(len(all)), bad[0].Name, strings.TrimRight(firstLine(bad[0].Message), ";:,")), race
	case race != "":
		return fmt.Sprintf("all tests passed, but the race detector has found a data race in the background of %s%s; order the two accesses", r.shown(racing), after(": ", r.raceLines(race))), race
	case leak != "":
		return fmt.Sprintf("all tests passed, but goroutines were left running%s; give each of them an end", after(" at ", r.learnerLine(leak))), leak
	case strings.Contains(outside, "Test I/O incomplete"):
		return "all tests passed, but a process that the code started was still running; end it before the function returns", outside
	}
	return fmt.Sprintf("all tests passed, but the run failed after them%s; look at what it printed", r.exitStatus()), outside
}

// exited is about a process that ended before its tests had.
func (r *Run) exited() string {
	if stopped := r.frozen(); stopped != "" { // the suite kit ended the process
		return stopped
	}
	return fmt.Sprintf("the process exited%s %s; look for os.Exit or log.Fatal on the way", r.exitStatus(), r.when())
}

// ModuleMissing is about a module that is in no cache and cannot be fetched,
// and what the go command said to that.
func ModuleMissing(noProxy bool, said string) string {
	missing := "a module that the suite needs is not on this machine and could not be fetched"
	if noProxy {
		return missing + ", because GOPROXY is off; set GOPROXY to https://proxy.golang.org, or to nothing, and run `go mod download` while online"
	}
	if said = gorun.Complaint(said); said != "" {
		missing += " (" + said + ")"
	}
	return missing + "; run `go mod download` while online"
}

// NeededDoesNotBuild is about a package outside of the kata.
func NeededDoesNotBuild(pkg, first string) string {
	return fmt.Sprintf("%s, which the suite needs, does not build here: %s; see what `go vet %s` says", pkg, first, pkg)
}

// ModuleFilesChanged is about go.mod and go.sum that do not fit the suite.
func ModuleFilesChanged(first string) string {
	return first + "; restore go.mod and go.sum as the workbook has them"
}

// BuildTooSlow is about a build that was ended at its limit.
func BuildTooSlow() string {
	return "the build did not end in time; try again when the machine is less busy"
}

// GoNotRun is about a go command that could not be started.
func GoNotRun(cause error) string {
	return fmt.Sprintf("the go command could not be run: %v; see what `go version` says", cause)
}

// GoGaveUp is about a go command that ended before the tests.
func GoGaveUp(end gorun.Ending) string {
	said := gorun.Complaint(end.Stderr)
	if said == "" {
		said = fmt.Sprintf("exit status %d", end.Exit)
	}
	return fmt.Sprintf("the go command gave up before the tests: %s; see what `go vet ./katas/...` says", said)
}

// NoDetector is about a race detector that builds but does not start, as on
// some kernels. The detail is "" if it did.
func (r *Run) NoDetector() (summary, detail string) {
	_, said := r.find("FATAL: ThreadSanitizer")
	return fmt.Sprintf("the race detector does not start on this machine (%s); check the katas on another one", firstLine(said)), said
}

// NotPrepared is about a run whose files could not be written.
func NotPrepared(err error) string {
	return fmt.Sprintf("the run could not be prepared: %v; free some space or set TMPDIR", err)
}

// NoFolder is about a temporary folder that could not be made.
func NoFolder(err error) string {
	return fmt.Sprintf("no temporary folder for the run: %v; free some space or set TMPDIR", err)
}

// FolderLeft is a note on a temporary folder that could not be removed.
func FolderLeft(dir string, err error) string {
	return fmt.Sprintf("the temporary folder %s is still there: %v; remove it", dir, err)
}
