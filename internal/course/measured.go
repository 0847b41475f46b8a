package course

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"example.com/leakproof/internal/text"
)

// Measured is what the scripted run of a lab measured.
type Measured struct {
	Machine string   // "linux/amd64, 2 cores, go1.26"
	Marks   []string // the times at which it measured, as the script names and orders them
	Rows    []MeasuredRow
}

// MeasuredRow is one number at each mark.
type MeasuredRow struct {
	Number string             // its id
	At     map[string]float64 // by mark; a number that could not be told is left out
}

// measured reads the numbers of the scripted run, if there are any yet.
func (p *labParser) measured() {
	const name = "measured.toml"
	src, ok := p.optional(name)
	if !ok {
		return
	}
	file := path.Join(p.lab.Dir(), name)
	var doc struct {
		Machine string
		Row     []MeasuredRow
	}
	if !p.decode(file, 1, src, &doc) {
		return
	}
	m := &Measured{Machine: doc.Machine, Marks: p.marks()}
	const again = "run the lab's script again, which writes this file"
	if m.Machine == "" || len(doc.Row) == 0 {
		p.problem(file, 1, "it needs machine and a [[row]] at least: %s", again)
	}
	lines := headerLines(src)["[[row]]"]
	for i, row := range doc.Row {
		if p.lab.Number(row.Number) == nil {
			p.problem(file, nth(lines, i), "the lab has no number %q: %s", row.Number, again)
			continue
		}
		m.Rows = append(m.Rows, row)
		for mark := range row.At {
			if !slices.Contains(m.Marks, mark) {
				p.problem(file, nth(lines, i), "run.script has no mark %q: %s", mark, again)
			}
		}
	}
	p.lab.Measured = m
}

// marks are the marks of the lab's script, in their order.
func (p *labParser) marks() []string {
	var out []string
	for line := range strings.Lines(p.lab.Script) {
		if f := strings.Fields(line); len(f) == 3 && f[1] == "mark" && !strings.HasPrefix(line, "#") {
			out = append(out, f[2])
		}
	}
	return out
}

// MeasuredTable is what was measured as a table in Markdown, with a sentence that
// says where; "" where nothing was.
func (l *Lab) MeasuredTable() string {
	m := l.Measured
	if m == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("| | " + strings.Join(m.Marks, " | ") + " |\n| --- |" + strings.Repeat(" ---: |", len(m.Marks)) + "\n")
	for _, row := range m.Rows {
		n := l.Number(row.Number)
		b.WriteString("| " + n.Title + " |")
		for _, mark := range m.Marks {
			cell := "-"
			if v, ok := row.At[mark]; ok {
				cell = text.Amount(n.Unit, v)
			}
			b.WriteString(" " + cell + " |")
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\nMeasured by a run of the lab on %s.", m.Machine)
	return b.String()
}
