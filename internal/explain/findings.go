package explain

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"example.com/leakproof/internal/gorun"
)

// Findings explains a run that was judged so.
func (r *Run) Findings(status Status, tests []Test, summary string) []Finding {
	if status == Pass || status == Unavailable {
		return nil
	}
	f := &finder{Run: r}
	if len(r.Report.Broken) > 0 {
		f.compile(r.BuildOutput())
	} else {
		crashed, dump := r.crash()
		for _, name := range append(slices.Clone(r.Report.Order), "") {
			output := r.Report.Outside.String()
			if name != "" {
				output = r.Report.Tests[name].Output.String()
			}
			f.output(name, output, speaks(name, tests))
			if name == crashed && dump != "" {
				f.crash(name, dump)
			}
		}
		f.ended(status)
	}
	f.rest(tests, summary)
	slices.SortStableFunc(f.all, func(a, b Finding) int { return rank[a.Kind] - rank[b.Kind] })
	return f.all
}

// speaks tells whether what the test reported counts: it is one of the suite,
// and failed.
func speaks(name string, tests []Test) bool {
	return slices.ContainsFunc(tests, func(t Test) bool { return t.Name == name && t.Status == Fail })
}

// compile makes a finding of each message of a build: of the compiler or, where
// that has none, of go vet.
func (f *finder) compile(said string) {
	kind, text, what := KindCompile, "%s:%d: %s", "does not compile"
	if f.Report.Compiles {
		kind, text, what = KindVet, "go vet refuses %s:%d: %s", "go vet refuses it"
	}
	var found []Finding
	for line := range strings.Lines(said) {
		line = strings.TrimRight(line, "\r\n")
		said := strings.TrimPrefix(strings.TrimPrefix(strings.ReplaceAll(line, `.\`, "./"), "vet: "), "./")
		match := position.FindStringSubmatch(said)
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "# ") || strings.HasSuffix(line, ": too many errors"):
		case match != nil:
			file, message := strings.ReplaceAll(match[1], `\`, "/"), said[len(match[0]):]
			number := atoi(positionLine.FindStringSubmatch(match[0])[1])
			found = append(found, Finding{
				Text:   fmt.Sprintf(text, path.Base(file), number, strings.TrimSuffix(message, "; to add:")),
				Places: []Place{{file, number, what}},
			})
		case len(found) > 0 && strings.HasPrefix(line, "\t"):
			found[len(found)-1].Stack += strings.TrimSpace(line) + "\n"
		default:
			found = append(found, Finding{Text: strings.TrimSpace(said)})
		}
	}
	for _, one := range found[:min(len(found), compileErrors)] {
		one.Kind = kind
		f.add(one)
	}
}

// output finds what one test printed, or the run outside of them. What a test
// reported counts only if it speaks for itself.
func (f *finder) output(test, output string, speaks bool) {
	for _, r := range parseRaces(output) {
		f.race(test, r)
	}
	if test == "" {
		if _, report, ok := strings.Cut(output, goleakHeading); ok {
			f.leaks(test, parseGoroutines(report), "")
		}
	}
	if !speaks {
		return
	}
	f.watchdog(test, output)
	said := false // the first failure of a test is the cause of the others more often than not
	for _, m := range f.messages(output) {
		if f.explained(test, m) || said {
			continue
		}
		said = true
		f.add(Finding{
			Kind: KindContract, Text: strings.TrimRight(strings.Join(strings.Fields(m.text), " "), ".;:,"), Test: test,
			Places: []Place{{m.file, m.line, "fails"}},
		})
	}
}

// ended explains a process that ended early without a crash, and one that was
// stopped.
func (f *finder) ended(status Status) {
	name := f.runningTest()
	switch {
	case errors.Is(f.Ending.Cause, gorun.ErrOutputLimit):
		f.add(Finding{Kind: KindHang, Text: fmt.Sprintf("%s printed without end and was stopped", f.shown(name)), Test: name})
	case status == Timeout && !f.has(KindHang):
		f.add(Finding{Kind: KindHang, Text: fmt.Sprintf("%s had not ended after %s, and nothing says where it hangs", f.shown(name), f.Limit), Test: name})
	case !f.cutShort() || f.has(KindPanic) || f.has(KindFatal) || f.has(KindExit) || f.has(KindHang) || f.has(KindDeadlock):
	default:
		text := fmt.Sprintf("the process exited%s %s", f.exitStatus(), f.when())
		places := f.learnerLines(exitCall)
		switch {
		case len(places) == 1:
			text += fmt.Sprintf("; %s:%d %s", path.Base(places[0].File), places[0].Line, places[0].What)
		default:
			text += ", as os.Exit and log.Fatal do"
		}
		f.add(Finding{Kind: KindExit, Text: text, Test: name, Places: places})
	}
}

// rest makes sure that no failure is dropped: a test that nothing above speaks
// of, or a run that failed as a whole.
func (f *finder) rest(tests []Test, summary string) {
	for _, t := range tests {
		told := slices.ContainsFunc(f.all, func(one Finding) bool { return one.Test == t.Name || slices.Contains(one.Also, t.Name) })
		if t.Status == Fail && !told {
			f.add(Finding{Kind: KindContract, Text: strings.Join(strings.Fields(t.Message), " "), Test: t.Name, Places: []Place{{t.File, t.Line, "fails"}}})
		}
	}
	if len(f.all) == 0 {
		f.add(Finding{Kind: KindContract, Text: strings.TrimSuffix(summary, ".")})
	}
}
