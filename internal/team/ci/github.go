package ci

import (
	"crypto/rand"
	"fmt"
	"path"
	"strings"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/text"
)

// Commandless returns two lines of GitHub's: between them it takes no line of
// the log for a command. What code under test printed is shown there, and could
// begin with "::".
func Commandless() (begin, end string) {
	token := rand.Text()
	return "::stop-commands::" + token, "::" + token + "::"
}

// Annotations are the verdicts as commands of GitHub Actions, a line each: an
// error for each failure, at the learner's line if that is known, and a warning
// for each note. GitHub shows the first ten of each kind of a step; the summary
// has them all.
func Annotations(all []Graded) string {
	var b strings.Builder
	noted := map[string]bool{} // why a verdict is not of CI is noted with each
	for _, g := range all {
		for _, a := range g.annotations() {
			fmt.Fprintf(&b, "::error file=%s,line=%d,title=%s::%s\n", inProperty(a.file), a.line, inProperty(a.title), inData(a.message))
		}
		for _, note := range g.Verdict.Notes {
			if !noted[note] {
				noted[note] = true
				fmt.Fprintf(&b, "::warning title=%s::%s\n", inProperty(g.title()), inData(note))
			}
		}
	}
	return b.String()
}

type annotation struct {
	file, title, message string
	line                 int
}

// annotations are those of a kata: one for each finding.
func (g Graded) annotations() []annotation {
	v := g.Verdict
	switch {
	case v.Status == explain.Pass:
		return nil
	case v.Status == explain.Untrusted || len(v.Findings) == 0: // such a run says nothing of the code
		return []annotation{{file: g.Kata.Path(), line: 1, title: g.title() + ": " + v.Status.Word(), message: v.Summary}}
	}
	var all []annotation
	for _, f := range v.Findings {
		a := annotation{file: g.Kata.Path(), line: 1, title: g.title(), message: text.Sentence(f.Text)}
		if f.Test != "" {
			a.title += ": " + f.Test
		}
		for _, place := range f.Places {
			if path.Dir(place.File) == g.Kata.Dir() && g.Kata.Repairs(path.Base(place.File)) {
				a.file, a.line = place.File, place.Line
				break
			}
		}
		if n := len(f.Also); n > 0 {
			a.message += fmt.Sprintf(" It is the same in %s.", strings.Join(f.Also, ", "))
		}
		all = append(all, a)
	}
	return all
}

// As GitHub's toolkit escapes a message, and a property.
var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func inData(s string) string     { return dataEscapes.Replace(text.Printable(s)) }
func inProperty(s string) string { return propertyEscapes.Replace(text.Printable(s)) }

// GitHub takes one MiB of a summary.
const (
	summaryLines = 20  // of a kata
	lineLimit    = 600 // bytes
)

// Summary is the verdicts as Markdown for a job summary: what became of each
// kata, who says so, and the failures. The caveat is what no verdict can promise.
func Summary(all []Graded, caveat string) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("## Leakproof: %d of %d solved\n", solved(all), len(all))
	say("| Kata | Verdict | What happened |\n| --- | --- | --- |")
	for _, g := range all {
		say("| %s | %s | %s |", markdown(g.title()), g.Verdict.Status.Word(), markdown(g.Verdict.Summary))
	}
	if by := ranBy(all); by != "" {
		say("\nOrigin: %s. %s", markdown(by), markdown(caveat))
	}
	for _, g := range all {
		lines := g.lines()
		if len(lines) == 0 {
			continue
		}
		say("\n### %s: %s\n", markdown(g.title()), g.Verdict.Status.Word())
		for _, line := range lines[:min(len(lines), summaryLines)] {
			say("- %s", line)
		}
		if more := len(lines) - summaryLines; more > 0 {
			say("- %d more lines are in the log", more)
		}
	}
	return b.String()
}

// lines are the list below a kata's heading, as Markdown.
func (g Graded) lines() []string {
	var lines []string
	if whole := g.whole(); len(whole) > 1 { // the summary is in the table
		for _, line := range whole[1:] {
			lines = append(lines, markdown(line))
		}
	}
	for _, t := range g.failed() {
		for i, line := range g.of(t) {
			if i == 0 {
				line = t.Name + ": " + line
			}
			lines = append(lines, markdown(line))
		}
	}
	for _, note := range g.Verdict.Notes {
		lines = append(lines, "Note: "+markdown(note))
	}
	return lines
}

// special are the characters that mean something in Markdown or HTML.
const special = "\\`*_{}[]<>()#+!|~&@$"

// markdown is a text in one line that Markdown shows as it stands.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range text.Line(strings.Join(strings.Fields(s), " "), lineLimit) {
		if strings.ContainsRune(special, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
