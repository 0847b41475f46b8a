package tui

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	xansi "github.com/charmbracelet/x/ansi"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// renderMarkdown turns Markdown into lines of at most width cells.
func renderMarkdown(t theme, markdown string, width int) []string {
	src := []byte(markdown)
	root := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(src))
	lines := (&markdownRenderer{theme: t, src: src}).blocks(root, max(width, 1), false)
	for i, line := range lines {
		lines[i] = xansi.Truncate(strings.TrimRight(line, " "), width, "…")
	}
	return lines
}

type markdownRenderer struct {
	theme theme
	src   []byte
}

// blocks renders what is below a node. Tight blocks have no blank line between
// them.
func (r *markdownRenderer) blocks(parent ast.Node, width int, tight bool) []string {
	var out []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if len(out) > 0 && !tight {
			out = append(out, "")
		}
		out = append(out, r.block(n, width)...)
	}
	return out
}

func (r *markdownRenderer) block(n ast.Node, width int) []string {
	t := r.theme
	switch n := n.(type) {
	case *ast.Heading:
		return r.paragraph(n, t.title, width)
	case *ast.List:
		return r.list(n, width)
	case *ast.Blockquote:
		return prefixed(t.dim.Render("│")+" ", r.blocks(n, width-2, false))
	case *ast.FencedCodeBlock:
		return prefixed("  ", r.code(n, string(n.Language(r.src))))
	case *ast.CodeBlock:
		return prefixed("  ", r.code(n, ""))
	case *ast.HTMLBlock:
		return r.code(n, "")
	case *ast.ThematicBreak:
		return []string{t.dim.Render(strings.Repeat("─", width))}
	case *extast.Table:
		return r.table(n, width)
	default:
		return r.paragraph(n, lipgloss.NewStyle(), width)
	}
}

func (r *markdownRenderer) list(l *ast.List, width int) []string {
	var out []string
	number := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "• "
		if l.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		if len(out) > 0 && !l.IsTight {
			out = append(out, "")
		}
		out = append(out, indent(mark, r.blocks(item, width-len([]rune(mark)), l.IsTight))...)
	}
	return out
}

// code is the text of a block as it stands, with colours if it is Go.
func (r *markdownRenderer) code(n ast.Node, language string) []string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(r.src))
	}
	source := strings.TrimRight(b.String(), "\n")
	if language == "go" {
		return highlightGo(r.theme, source)
	}
	return strings.Split(strings.ReplaceAll(source, "\t", "    "), "\n")
}

// table is as wide as its content, and breaks lines in the cells where that
// does not fit.
func (r *markdownRenderer) table(n *extast.Table, width int) []string {
	grid := table.New().BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).
		BorderStyle(r.theme.dim).
		StyleFunc(func(int, int) lipgloss.Style { return lipgloss.NewStyle().Padding(0, 1) })
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		style := lipgloss.NewStyle()
		_, head := row.(*extast.TableHeader)
		if head {
			style = r.theme.bold
		}
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, strings.Join(r.paragraph(cell, style, 1<<10), " "))
		}
		if head {
			grid.Headers(cells...)
		} else {
			grid.Row(cells...)
		}
	}
	drawn := grid.Render()
	if lipgloss.Width(drawn) > width {
		drawn = grid.Width(width).Render()
	}
	return strings.Split(drawn, "\n")
}

// paragraph breaks the text below a node at its blanks. A word that alone is
// wider than the line is cut.
func (r *markdownRenderer) paragraph(n ast.Node, style lipgloss.Style, width int) []string {
	words := &wordWriter{}
	r.inline(words, n, style)
	words.end()
	var out []string
	line, used := "", 0
	flush := func() {
		out = append(out, line)
		line, used = "", 0
	}
	for _, word := range words.done {
		size := xansi.StringWidth(word)
		switch {
		case word == "\n":
			flush()
			continue
		case used > 0 && used+1+size > width:
			flush()
		case used > 0:
			line, used = line+" ", used+1
		}
		for size > width {
			out = append(out, xansi.Cut(word, 0, width))
			word = xansi.Cut(word, width, size)
			size -= width
		}
		line, used = line+word, used+size
	}
	flush()
	return out
}

// inline writes the words below a node. Styles nest: bold inside a heading
// keeps the heading's colour.
func (r *markdownRenderer) inline(w *wordWriter, parent ast.Node, style lipgloss.Style) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			value := n.Segment.Value(r.src)
			if parent.Kind() != ast.KindCodeSpan {
				value = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(value)))
			}
			w.write(string(value), style)
			if n.HardLineBreak() {
				w.end()
				w.done = append(w.done, "\n")
			} else if n.SoftLineBreak() {
				w.end()
			}
		case *ast.String:
			w.write(string(n.Value), style)
		case *ast.CodeSpan:
			sign := ""
			if !r.theme.color {
				sign = "`"
			}
			w.write(sign, style)
			r.inline(w, n, r.theme.code.Inherit(style))
			w.write(sign, style)
		case *ast.Emphasis:
			if n.Level == 1 {
				r.inline(w, n, style.Italic(true))
			} else {
				r.inline(w, n, style.Bold(true))
			}
		case *ast.Link:
			r.inline(w, n, style.Underline(true))
			w.write(" ("+string(n.Destination)+")", style)
		case *ast.AutoLink:
			w.write(string(n.URL(r.src)), style.Underline(true))
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				at := n.Segments.At(i)
				w.write(string(at.Value(r.src)), style)
			}
		default:
			r.inline(w, n, style)
		}
	}
}

// wordWriter splits styled text at its blanks. Each word carries its own
// style, so that a line can end after any of them.
type wordWriter struct {
	done []string // words, and "\n" where the author wants a line to end
	word strings.Builder
}

func (w *wordWriter) write(s string, style lipgloss.Style) {
	blank := func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }
	for i, part := range strings.FieldsFunc(s, blank) {
		if i > 0 || blank(rune(s[0])) {
			w.end()
		}
		w.word.WriteString(style.Render(part))
	}
	if s != "" && blank(rune(s[len(s)-1])) {
		w.end()
	}
}

func (w *wordWriter) end() {
	if w.word.Len() > 0 {
		w.done = append(w.done, w.word.String())
		w.word.Reset()
	}
}

func prefixed(prefix string, lines []string) []string {
	for i, line := range lines {
		lines[i] = prefix + line
	}
	return lines
}
