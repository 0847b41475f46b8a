package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
)

// contents is the reader's table of contents.
type contents struct {
	cursor int
	pager  pager
}

func newContents(r *reader) *contents { return &contents{cursor: r.at} }

func (c *contents) actions(r *reader) []action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			c.cursor = max(0, min(len(r.lesson.Sections)-1, c.cursor+by))
			return nil
		}
	}
	return []action{
		on(func() tea.Cmd { r.contents = nil; return r.visit(c.cursor) }, "enter", "go there", "enter", "right", "l"),
		on(move(-1), "up", "previous section", "up", "k").hushed(),
		on(move(1), "down", "next section", "down", "j").hushed(),
		on(func() tea.Cmd { r.contents = nil; return nil }, "t", "close contents", "t", "esc", "left"),
	}
}

func (c *contents) lines(r *reader, width, height int) []string {
	t := r.env.theme
	state := r.env.wb.Log.State()
	out := []string{t.title.Render("Contents"), ""}
	for i, s := range r.lesson.Sections {
		box, sign := "[ ]", "  "
		if state.SectionRead(r.lesson.ID, s.ID) {
			box = "[x]"
		}
		name := fmt.Sprintf("%s %s", box, s.Title)
		if i == c.cursor {
			sign, name = "> ", t.cursor.Render(name)
		}
		out = append(out, xansi.Truncate(sign+name, width, "…"))
	}
	c.pager.set(out, height)
	c.pager.reveal(c.cursor+2, c.cursor+2)
	if c.cursor == 0 {
		c.pager.scrollTo(0)
	}
	return c.pager.window()
}

// search finds text in a lesson. A nil search highlights and shows nothing.
type search struct {
	text   string
	typing bool
}

func (s *search) lines(t theme) []string {
	switch {
	case s == nil:
		return nil
	case s.typing:
		return []string{t.accent.Render("/") + s.text + t.accent.Render("▏") + t.dim.Render(" enter finds, esc leaves")}
	}
	return []string{t.dim.Render("/" + s.text + "   n next match, esc leaves")}
}

// highlight underlines what was searched. A line with a match loses its
// colours, which would cut the match in two.
func (s *search) highlight(t theme, line string) string {
	if s == nil || s.typing || s.text == "" {
		return line
	}
	plain := xansi.Strip(line)
	at := strings.Index(strings.ToLower(plain), strings.ToLower(s.text))
	if at < 0 || at+len(s.text) > len(plain) {
		return line
	}
	return plain[:at] + t.warn.Underline(true).Render(plain[at:at+len(s.text)]) + plain[at+len(s.text):]
}

// typing implements [typist].
func (r *reader) typing(k tea.KeyPressMsg) (tea.Cmd, bool) {
	if r.search == nil || !r.search.typing {
		return nil, false
	}
	switch k.String() {
	case "esc":
		r.search = nil
	case "enter":
		r.search.typing = false
		if r.search.text == "" {
			r.search = nil
			return nil, true
		}
		return r.match(r.at, 0), true
	case "backspace":
		if runes := []rune(r.search.text); len(runes) > 0 {
			r.search.text = string(runes[:len(runes)-1])
		}
	default:
		r.search.text += k.Text
	}
	return nil, true
}

// nextMatch goes to the next line, or the next section, with the text.
func (r *reader) nextMatch() tea.Cmd {
	for i := r.pager.top + 1; i < len(r.pager.lines) && r.pager.top < r.pager.last(); i++ {
		if containsFold(xansi.Strip(r.pager.lines[i]), r.search.text) {
			r.pager.scrollTo(i)
			return nil
		}
	}
	return r.match(r.at, 1)
}

// match goes to the first section with the text, from the given one on, round
// the end of the lesson.
func (r *reader) match(from, skip int) tea.Cmd {
	n := len(r.lesson.Sections)
	for i := skip; i < n+skip; i++ {
		at := (from + i) % n
		if !sectionContains(r.lesson.Sections[at], r.search.text) {
			continue
		}
		cmd := tea.Cmd(nil)
		if at != r.at {
			cmd = r.visit(at)
		}
		lines, _, _ := r.render(max(r.width, minWidth))
		for i, line := range lines {
			if containsFold(xansi.Strip(line), r.search.text) {
				r.pager.set(lines, r.pager.height)
				r.pager.scrollTo(i - 2)
				break
			}
		}
		return cmd
	}
	text := r.search.text
	r.search = nil
	return notice(fmt.Sprintf("%q is not in this lesson.", text))
}

func sectionContains(s *course.Section, text string) bool {
	if containsFold(s.Title, text) {
		return true
	}
	for _, b := range s.Blocks {
		if containsFold(b.Text, text) || b.Question != nil && containsFold(b.Question.Stem, text) {
			return true
		}
	}
	return false
}

func containsFold(s, sub string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(sub))
}
