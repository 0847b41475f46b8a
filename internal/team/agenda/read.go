package agenda

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is one thing in a plan that cannot be read, with what to do about it.
type Problem struct {
	Line int // from 1
	Text string
}

func (p Problem) Error() string { return fmt.Sprintf("line %d: %s", p.Line, p.Text) }

// maxProblems are told at once; who sees more mends the first ones.
const maxProblems = 10

// Read reads a plan. The error, if any, is that of r or joins a [Problem] for
// each line that cannot be read.
func Read(r io.Reader) (Agenda, error) {
	src, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return Agenda{}, fmt.Errorf("the plan cannot be read: %w", err)
	}
	if len(src) > MaxBytes {
		return Agenda{}, fmt.Errorf("the plan has more than %d KiB: leave out what is no step", MaxBytes>>10)
	}
	text := strings.TrimPrefix(string(src), "\ufeff")
	if strings.TrimSpace(text) == "" {
		return Agenda{}, errors.New("the plan is empty: `leakproof session plan --minutes 90` writes one")
	}
	rd := &reader{}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if rd.readable(lines) && rd.schema(lines) {
		rd.read(lines)
	}
	if n := len(rd.problems); n > 0 {
		if n > maxProblems {
			rest := fmt.Errorf("and %d lines more that cannot be read", n-maxProblems)
			rd.problems = append(rd.problems[:maxProblems], rest)
		}
		return Agenda{}, errors.Join(rd.problems...)
	}
	return rd.agenda, nil
}

type reader struct {
	agenda      Agenda
	problems    []error
	text, notes []string // of the step, or of the plan before its first
	about       int      // the line with @ of the step, 0 while there is none
}

func (r *reader) refuse(line int, format string, args ...any) {
	r.problems = append(r.problems, Problem{line, fmt.Sprintf(format, args...)})
}

// readable refuses what is no text, or what would steer the terminal that it is
// shown on.
func (r *reader) readable(lines []string) bool {
	for i, line := range lines {
		if !utf8.ValidString(line) || strings.ContainsRune(line, 0) {
			r.refuse(i+1, "this is no UTF-8: save the plan as UTF-8")
			return false
		}
		if at := strings.IndexFunc(line, steers); at >= 0 {
			odd, _ := utf8.DecodeRuneInString(line[at:])
			r.refuse(i+1, "the character %U cannot be shown: remove it", odd)
		}
	}
	return len(r.problems) == 0
}

// steers reports whether a character is one that moves, hides or turns round
// what is shown.
func steers(c rune) bool {
	return unicode.IsControl(c) && c != '\t' || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069
}

var schemaLine = regexp.MustCompile(`^<!--\s*(leakproof\.agenda/\S+)\s*-->$`)

// schema looks for the first line, and takes it away.
func (r *reader) schema(lines []string) bool {
	first := slices.IndexFunc(lines, func(line string) bool { return strings.TrimSpace(line) != "" })
	m := schemaLine.FindStringSubmatch(strings.TrimSpace(lines[first]))
	switch {
	case m == nil:
		r.refuse(first+1, "this is no plan of a session: one begins with the line <!-- %s -->, and `leakproof session plan` writes it", Schema)
	case m[1] != Schema:
		r.refuse(first+1, "the plan is of the format %s, and this program reads %s: write it anew with `leakproof session plan`, or use the version that wrote it", m[1], Schema)
	default:
		lines[first] = ""
		return true
	}
	return false
}

func (r *reader) read(lines []string) {
	var f fence
	opened, titled := 0, false
	for i, line := range lines {
		line, at := strings.TrimRight(line, " \t"), i+1
		indent, rest := margin(line)
		outside := f.mark == ""
		switch fenced := f.inside(rest); {
		case fenced:
			if outside {
				opened = at
			}
			r.add(at, line)
		case strings.HasPrefix(rest, "##") && !strings.HasPrefix(rest, "###"):
			r.endStep()
			r.step(at, strings.TrimSpace(rest[2:]))
		case strings.HasPrefix(rest, "# ") && titled:
			r.refuse(at, "a second title: begin a step with ##, such as ## 10 min: Title")
		case strings.HasPrefix(rest, "# "):
			r.agenda.Title, titled = r.title(at, rest[2:]), true
		case strings.HasPrefix(rest, ">"):
			r.notes = append(r.notes, strings.TrimPrefix(rest[1:], " "))
		case strings.HasPrefix(rest, "@"):
			r.directive(at, strings.Fields(rest[1:]))
		default:
			if len(rest) > 1 && rest[0] == '\\' && strings.Contains(signs, rest[1:2]) {
				line = indent + rest[1:]
			}
			r.add(at, line)
		}
	}
	if f.mark != "" {
		r.refuse(opened, "this fence is never closed: end it with a line of %s", f.mark)
	}
	r.endStep()
	switch n := len(r.agenda.Steps); {
	case n == 0 && len(r.problems) == 0:
		r.refuse(len(lines), "the plan has no step: a step is a heading such as ## 10 min: Title")
	case n > MaxSteps:
		r.refuse(r.agenda.Steps[MaxSteps].Line, "the plan has %d steps, and more than %d is no session: delete some", n, MaxSteps)
	case !titled && len(r.problems) == 0:
		r.refuse(r.agenda.Steps[0].Line, "the plan has no title: put a line such as # Our session above its first step")
	}
}

// add takes a line of text. Before the first step there is nobody to show it to.
func (r *reader) add(line int, text string) {
	if len(r.agenda.Steps) == 0 && text != "" {
		r.refuse(line, "this belongs to no step: put it below a heading such as ## 10 min: Title, or > before it if it is a note")
		return
	}
	r.text = append(r.text, text)
}

var (
	timed  = regexp.MustCompile(`(?i)^(\d+) ?min(?:utes?)?\b\s*[:,.–-]?\s*(.*)$`)
	before = regexp.MustCompile(`(?i)^before\b\s*[:,.–-]?\s*(.*)$`)
)

// step begins the step of a heading.
func (r *reader) step(line int, heading string) {
	s := Step{Kind: Talk, Line: line}
	if m := timed.FindStringSubmatch(heading); m != nil {
		s.Minutes, _ = strconv.Atoi(m[1]) // what is too long for a number is too much
		if s.Minutes < 1 || s.Minutes > MaxMinutes {
			r.refuse(line, "a step takes 1 to %d minutes, and this says %s: correct it, or write Before in its place", MaxMinutes, m[1])
		}
		s.Title = r.title(line, m[2])
	} else if m := before.FindStringSubmatch(heading); m != nil {
		s.Title = r.title(line, m[1])
	} else {
		r.refuse(line, "a step says how long it takes: write its heading as ## 10 min: Title, or as ## Before: Title")
	}
	r.agenda.Steps = append(r.agenda.Steps, s)
}

func (r *reader) title(line int, text string) string {
	text = oneLine(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		r.refuse(line, "the title is missing: write it into this line")
	case n > maxTitle:
		r.refuse(line, "the title has %d characters: shorten it to %d, the text goes below it", n, maxTitle)
	}
	return text
}

// directive takes a line that names a part of the course.
func (r *reader) directive(line int, words []string) {
	kind, args := Kind(""), words
	if len(words) > 0 {
		kind, args = Kind(words[0]), words[1:]
	}
	want := 1
	if kind == Break {
		want = 0
	}
	switch {
	case !slices.Contains(known, kind):
		r.refuse(line, `@%s is not known, only @lesson, @question, @kata, @near-miss, @task and @break: correct it, or write \@ if it is text`, kind)
	case len(r.agenda.Steps) == 0:
		r.refuse(line, "@%s belongs to a step: put it below a heading such as ## 10 min: Title", kind)
	case r.about > 0:
		r.refuse(line, "the step is about line %d already: make two steps of it", r.about)
	case len(args) != want && want == 0:
		r.refuse(line, "@%s stands alone: put the rest into a line of its own", kind)
	case len(args) != want:
		r.refuse(line, "@%s takes one id and nothing else", kind)
	default:
		s := &r.agenda.Steps[len(r.agenda.Steps)-1]
		s.Kind, s.ID, r.about = kind, strings.Join(args, ""), line
	}
}

// endStep gives what was read to the step that ends, or to the plan.
func (r *reader) endStep() {
	text, notes := block(r.text), block(r.notes)
	r.text, r.notes, r.about = nil, nil, 0
	if len(r.agenda.Steps) == 0 {
		r.agenda.Notes = notes
		return
	}
	s := &r.agenda.Steps[len(r.agenda.Steps)-1]
	s.Text, s.Notes = text, notes
}

// block is lines without the empty ones around them.
func block(lines []string) string { return strings.Trim(strings.Join(lines, "\n"), "\n") }
