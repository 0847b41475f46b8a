package explain

import (
	"fmt"
	"strings"
)

// Why a run says nothing about the code. Each reason is the end of a summary,
// or a note.

// DoesNotCount is the summary of a run that cannot be trusted.
func DoesNotCount(reason string) string { return "this run does not count: " + reason }

// UnknownTest is about a result of a test that nobody wrote.
func UnknownTest(name string) string {
	return fmt.Sprintf("the run reports a test %s that the suite does not have; do not print lines that look like results", name)
}

// MoreResults is about a test with more results than runs.
func (s *Subject) MoreResults(name string) string {
	return s.shown(name) + " reports more than one result; do not print lines that look like results"
}

// ExitsWithSuccess is about code that ends the process with status 0. The
// detail is "" if it does not.
func (r *Run) ExitsWithSuccess() (reason, detail string) {
	test, dump := r.crash()
	if !strings.HasPrefix(dump, "panic: unexpected call to os.Exit(0) during test") {
		return "", ""
	}
	return fmt.Sprintf("the code calls os.Exit(0) during %s%s; remove that call", r.shown(test), after(" at ", r.learnerLine(dump))), dump
}

// FailureUnheard is about a test that has to fail and was reported as passed.
func FailureUnheard() string {
	return "the test that has to fail did not; do not change the flags of the tests or what they print"
}

// SkippedTest is about a test of the suite that did not run.
func SkippedTest(name string) string {
	return name + " was skipped; do not change the flags of the tests"
}

// ResultMissing is about a run that ended well without a result of a test.
func ResultMissing(name string) string {
	return fmt.Sprintf("it ended with status 0 without a result of %s; look for an exit on the way", name)
}

// FailureMissing is about a run in which the test that has to fail is missing.
func FailureMissing() string {
	return "the test that has to fail did not; look for code that ends the process or changes what the tests print"
}

// SuiteFileGone is about a file of the suite.
func SuiteFileGone(name, kata string) string {
	return fmt.Sprintf("%s is gone, though it is part of the suite; %s restores it", name, resetCommand(kata))
}

// SuiteFileChanged is about a file of the suite that was edited.
func SuiteFileChanged(name, kata string) string {
	return fmt.Sprintf("%s is not as the workbook has it; if you edited it %s restores it, and if you updated the clone `go install .` renews this program", name, resetCommand(kata))
}

// NotOfTheSuite is about a file that was added to the suite kit.
func NotOfTheSuite(name string) string {
	return name + " does not belong to the suite; remove it"
}

// OwnTestMain is about a test file of the learner that takes over the run.
func OwnTestMain(name string) string {
	return name + " has a TestMain, which decides what the suite runs; remove it"
}

// OwnTestFile is a note on a test file of the learner.
func OwnTestFile(name, dir string) string {
	return fmt.Sprintf("%s is your own test file and not part of the verdict; run it with `go test ./%s`", name, dir)
}

// HiddenFromRace is about a directive that blinds the race detector.
func HiddenFromRace(name string, line int, directive string) string {
	return fmt.Sprintf("%s:%d hides code from the race detector with %s; remove the directive", name, line, directive)
}

// ReachesInside is about a directive that opens other packages.
func ReachesInside(name string, line int, directive string) string {
	return fmt.Sprintf("%s:%d reaches into another package with %s; remove the directive", name, line, directive)
}

// NotGo is about a file in another language that would be linked in.
func NotGo(name string) string {
	return name + " is not Go, and the race detector does not see what it does; remove it"
}

// UsesC is about cgo.
func UsesC(name string, line int) string {
	return fmt.Sprintf("%s:%d brings in C, where the race detector sees nothing; write it in Go", name, line)
}

// SteersRace is about code that tells the race detector what to believe.
func SteersRace(name string, line int, what string) string {
	return fmt.Sprintf("%s:%d tells the race detector what to ignore with %s; remove it", name, line, what)
}

const restoreModules = "restore it, for example with `git checkout go.mod go.sum`"

// ModuleFileUnusable is about a go.mod or go.sum on disk that cannot be read.
func ModuleFileUnusable(name string, err error) string {
	return fmt.Sprintf("%s cannot be compared with the workbook's (%v); %s", name, err, restoreModules)
}

// ModuleReplaced is about a replace line for a module that the suite imports.
func ModuleReplaced(line int, module string) string {
	return fmt.Sprintf("go.mod:%d replaces %s, which the suite is built from; %s", line, module, restoreModules)
}

// ModuleVersion is about a module that the suite imports.
func ModuleVersion(line int, module, want string) string {
	return fmt.Sprintf("go.mod:%d requires %s, and the suite is built from %s; %s", line, module, want, restoreModules)
}

// ModuleNotRequired is about a module that the suite imports.
func ModuleNotRequired(module string) string {
	return fmt.Sprintf("go.mod does not require %s, which the suite is built from; %s", module, restoreModules)
}

// OtherSum is about a checksum of a module that the suite imports.
func OtherSum(line int, module string) string {
	return fmt.Sprintf("go.sum:%d is not what the workbook has for %s, which the suite is built from; %s", line, module, restoreModules)
}

// SumMissing is about a checksum of a module that the suite imports.
func SumMissing(module string) string {
	return fmt.Sprintf("go.sum lacks a line for %s, which the suite is built from; %s", module, restoreModules)
}

// TakesElsewhere is about a file or folder that makes the go command take
// packages from somewhere else.
func TakesElsewhere(name string) string {
	return name + " is not of the workbook and changes what the suite is built from; remove it"
}
