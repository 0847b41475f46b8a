package grade

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// FindingKind is what a [Finding] is about.
type FindingKind string

// The kinds of a finding, in the order in which findings are listed.
const (
	KindCompile  FindingKind = "compile"  // the code does not build
	KindPanic    FindingKind = "panic"    // a panic that nothing recovered
	KindFatal    FindingKind = "fatal"    // a fatal error of the runtime
	KindExit     FindingKind = "exit"     // the code ended the process
	KindRace     FindingKind = "race"     // a data race
	KindLeak     FindingKind = "leak"     // goroutines that outlived the test or the run
	KindDeadlock FindingKind = "deadlock" // every goroutine waits for another one
	KindHang     FindingKind = "hang"     // something waits or spins without an end
	KindContract FindingKind = "contract" // what the suite said, where nothing above explains it
)

// rank orders the kinds.
var rank = map[FindingKind]int{
	KindCompile: 0, KindPanic: 1, KindFatal: 1, KindExit: 1, KindRace: 2, KindLeak: 3, KindDeadlock: 4, KindHang: 4, KindContract: 5,
}

// Finding explains one thing that went wrong in a run. What several tests
// found alike is one finding.
type Finding struct {
	Kind   FindingKind `json:"kind"`
	Text   string      `json:"text"`             // one sentence, without its final full stop
	Test   string      `json:"test,omitempty"`   // the first test that shows it; "" if it belongs to none
	Also   []string    `json:"also,omitempty"`   // the other tests that show it, in the order they ran
	Places []Place     `json:"places,omitempty"` // the learner's first
	Stack  string      `json:"stack,omitempty"`  // the report behind it, foreign frames folded; bounded

	key string // equal for equal findings, however many goroutines each of them counts
}

// Place is a line that a finding speaks of.
type Place struct {
	File string `json:"file"` // slash path below the module root
	Line int    `json:"line"` // from 1
	What string `json:"what"` // what happens there: "waits to send", "started", "write", "panics"
}

// Bounds of what findings carry.
const (
	textLimit     = 600     // bytes of a sentence
	stackLimit    = 8 << 10 // bytes
	kindLimit     = 50      // findings of one kind, the contract's aside
	compileErrors = 10
)

// findings explains a run that did not pass.
func (p *plan) findings(r *report, end ending, v *Verdict) []Finding {
	if v.Status == Pass || v.Status == Unavailable {
		return nil
	}
	f := &finder{plan: p}
	if len(r.broken) > 0 {
		f.compile(p.ownPaths(r.build.String()))
	} else {
		crashed, dump := r.crash(p)
		for _, name := range append(slices.Clone(r.order), "") {
			output := r.outside.String()
			if name != "" {
				output = r.tests[name].output.String()
			}
			f.output(name, output, f.speaks(name, v))
			if name == crashed && dump != "" {
				f.crash(name, dump)
			}
		}
		f.ended(r, end, v)
	}
	f.rest(v)
	slices.SortStableFunc(f.all, func(a, b Finding) int { return rank[a.Kind] - rank[b.Kind] })
	return f.all
}

// A finder collects findings.
type finder struct {
	*plan
	all []Finding
}

// add keeps a finding, or counts it to an equal one.
func (f *finder) add(new Finding) {
	if !slices.ContainsFunc(f.tests, func(t suiteTest) bool { return t.name == new.Test }) {
		new.Test = "" // the canary is nothing to the learner
	}
	if new.Text = headline(new.Text, textLimit); new.Text == "" {
		new.Text = "it failed without a message"
	}
	new.Stack = clip(new.Stack, stackLimit)
	new.Places = f.tidy(new.Places)
	if new.key == "" {
		new.key = fmt.Sprint(new.Text, new.Places)
	}
	alike := 0
	for i, old := range f.all {
		if old.Kind != new.Kind {
			continue
		}
		alike++
		if old.key != new.key {
			continue
		}
		if new.Test != "" && new.Test != old.Test && !slices.Contains(old.Also, new.Test) {
			f.all[i].Also = append(old.Also, new.Test)
		}
		return
	}
	if alike < kindLimit || new.Kind == KindContract {
		f.all = append(f.all, new)
	}
}

// tidy sorts places, the learner's first, and drops repetitions and what is
// not in the module.
func (f *finder) tidy(places []Place) []Place {
	var sorted []Place
	for _, learners := range []bool{true, false} {
		for _, place := range places {
			place.What = printable(place.What)
			inside := place.Line > 0 && place.File != "." && fs.ValidPath(place.File) && !strings.Contains(place.File, ":")
			if inside && f.isLearners(place.File) == learners && !slices.Contains(sorted, place) {
				sorted = append(sorted, place)
			}
		}
	}
	return sorted
}

// isLearners tells whether a slash path below the root is the learner's.
func (p *plan) isLearners(file string) bool {
	_, pristine := p.suite[file]
	return path.Dir(file) == p.dir && !pristine && !p.isCanary(file)
}

// speaks tells whether what the test reported counts: it is one of the suite,
// and failed.
func (f *finder) speaks(name string, v *Verdict) bool {
	return slices.ContainsFunc(v.Tests, func(t Test) bool { return t.Name == name && t.Status == Fail })
}

// compile makes a finding of each message of a build.
func (f *finder) compile(said string) {
	var found []Finding
	for line := range strings.Lines(said) {
		line = strings.TrimRight(line, "\r\n")
		text := strings.TrimPrefix(strings.TrimPrefix(strings.ReplaceAll(line, `.\`, "./"), "vet: "), "./")
		match := position.FindStringSubmatch(text)
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "# ") || strings.HasSuffix(line, ": too many errors"):
		case match != nil:
			file, message := strings.ReplaceAll(match[1], `\`, "/"), text[len(match[0]):]
			number := atoi(positionLine.FindStringSubmatch(match[0])[1])
			found = append(found, Finding{
				Text:   fmt.Sprintf("%s:%d: %s", path.Base(file), number, strings.TrimSuffix(message, "; to add:")),
				Places: []Place{{file, number, "does not compile"}},
			})
		case len(found) > 0 && strings.HasPrefix(line, "\t"):
			found[len(found)-1].Stack += strings.TrimSpace(line) + "\n"
		default:
			found = append(found, Finding{Text: strings.TrimSpace(text)})
		}
	}
	for _, one := range found[:min(len(found), compileErrors)] {
		one.Kind = KindCompile
		f.add(one)
	}
}

// crash explains what ended the process: a panic, a fatal error of the
// runtime, or the testing package's own limit.
func (f *finder) crash(name, dump string) {
	all := parseGoroutines(dump)
	head := firstLine(dump)
	said := strings.TrimPrefix(strings.TrimPrefix(head, "fatal error: "), "panic: ")
	switch {
	case strings.HasPrefix(head, "panic: test timed out after "):
		f.hang(name, fmt.Sprintf("%s had not ended after %s", f.shown(name), f.limit), all, nil)
	case strings.HasPrefix(said, "deadlock: ") || strings.HasPrefix(said, "all goroutines are asleep"):
		f.deadlock(name, said, all)
	case len(all) == 0:
		f.add(Finding{Kind: KindPanic, Text: head, Test: name})
	case strings.HasPrefix(said, "unexpected call to os.Exit(0)"):
		f.stop(KindExit, name, all[0], "calls os.Exit", "%[1]s ended the whole process: os.Exit is called %[2]s", f.shown(name))
	case strings.HasPrefix(head, "fatal error: "):
		f.stop(KindFatal, name, all[0], "fatal error", "fatal error %[2]s: %[1]s; the whole process ends, no recover helps", said)
	default:
		f.stop(KindPanic, name, all[0], "panics", "panic %[2]s: %[1]s", said)
	}
}

// stop adds what the goroutine that ran at the time says of the end of a
// process. The format takes what was said and where.
func (f *finder) stop(kind FindingKind, test string, g trace, what, format, said string) {
	// What recovers and panics again stands above the first panic.
	for i, c := range slices.Backward(g.calls) {
		if c.function == "panic" {
			g.calls = g.calls[i+1:]
			break
		}
	}
	at, places := f.where(g, what)
	text := fmt.Sprintf(format, said, at)
	if start, place := f.started(g, 1); start != "" {
		text += "; the goroutine " + start
		places = append(places, place...)
	}
	f.add(Finding{Kind: kind, Text: text, Test: test, Places: places, Stack: f.folded(g), key: said + at})
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
func (f *finder) ended(r *report, end ending, v *Verdict) {
	name := r.runningTest()
	switch {
	case errors.Is(end.cause, errOutputLimit):
		f.add(Finding{Kind: KindHang, Text: fmt.Sprintf("%s printed without end and was stopped", f.shown(name)), Test: name})
	case v.Status == Timeout && !f.has(KindHang):
		f.add(Finding{Kind: KindHang, Text: fmt.Sprintf("%s had not ended after %s, and nothing says where it hangs", f.shown(name), f.limit), Test: name})
	case !r.cutShort(f.plan) || f.has(KindPanic) || f.has(KindFatal) || f.has(KindExit) || f.has(KindHang) || f.has(KindDeadlock):
	default:
		when := "before the first test"
		if len(r.order) > 0 {
			when = "during " + f.shown(name)
		}
		text := fmt.Sprintf("the process exited%s %s", exitStatus(r), when)
		places := f.exits()
		switch {
		case strings.Contains(exitStatus(r), "signal: "):
			places = nil
		case len(places) == 1:
			text += fmt.Sprintf("; %s:%d %s", path.Base(places[0].File), places[0].Line, places[0].What)
		default:
			text += ", as os.Exit and log.Fatal do"
		}
		f.add(Finding{Kind: KindExit, Text: text, Test: name, Places: places})
	}
}

var exitCall = regexp.MustCompile(`\b(?:os\.Exit|syscall\.Exit|log\.Fatal(?:f|ln)?)\(`)

// exits are the learner's lines that end the process when they run.
func (f *finder) exits() []Place {
	var places []Place
	for _, file := range slices.Sorted(maps.Keys(f.answer)) {
		for i, line := range strings.Split(string(f.answer[file]), "\n") {
			code, _, _ := strings.Cut(line, "//")
			if call := exitCall.FindString(code); call != "" {
				places = append(places, Place{file, i + 1, "calls " + strings.TrimSuffix(call, "(")})
			}
		}
	}
	return places
}

func (f *finder) has(kind FindingKind) bool {
	return slices.ContainsFunc(f.all, func(one Finding) bool { return one.Kind == kind })
}

// rest makes sure that no failure is dropped: a test that nothing above speaks
// of, or a run that failed as a whole.
func (f *finder) rest(v *Verdict) {
	for _, t := range v.Tests {
		told := slices.ContainsFunc(f.all, func(one Finding) bool { return one.Test == t.Name || slices.Contains(one.Also, t.Name) })
		if t.Status == Fail && !told {
			f.add(Finding{Kind: KindContract, Text: strings.Join(strings.Fields(t.Message), " "), Test: t.Name, Places: []Place{{t.File, t.Line, "fails"}}})
		}
	}
	if len(f.all) == 0 {
		f.add(Finding{Kind: KindContract, Text: strings.TrimSuffix(v.Summary, ".")})
	}
}
