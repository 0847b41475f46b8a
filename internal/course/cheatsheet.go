package course

import (
	"slices"
	"strings"
)

// cheatsheetName is the name of the lesson that ends the guide.
const cheatsheetName = "cheatsheet"

// Cheatsheet is the guide on one page, in Markdown: the sections of the lesson
// "cheatsheet" between its opening and its tasks. It is "" while that lesson
// is planned.
func (c *Course) Cheatsheet() string {
	l := find(c.Lessons, func(l *Lesson) bool { return l.Name == cheatsheetName })
	if l == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("# Cheatsheet\n")
	for _, s := range l.Sections[1:] {
		if slices.ContainsFunc(s.Blocks, func(b Block) bool { return b.Kind == Task }) {
			break
		}
		b.WriteString("\n## " + s.Title + "\n")
		for _, block := range s.Blocks {
			switch block.Kind {
			case Prose:
				b.WriteString("\n" + block.Text + "\n")
			case Code:
				b.WriteString("\n```go\n" + block.Text + "\n```\n")
			default: // what the workbook alone can show
			}
		}
	}
	return b.String()
}
