package plain

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// columns is where lines of prose break. Lines of code never do.
const columns = 78

// paragraphs turns Markdown into lines without markup. What the markup said is
// said in words or by the layout: code is indented, a link is followed by its
// address, a table gives each cell with the name of its column.
func paragraphs(markdown string) string {
	src := []byte(markdown)
	parser := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()
	var b strings.Builder
	(&converter{src: src, out: &b}).blocks(parser.Parse(text.NewReader(src)), "", "")
	return strings.TrimRight(b.String(), "\n")
}

// flat is Markdown as one line without markup, to stand in a sentence.
func flat(markdown string) string {
	return strings.Join(strings.Fields(paragraphs(markdown)), " ")
}

type converter struct {
	src []byte
	out *strings.Builder
}

// blocks writes the blocks below a node. The first line starts with first, the
// others with rest.
func (c *converter) blocks(parent ast.Node, first, rest string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if n.PreviousSibling() != nil && !tight(parent) {
			c.out.WriteString("\n")
		}
		c.block(n, first, rest)
		first = rest
	}
}

// tight reports whether the items of a list stand without blank lines between
// them.
func tight(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.List:
		return n.IsTight
	case *ast.ListItem:
		return tight(n.Parent())
	}
	return false
}

func (c *converter) block(n ast.Node, first, rest string) {
	switch n := n.(type) {
	case *ast.List:
		number := n.Start
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			mark := "- "
			if n.IsOrdered() {
				mark = fmt.Sprintf("%d. ", number)
				number++
			}
			c.blocks(item, first+mark, rest+strings.Repeat(" ", len(mark)))
			first = rest
			if item.NextSibling() != nil && !n.IsTight {
				c.out.WriteString("\n")
			}
		}
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		c.out.WriteString(indent(c.lines(n), rest+"    "))
	case *ast.HTMLBlock:
		c.out.WriteString(indent(c.lines(n), rest))
	case *ast.Blockquote:
		c.blocks(n, first+"Quote: ", rest)
	case *ast.ThematicBreak:
	case *extast.Table:
		c.table(n, first, rest)
	default:
		c.out.WriteString(wrap(c.inline(n), first, rest))
	}
}

func (c *converter) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(c.src))
	}
	return strings.TrimRight(b.String(), "\n")
}

// table writes one line for each row, because columns that line up say nothing
// to a reader who hears them.
func (c *converter) table(t *extast.Table, first, rest string) {
	var heads []string
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		_, header := row.(*extast.TableHeader)
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			content := c.inline(cell)
			if header {
				heads = append(heads, content)
			} else if i := len(cells); i < len(heads) && heads[i] != "" {
				content = heads[i] + ": " + content
			}
			cells = append(cells, content)
		}
		if !header {
			c.out.WriteString(wrap(strings.Join(cells, "; "), first+"- ", rest+"  "))
			first = rest
		}
	}
}

// inline is the text below a node without markup.
func (c *converter) inline(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			value := n.Segment.Value(c.src)
			if parent.Kind() != ast.KindCodeSpan {
				value = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(value)))
			}
			b.Write(value)
			if n.HardLineBreak() {
				b.WriteString("\n")
			} else if n.SoftLineBreak() {
				b.WriteString(" ")
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.URL(c.src))
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				at := n.Segments.At(i)
				b.Write(at.Value(c.src))
			}
		case *ast.Link:
			label, to := c.inline(n), string(n.Destination)
			b.WriteString(label)
			if to != label {
				b.WriteString(" (" + to + ")")
			}
		case *ast.Image:
			b.WriteString("Picture: " + c.inline(n))
		default:
			b.WriteString(c.inline(n))
		}
	}
	return b.String()
}

// wrap breaks each line of text at the blanks so that it fits, where it can.
// Every result ends in a line break.
func wrap(content, first, rest string) string {
	var b strings.Builder
	prefix := first
	for line := range strings.SplitSeq(content, "\n") {
		at := 0
		for i, word := range strings.Fields(line) {
			switch {
			case i == 0:
				b.WriteString(prefix)
				at = width(prefix)
			case at+1+width(word) > columns:
				b.WriteString("\n" + rest)
				at = width(rest)
			default:
				b.WriteString(" ")
				at++
			}
			b.WriteString(word)
			at += width(word)
		}
		b.WriteString("\n")
		prefix = rest
	}
	return b.String()
}

func width(s string) int { return len([]rune(s)) }

// indent puts prefix before every line that is not blank and sets tabs at
// four columns. Every result ends in a line break.
func indent(code, prefix string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(code, "\n") {
		if line = strings.ReplaceAll(strings.TrimRight(line, " \t\r"), "\t", "    "); line != "" {
			b.WriteString(prefix + line)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// numbered puts its number before every line of code.
func numbered(code string) string {
	lines := strings.Split(code, "\n")
	digits := len(fmt.Sprint(len(lines)))
	for i, line := range lines {
		lines[i] = strings.TrimRight(fmt.Sprintf("%*d  %s", digits, i+1, strings.ReplaceAll(line, "\t", "    ")), " ")
	}
	return indent(strings.Join(lines, "\n"), "    ")
}
