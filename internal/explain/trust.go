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
