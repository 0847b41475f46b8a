package explain

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/leakproof/internal/text"
)

// What the machine, and not the code, did to a run; see also [gorun.Machine.Fault].
// Each sentence is the summary of a verdict.

// NotStarted is what was said of a test binary that could not begin: by the go
// command, or by the race detector in it. It is "" if tests ran.
func (r *Run) NotStarted() string {
	if len(r.Report.Order) > 0 {
		return ""
	}
	for line := range strings.Lines(r.Report.Outside.String()) {
		if strings.HasPrefix(line, "fork/exec ") || strings.Contains(line, "ERROR: ThreadSanitizer failed to allocate") {
			return line
		}
	}
	return ""
}

// Killed is about tests that a signal ended, or whose output the go command
// waited for in vain. It cannot be told who did it, so that is no verdict on
// the code. The detail is "" if there was none.
func (r *Run) Killed() (summary, detail string) {
	if _, dump := r.crash(); dump != "" {
		return "", "" // a panic may end with a signal to itself
	}
	if test, cut := r.find("*** Test I/O incomplete"); cut != "" && r.cutShort() {
		return fmt.Sprintf("the output of the tests broke off during %s: a process that the code started may still hold it, or this machine is too busy; close other programs and check again",
			r.shown(test)), r.LastOutput()
	}
	signal := r.signal()
	if signal == "" {
		return "", ""
	}
	who, next := "the code itself", "close other programs and check again"
	if sends := r.learnerLines(signalCall); len(sends) > 0 {
		who = fmt.Sprintf("%s:%d, which %s", path.Base(sends[0].File), sends[0].Line, sends[0].What)
		next = "remove that call and check again"
	}
	return fmt.Sprintf("the tests were killed by a signal (%s) %s, which came from outside, as when memory is short, or from %s; %s",
		signal, r.when(), who, next), r.LastOutput()
}

// signalCall sends a signal, to this process or to another one.
var signalCall = regexp.MustCompile(`\b\w+(?:\.\w+)*\.(?:Kill|Tgkill|Signal)\([^)]`)

// dumped is what the runtime prints when such a signal reaches it.
var dumped = regexp.MustCompile(`^SIG(?:QUIT|ABRT): (\w+)\nPC=`)

// signal is what killed the tests: the go command says so in their last line.
func (r *Run) signal() string {
	outputs := []string{r.Report.Outside.String()}
	for _, t := range r.Report.Tests {
		outputs = append(outputs, t.Output.String())
	}
	for _, output := range outputs {
		if match := dumped.FindStringSubmatch(lineWith(output, "SIGQUIT: ", "SIGABRT: ")); match != nil {
			return match[1]
		}
		lines := slices.DeleteFunc(strings.Split(output, "\n"), func(line string) bool {
			return line == "" || line == "FAIL" || strings.HasPrefix(line, "FAIL\t")
		})
		if len(lines) == 0 {
			continue
		}
		if signal, ok := strings.CutPrefix(lines[len(lines)-1], "signal: "); ok {
			return text.FirstLine(signal)
		}
	}
	return ""
}

// noMemory is what the runtime prints where it has no memory or thread left.
var noMemory = []string{
	"fatal error: out of memory", "fatal error: runtime: out of memory",
	"fatal error: cannot allocate memory", "fatal error: runtime: cannot allocate memory",
	"runtime/cgo: pthread_create failed: ", "runtime: failed to create new OS thread",
}

// asked is how much memory the runtime asked the system for.
var asked = regexp.MustCompile(`(?m)^runtime: out of memory: cannot allocate (\d+)-byte|^runtime\.sysMapOS\(0x[0-9a-f]+, (0x[0-9a-f]+)`)

// OutOfMemory is about tests that the machine had no memory or thread for,
// though they used less than they may. The detail is "" if it had.
func (r *Run) OutOfMemory() (summary, detail string) {
	outputs := []string{r.Report.Outside.String()}
	for _, name := range r.Report.Order {
		outputs = append(outputs, r.Report.Tests[name].Output.String())
	}
	for _, output := range outputs {
		said := lineWith(output, noMemory...)
		if said == "" {
			continue
		}
		for _, match := range asked.FindAllStringSubmatch(output, -1) {
			if n, err := strconv.ParseInt(match[1]+match[2], 0, 64); err != nil || n > r.MemoryLimit {
				return "", "" // the code asked for more than any run gets
			}
		}
		return fmt.Sprintf("the machine had no memory or thread left %s (%s); close other programs and check again, and if that does not help look for what grows without end",
			r.when(), firstLine(said)), said
	}
	return "", ""
}

// when says how far the tests had come.
func (r *Run) when() string {
	if len(r.Report.Order) == 0 {
		return "before the first test"
	}
	return "during " + r.shown(r.runningTest())
}

// learnerLines are the learner's lines with such a call.
func (s *Subject) learnerLines(call *regexp.Regexp) []Place {
	var places []Place
	for _, file := range slices.Sorted(maps.Keys(s.Answer)) {
		for i, line := range strings.Split(string(s.Answer[file]), "\n") {
			code, _, _ := strings.Cut(line, "//")
			if call := call.FindString(code); call != "" {
				name, _, _ := strings.Cut(call, "(")
				places = append(places, Place{file, i + 1, "calls " + name})
			}
		}
	}
	return places
}
