// Package agenda is the plan of a session with a team: what happens, step by
// step, and for how many minutes. A plan is Markdown that its lead edits by
// hand; the projector's screen and the board read it back.
//
// The first line of a plan is <!-- leakproof.agenda/1 -->. A heading of the first
// level is its title. Each heading of the second level begins a step: "## 10 min:
// Title", or "## Before: Title" for what everybody does before the session. Below
// it, a line that begins with @ names the part of the course that the step is
// about, such as "@kata 05-lost-cancel"; lines that begin with > are notes for the
// lead, and the others are text for everybody. Notes stand below the title as
// well. A backslash before #, @ or > at the start of a line makes it text, and in
// a fence everything is.
package agenda

import (
	"fmt"
	"strings"
)

// Schema names the format of a plan, in its first line.
const Schema = "leakproof.agenda/1"

// The bounds of a plan.
const (
	MaxBytes   = 256 << 10
	MaxSteps   = 200
	MaxMinutes = 600 // of a step
	maxTitle   = 200 // characters
)

// Kind says which part of the course a step is about.
type Kind string

// The kinds of steps. Where a kind has an ID, its word with an @ stands before
// the ID in a plan; [Break] stands alone, and [Talk] has no such line.
const (
	Talk     Kind = "talk"      // none
	Break    Kind = "break"     // none
	Lesson   Kind = "lesson"    // "13-fan-out-safely"
	Question Kind = "question"  // "wait-closes-results"
	Kata     Kind = "kata"      // "23-leaky-fanout"
	NearMiss Kind = "near-miss" // "23-leaky-fanout/wrong-buffer-all": kata and variant
	Task     Kind = "task"      // "w1-go-audit"
	Lab      Kind = "lab"       // "leaky-fan-out"
)

// known are the kinds that a line with @ can name.
var known = []Kind{Lesson, Question, Kata, NearMiss, Task, Lab, Break}

// Agenda is the plan of a session.
type Agenda struct {
	Title string
	Notes string // for who leads, Markdown
	Steps []Step
}

// Step is one thing to do.
type Step struct {
	Title   string
	Minutes int // 0 for what is done before the session
	Kind    Kind
	ID      string // "" for Talk and Break
	Text    string // for everybody, Markdown
	Notes   string // for who leads, Markdown
	Line    int    // of the heading; 0 in a plan that was not read
}

// Minutes are those of all steps.
func (a Agenda) Minutes() int {
	n := 0
	for _, s := range a.Steps {
		n += s.Minutes
	}
	return n
}

// Markdown is the plan as [Read] reads it.
func (a Agenda) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- %s -->\n\n# %s\n", Schema, oneLine(a.Title))
	write(&b, quoted(a.Notes))
	for _, s := range a.Steps {
		when := "Before"
		if s.Minutes > 0 {
			when = fmt.Sprintf("%d min", s.Minutes)
		}
		fmt.Fprintf(&b, "\n## %s: %s\n", when, oneLine(s.Title))
		if s.Kind != Talk {
			write(&b, strings.TrimSpace("@"+string(s.Kind)+" "+s.ID))
		}
		write(&b, escaped(s.Text))
		write(&b, quoted(s.Notes))
	}
	return b.String()
}

// write adds a block after an empty line, if there is one.
func write(b *strings.Builder, block string) {
	if block != "" {
		b.WriteString("\n" + block + "\n")
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// quoted puts the sign of a note before each line.
func quoted(notes string) string {
	if notes == "" {
		return ""
	}
	lines := strings.Split(notes, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight("> "+line, " ")
	}
	return strings.Join(lines, "\n")
}

// escaped keeps lines of text from being read as something else.
func escaped(text string) string {
	var f fence
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		indent, rest := margin(line)
		if !f.inside(rest) && rest != "" && strings.Contains(signs, rest[:1]) && !strings.HasPrefix(rest, "###") {
			lines[i] = indent + `\` + rest
		}
	}
	return strings.Join(lines, "\n")
}

// signs are what a line begins with that is no text. A backslash is one, so that
// one before a sign can be told from one that belongs to the text.
const signs = `#@>\`

// margin splits a line at the blanks that Markdown allows before a sign.
func margin(line string) (indent, rest string) {
	rest = strings.TrimLeft(line, " ")
	if n := len(line) - len(rest); n <= 3 {
		return line[:n], rest
	}
	return "", line
}

// fence follows fenced code from line to line.
type fence struct{ mark string } // that opened it, "" outside

// inside reports whether a line, without its margin, belongs to a fence, its
// first and last included.
func (f *fence) inside(line string) bool {
	if f.mark != "" {
		if strings.HasPrefix(line, f.mark) && strings.Trim(line, f.mark[:1]) == "" {
			f.mark = ""
		}
		return true
	}
	for _, mark := range []string{"```", "~~~"} {
		if strings.HasPrefix(line, mark) {
			f.mark = line[:len(line)-len(strings.TrimLeft(line, mark[:1]))]
			return true
		}
	}
	return false
}
