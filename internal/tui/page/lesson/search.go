package lesson

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
)

// search finds text in a lesson.
type search struct {
	input textinput.Model
	found string // what is being looked for; "" while nothing is
	jump  bool   // go to the first match when the section is drawn
}

func newSearch() search {
	input := textinput.New()
	input.Prompt = "/"
	input.CharLimit = 100
	styles := input.Styles()
	styles.Cursor.Blink = false
	input.SetStyles(styles)
	return search{input: input}
}

// height is how many lines the search takes below the text.
func (s *search) height() int {
	if s.input.Focused() || s.found != "" {
		return 1
	}
	return 0
}

func (s *search) view(t theme.Theme) string {
	switch {
	case s.input.Focused():
		return "\n" + s.input.View()
	case s.found != "":
		return "\n" + t.Dim.Render("/"+s.found)
	}
	return ""
}

// show marks what was found, and goes to the first match of a new search.
func (s *search) show(p *ui.Pager, e *page.Env) {
	p.Mark(s.found, e.Theme.Match)
	if s.jump && e.Markdown.Complete() {
		p.RevealMatch()
		s.jump = false
	}
}

func (s *search) end() { s.found = "" }

func (p *Lesson) startSearch() {
	p.search.input.Reset()
	p.search.input.Focus()
	p.search.found = ""
}

// Typing implements [page.Typist].
func (p *Lesson) Typing() bool { return p.search.input.Focused() }

// Type implements [page.Typist].
func (p *Lesson) Type(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	p.search.input, cmd = p.search.input.Update(msg)
	return cmd
}

// TypingActions implements [page.Typist].
func (p *Lesson) TypingActions() []ui.Action {
	return []ui.Action{
		ui.On(keymap.SearchGo, func() tea.Cmd {
			p.search.input.Blur()
			p.search.found = p.search.input.Value()
			if p.search.found == "" {
				return nil
			}
			return p.match(0)
		}),
		ui.On(keymap.SearchLeave, ui.Do(func() {
			p.search.input.Blur()
			p.search.end()
		})),
	}
}

// searchActions are what keys do once something was found.
func (p *Lesson) searchActions() []ui.Action {
	if p.search.found == "" {
		return nil
	}
	return []ui.Action{
		ui.On(keymap.NextMatch, p.nextMatch),
		ui.On(keymap.SearchLeave, ui.Do(p.search.end)),
	}
}

// nextMatch goes to the next match in the section, or to the next section with
// one.
func (p *Lesson) nextMatch() tea.Cmd {
	if p.pager.NextMatch() {
		return nil
	}
	return p.match(1)
}

// match goes to the first section with the text, skipping as many from the
// present one on, round the end of the lesson.
func (p *Lesson) match(skip int) tea.Cmd {
	n := len(p.lesson.Sections)
	for i := skip; i < n+skip; i++ {
		at := (p.at + i) % n
		if !sectionContains(p.lesson.Sections[at], p.search.found) {
			continue
		}
		p.search.jump = true
		if at == p.at {
			p.pager.ScrollTo(0)
			return nil
		}
		return p.visit(at)
	}
	text := p.search.found
	p.search.end()
	return p.env.Notify(fmt.Sprintf("%q is not in this lesson.", text))
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
