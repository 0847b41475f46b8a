package grade

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const raceHeading = "WARNING: DATA RACE"

var (
	crashAtLineStart = regexp.MustCompile(`(?m)^(panic|fatal error): `)
	crashAnywhere    = regexp.MustCompile(`(panic|fatal error): `)
)

// runningTest is the test that was running when the run ended, or "".
func (r *report) runningTest() string {
	for _, name := range slices.Backward(r.order) {
		if r.tests[name].running() {
			return name
		}
	}
	return ""
}

// find returns the first output from the line on that begins with text, and
// the test that printed it; the test is "" if none did.
func (r *report) find(text string) (test, from string) {
	for _, name := range r.order {
		if from := lineFrom(r.tests[name].output.String(), text); from != "" {
			return name, from
		}
	}
	return "", lineFrom(r.outside.String(), text)
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

// crash returns the output from a panic or a fatal error of the runtime on,
// and the test in whose output it is.
//
// A suite that runs a child process may quote the crash of that child in a
// message; such a quotation is indented, and this run goes on after it.
func (r *report) crash(p *plan) (test, from string) {
	heading := crashAtLineStart
	if r.cutShort(p) {
		heading = crashAnywhere // something printed without a line break may come first
	}
	for _, name := range append(slices.Clone(r.order), "") {
		s := r.outside.String()
		if name != "" {
			s = r.tests[name].output.String()
		}
		// A stack dump follows, or it is only a line that looks like it.
		if at := heading.FindStringIndex(s); at != nil && strings.Contains(s[at[0]:], "\ngoroutine ") {
			return name, s[at[0]:]
		}
	}
	return "", ""
}

// printed is everything the run printed, test by test.
func (r *report) printed() string {
	var all strings.Builder
	for _, name := range r.order {
		all.WriteString(r.tests[name].output.String())
	}
	all.WriteString(r.outside.String())
	return all.String()
}

// lastOutput is what the test printed that was running when the run ended, or
// the run as a whole.
func (r *report) lastOutput() string {
	if name := r.runningTest(); name != "" {
		return r.tests[name].output.String()
	}
	return r.outside.String()
}

// message is one failure that a test reported.
type message struct {
	text, file string
	line       int
}

var logLine = regexp.MustCompile(`    ([\w.-]+\.go):(\d+): (.*)$`)

// firstMessage finds the first failure that the suite reported.
func (p *plan) firstMessage(output string) message {
	if all := p.messages(output); len(all) > 0 {
		return all[0]
	}
	return message{}
}

// messages finds the failures that the suite reported. What it only logs is
// passed over; so is what the testing package adds itself.
func (p *plan) messages(output string) []message {
	var all []message
	open := false // the last message may go on
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if more, ok := strings.CutPrefix(line, "        "); ok && open {
			if last := &all[len(all)-1]; len(last.text) < detailLimit {
				last.text += "\n" + more
			}
			continue
		}
		open = false
		match := logLine.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		file := p.suiteFile(match[1])
		number, err := strconv.Atoi(match[2])
		if file == "" || err != nil || p.logs(file, number) {
			continue
		}
		all = append(all, message{text: match[3], file: file, line: number})
		open = true
	}
	return all
}

// suiteFile finds a file of the suite by its name alone, the kata's own first.
func (p *plan) suiteFile(name string) string {
	if own := path.Join(p.dir, name); p.suite[own] != nil {
		return own
	}
	for _, file := range slices.Sorted(maps.Keys(p.suite)) {
		if path.Base(file) == name {
			return file
		}
	}
	return ""
}

// logs tells whether a line of the suite calls t.Log or t.Logf.
func (p *plan) logs(file string, line int) bool {
	lines := strings.Split(string(p.suite[file]), "\n")
	return line > 0 && line <= len(lines) && strings.Contains(lines[line-1], ".Log")
}

var frame = regexp.MustCompile(`(?m)^\s+(\S.*\.go):(\d+)`)

// learnerLine is the first position in a stack dump or race report that is in
// the kata and not in its suite, as "katas/NN-name/notes.go:12".
func (p *plan) learnerLine(dump string) string {
	for _, match := range frame.FindAllStringSubmatch(dump, -1) {
		if file := p.inModule(match[1]); path.Dir(file) == p.dir && p.suite[file] == nil && !p.isCanary(file) {
			return file + ":" + match[2]
		}
	}
	return ""
}

// suiteLine is the first position in a stack dump that is in the kata's suite.
func (p *plan) suiteLine(dump string) (file string, line int) {
	for _, match := range frame.FindAllStringSubmatch(dump, -1) {
		if file := p.inModule(match[1]); path.Dir(file) == p.dir && p.suite[file] != nil {
			line, err := strconv.Atoi(match[2])
			if err == nil {
				return file, line
			}
		}
	}
	return "", 0
}

func (p *plan) isCanary(file string) bool {
	return path.Base(file) == canaryFile
}

// inModule turns the path of a stack frame into a slash path below the root.
func (p *plan) inModule(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	i := strings.LastIndex(name, "/"+p.dir+"/")
	if i < 0 {
		return ""
	}
	return name[i+1:]
}

var raceAccess = regexp.MustCompile(`(?m)^(Previous )?(?i:(atomic )?(read|write)) at `)

// raceLines tells where the two accesses of a race report are.
func (p *plan) raceLines(output string) string {
	report := lineFrom(output, raceHeading)
	if report == "" {
		return ""
	}
	if i := strings.Index(report, "\n=========="); i >= 0 {
		report = report[:i]
	}
	var accesses []string
	starts := raceAccess.FindAllStringIndex(report, -1)
	for _, at := range starts {
		stack, _, _ := strings.Cut(report[at[0]:], "\n\n")
		line := p.learnerLine(stack)
		if line == "" {
			continue
		}
		kind := "read"
		if strings.Contains(strings.ToLower(report[at[0]:at[1]]), "write") {
			kind = "write"
		}
		accesses = append(accesses, fmt.Sprintf("a %s at %s", kind, line))
	}
	return strings.Join(accesses, " and ")
}

var (
	position     = regexp.MustCompile(`^(?:\./)?(\S.*?\.go):\d+(?::\d+)?: `)
	positionLine = regexp.MustCompile(`\.go:(\d+)`)
	overlaid     = regexp.MustCompile(`\S*[/\\]leakproof-\d+[/\\]\d+_([\w.-]+\.go)`)
)

// ownPaths gives files that the overlay brought into the run the names that
// they have in the module: the compiler tells where it read them.
func (p *plan) ownPaths(build string) string {
	return overlaid.ReplaceAllStringFunc(build, func(place string) string {
		name := overlaid.FindStringSubmatch(place)[1]
		if file := p.suiteFile(name); file != "" {
			return file
		}
		return path.Join(p.dir, name)
	})
}

// firstError finds the first message of a build and the file it is about. A
// message without a position, such as an import cycle, comes with no file.
func firstError(build string) (file, text string) {
	for line := range strings.Lines(build) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		line = strings.TrimPrefix(strings.ReplaceAll(line, `.\`, "./"), "./")
		if match := position.FindStringSubmatch(line); match != nil {
			return strings.ReplaceAll(match[1], `\`, "/"), strings.TrimSuffix(line, "; to add:")
		}
		if text == "" {
			text = line
		}
	}
	return "", text
}

// firstLine is the first line of s in a length that fits into a sentence.
func firstLine(s string) string { return headline(s, sentenceLimit) }

// headline is the first line of s, of so many bytes at most.
func headline(s string, limit int) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	for _, mark := range []string{" [recovered, repanicked]", " [recovered]"} {
		line = strings.TrimSuffix(line, mark)
	}
	line = printable(strings.TrimSpace(line))
	if len(line) > limit {
		line = strings.ToValidUTF8(line[:limit], "") + "..."
	}
	return line
}

// printable drops control characters: what the code under test prints must not
// reach the learner's terminal as an instruction.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s)
}

// clip makes s printable and bounds it, leaving out its middle.
func clip(s string, limit int) string {
	s = printable(s)
	if len(s) <= limit {
		return s
	}
	head, tail := s[:limit/2], s[len(s)-limit/2:]
	if i := strings.LastIndexByte(head, '\n'); i > 0 {
		head = head[:i+1]
	}
	if i := strings.IndexByte(tail, '\n'); i >= 0 && i < len(tail)-1 {
		tail = tail[i+1:]
	}
	return fmt.Sprintf("%s... %d bytes left out ...\n%s", head, len(s)-len(head)-len(tail), tail)
}
