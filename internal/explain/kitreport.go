package explain

import (
	"path"
	"regexp"
	"strings"
)

// What the suite kit reports, in package katas/internal/kit: leaks, deadlocks
// and panics of a bubble as messages of the test, and the watchdog's text just
// before the process ends.
var (
	kitLate      = regexp.MustCompile(`^goroutines outlived the test; they needed another (\S+) of virtual time to end:`)
	kitGoroutine = regexp.MustCompile(`^\s*(?:(\d+) goroutines|goroutine) \[([^\]]+)\] (.*)$`)
	kitFrame     = regexp.MustCompile(`^(.+) ([^\s:]+):(\d+)$`)
)

const (
	kitStuck     = "goroutines outlived the test and were still there "
	kitFrozen    = "virtual time stood still for "
	kitRestless  = "the test had not ended after "
	kitMeanwhile = "Meanwhile these wait"
)

// explained adds a finding if the message is a report on goroutines, by the
// suite kit or by goleak.
func (f *finder) explained(test string, m message) bool {
	head, _, _ := strings.Cut(m.text, "\n")
	if _, report, ok := strings.Cut(m.text, goleakHeading); ok {
		if all := parseGoroutines(report); len(all) > 0 {
			f.leaks(test, all, "")
			return true
		}
	}
	all := f.kitGoroutines(m.text)
	if path.Dir(m.file) == f.Dir || len(all) == 0 {
		return false // the suite's own words
	}
	switch late := kitLate.FindStringSubmatch(head); {
	case late != nil:
		f.leaks(test, all, late[1])
	case strings.HasPrefix(head, kitStuck):
		f.leaks(test, all, "")
	case strings.HasPrefix(head, "deadlock: "):
		f.deadlock(test, strings.TrimSuffix(head, "; nothing will wake them:"), all)
	case strings.HasPrefix(head, "panic: "):
		f.stop(KindPanic, test, all[0], "panics", "panic %[2]s: %[1]s", strings.TrimPrefix(head, "panic: "))
	default:
		return false
	}
	return true
}

// watchdog adds what the kit says before it ends the process.
func (f *finder) watchdog(test, output string) {
	for _, heading := range []string{kitFrozen, kitRestless} {
		report := lineFrom(output, "    "+heading)
		if report == "" {
			continue
		}
		var text strings.Builder
		for line := range strings.Lines(report) {
			if !strings.HasPrefix(line, "    ") {
				break
			}
			text.WriteString(line)
		}
		busy, rest, _ := strings.Cut(text.String(), kitMeanwhile)
		lead := f.shown(test) + " does not end, because virtual time stands still"
		if heading == kitRestless {
			lead = f.shown(test) + " does not end, because goroutines wake again and again"
		}
		f.hang(test, lead, f.kitGoroutines(busy), f.kitGoroutines(rest))
		return
	}
}

// frozen is the sentence on the bubble that the watchdog ended the process
// for, or "".
func (r *Run) frozen() string {
	f := &finder{Run: r}
	for _, name := range r.Report.Order {
		f.watchdog(name, r.Report.Tests[name].Output.String())
	}
	if len(f.all) == 0 {
		return ""
	}
	return f.all[0].Text
}

// kitGoroutines reads the lines of a report: the innermost frames first, at
// most three, and none of the standard library.
func (s *Subject) kitGoroutines(text string) []trace {
	var all []trace
	for line := range strings.Lines(text) {
		match := kitGoroutine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if match == nil {
			continue
		}
		t := trace{count: max(1, atoi(match[1])), state: match[2], partial: true}
		frames, starter, _ := strings.Cut(match[3], ", started by ")
		for frame := range strings.SplitSeq(frames, " < ") {
			t.calls = s.kitCall(t.calls, frame)
		}
		t.starts = s.kitCall(nil, starter)
		all = append(all, t)
	}
	return all
}

// kitCall adds the call that a report names, with its file as a path below the
// root if the name is one of the kata's.
func (s *Subject) kitCall(calls []call, frame string) []call {
	match := kitFrame.FindStringSubmatch(frame)
	if match == nil {
		return calls
	}
	file := s.suiteFile(match[2])
	if own := path.Join(s.Dir, match[2]); file == "" && (own == s.File || s.Answer[own] != nil) {
		file = own
	}
	if file == "" { // its package is what comes before the first dot
		pkg, function, ok := strings.Cut(match[1], ".")
		if ok {
			return append(calls, call{pkg, function, match[2], atoi(match[3])})
		}
	}
	return append(calls, call{"", match[1], file, atoi(match[3])})
}
