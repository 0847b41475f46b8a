package explain

import (
	"errors"
	"slices"
	"strings"

	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/gosource"
)

// Run is a run of tests and what came of it.
type Run struct {
	*Subject
	Report *gorun.Report
	Ending gorun.Ending
}

const raceHeading = "WARNING: DATA RACE"

// crashHeadings begin what the runtime prints of a crash.
var crashHeadings = []string{"panic: ", "fatal error: "}

// cutShort tells whether the process ended before the suite and the canary had.
func (r *Run) cutShort() bool {
	short := func(name string) bool {
		return r.Report.Tests[name] == nil || r.Report.Tests[name].Results() < r.Repeat
	}
	return short(r.Canary.Host) || slices.ContainsFunc(r.Tests, func(t gosource.Test) bool { return short(t.Name) })
}

// runningTest is the test that was running when the run ended, or "".
func (r *Run) runningTest() string {
	for _, name := range slices.Backward(r.Report.Order) {
		if r.Report.Tests[name].Running() {
			return name
		}
	}
	return ""
}

// find returns the first output from the line on that begins with text, and
// the test that printed it; the test is "" if none did.
func (r *Run) find(text string) (test, from string) {
	for _, name := range r.Report.Order {
		if from := lineFrom(r.Report.Tests[name].Output.String(), text); from != "" {
			return name, from
		}
	}
	return "", lineFrom(r.Report.Outside.String(), text)
}

// lineFrom cuts s to begin with text. What the code under test prints without
// a line break may stand before it.
func lineFrom(s, text string) string {
	i := strings.Index(s, text)
	if i < 0 {
		return ""
	}
	return s[i:]
}

// textWith cuts s to begin with the first of the texts in it, to "" if it has
// none. It is there because a regular expression takes seconds for megabytes.
func textWith(s string, texts ...string) string {
	first := len(s)
	for _, text := range texts {
		if i := strings.Index(s[:min(first+len(text), len(s))], text); i >= 0 {
			first = min(first, i)
		}
	}
	return s[first:]
}

// lineWith is [textWith] for texts that begin a line.
func lineWith(s string, texts ...string) string {
	begins := make([]string, len(texts))
	for i, text := range texts {
		if strings.HasPrefix(s, text) {
			return s
		}
		begins[i] = "\n" + text
	}
	return strings.TrimPrefix(textWith(s, begins...), "\n")
}

// crash returns the output from a panic or a fatal error of the runtime on,
// and the test in whose output it is.
//
// A suite that runs a child process may quote the crash of that child in a
// message; such a quotation is indented, and this run goes on after it.
func (r *Run) crash() (test, from string) {
	begins := lineWith
	if r.cutShort() {
		begins = textWith // something printed without a line break may come first
	}
	for _, name := range append(slices.Clone(r.Report.Order), "") {
		s := r.Report.Outside.String()
		if name != "" {
			s = r.Report.Tests[name].Output.String()
		}
		// A stack dump follows, or it is only a line that looks like it.
		if dump := begins(s, crashHeadings...); strings.Contains(dump, "\ngoroutine ") {
			return name, dump
		}
	}
	return "", ""
}

// TimedOut tells whether the tests were ended at their limit.
func (r *Run) TimedOut() bool {
	_, dump := r.alarm()
	return dump != "" || errors.Is(r.Ending.Cause, gorun.ErrTimeLimit)
}

// alarm is the dump of the testing package's own limit, and the test that hung.
func (r *Run) alarm() (test, dump string) {
	test, dump = r.crash()
	if !strings.HasPrefix(dump, "panic: test timed out after ") {
		return "", ""
	}
	return test, dump
}

// LastOutput is what the test printed that was running when the run ended, or
// the run as a whole.
func (r *Run) LastOutput() string {
	if name := r.runningTest(); name != "" {
		return r.Report.Tests[name].Output.String()
	}
	return r.Report.Outside.String()
}

// exitStatus is the status the test process ended with, where the go command
// tells: it does only if the process had printed nothing.
func (r *Run) exitStatus() string {
	for line := range strings.Lines(r.Report.Outside.String()) {
		if strings.HasPrefix(line, "exit status ") || strings.HasPrefix(line, "signal: ") {
			return " with " + strings.TrimSpace(line)
		}
	}
	return ""
}
