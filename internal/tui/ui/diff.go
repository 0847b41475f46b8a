package ui

import (
	"path"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/tui/theme"
)

// sideBySide is the width of a page from which on two versions stand side by
// side: that of a terminal of 160 columns without its margins. Each then has
// room for most lines of code.
const sideBySide = 156

// Diff draws a unified diff of Go source under the names of its two versions:
// side by side where there is room, else one below the other.
func Diff(look *Look, diff string, width int, from, to string) []string {
	d := drawing{theme: look.Theme, width: width, side: (width - 3) / 2}
	removed, added := d.theme.Bad.Render("- "+from), d.theme.Good.Render("+ "+to)
	if d.beside() {
		d.out = []string{Fit(removed, d.side) + d.rule() + added}
	} else {
		d.out = []string{removed + "   " + added}
	}
	for _, h := range hunks(diff) {
		d.out = append(d.out, d.theme.Dim.Render(h.heading))
		h.highlight(look.Markdown)
		for _, line := range h.lines {
			d.add(line)
		}
		d.pair()
	}
	return d.out
}

// hunk is a run of lines around changes.
type hunk struct {
	heading string // "@@ -1,7 +1,9 @@", behind the file's name where there are several
	lines   []diffLine
}

// diffLine is a line of a hunk. Its sign is a blank where both versions have
// it, and a backslash for a remark such as "\ No newline at end of file".
type diffLine struct {
	sign byte
	code string
}

func (l diffLine) of(sign byte) bool { return l.sign == sign || l.sign == ' ' }

func hunks(diff string) []hunk {
	var out []hunk
	lines := strings.Split(Untab(strings.TrimRight(text.Visible(diff), "\n")), "\n")
	names := func(i int) bool { // whether the two names of a file begin there
		return i+2 < len(lines) && strings.HasPrefix(lines[i], "--- ") && strings.HasPrefix(lines[i+1], "+++ ") && strings.HasPrefix(lines[i+2], "@@")
	}
	several, file := false, ""
	for i := range lines {
		several = several || i > 0 && names(i)
	}
	for i := 0; i < len(lines); i++ {
		switch line := lines[i]; {
		case names(i):
			if several {
				file = path.Base(lines[i+1]) + "  "
			}
			i++
		case strings.HasPrefix(line, "@@"):
			out = append(out, hunk{heading: file + line})
		case len(out) == 0:
		case line == "":
			out[len(out)-1].lines = append(out[len(out)-1].lines, diffLine{sign: ' '})
		default:
			out[len(out)-1].lines = append(out[len(out)-1].lines, diffLine{line[0], line[1:]})
		}
	}
	return out
}

// highlight gives the lines the colours of Go source, as far as they are
// rendered already. Each version is read on its own.
func (h *hunk) highlight(md *Markdown) {
	written := slices.Clone(h.lines)
	for _, sign := range []byte{'-', '+'} { // lines of both get those of the new version
		source := []string{border}
		for _, l := range written {
			if l.of(sign) {
				source = append(source, l.code)
			}
		}
		colored := md.Go(strings.Join(append(source, border), "\n"))
		if len(colored) != len(source)+1 {
			continue // it holds what ends a block of Markdown
		}
		at := 1
		for i, l := range h.lines {
			if l.of(sign) {
				h.lines[i].code = xansi.TruncateLeft(colored[at], codeMargin, "")
				at++
			}
		}
	}
}

const (
	border     = "_" // keeps blank lines at the ends of a source
	codeMargin = 2   // with which source is drawn
)

// drawing is a diff, as far as it is drawn.
type drawing struct {
	theme          theme.Theme
	width, side    int // of all, and of one of two columns
	out            []string
	removed, added []string // of columns, not drawn yet
}

func (d *drawing) beside() bool { return d.width >= sideBySide }

func (d *drawing) rule() string { return d.theme.Picture.Render(" │ ") }

func (d *drawing) add(l diffLine) {
	switch {
	case !d.beside():
		d.out = append(d.out, d.cell(l, d.width)...)
	case l.sign == '-':
		if len(d.added) > 0 {
			d.pair()
		}
		d.removed = append(d.removed, d.cell(l, d.side)...)
	case l.sign == '+':
		d.added = append(d.added, d.cell(l, d.side)...)
	default:
		d.pair()
		d.removed = d.cell(l, d.side)
		d.added = d.cell(l, d.side)
		d.pair()
	}
}

// pair puts what was replaced beside its replacement.
func (d *drawing) pair() {
	for i := range max(len(d.removed), len(d.added)) {
		left, right := "", ""
		if i < len(d.removed) {
			left = d.removed[i]
		}
		if i < len(d.added) {
			right = d.added[i]
		}
		d.out = append(d.out, Fit(left, d.side)+d.rule()+right)
	}
	d.removed, d.added = nil, nil
}

// cell draws a line behind its sign, broken to a width.
func (d *drawing) cell(l diffLine, width int) []string {
	sign, back := d.theme.Dim, lipgloss.NewStyle()
	switch l.sign {
	case '-':
		sign, back = d.theme.Bad, d.theme.Removed
	case '+':
		sign, back = d.theme.Good, d.theme.Added
	}
	lines := BreakCode(l.code, width-len("+ "))
	for i, line := range lines {
		mark := sign.Render(string(l.sign) + " ")
		if i > 0 {
			mark = d.theme.Dim.Render(Continued)
		}
		if l.sign == '-' || l.sign == '+' {
			lines[i] = ground(back, mark+line, width)
		} else {
			lines[i] = mark + line
		}
	}
	return lines
}
