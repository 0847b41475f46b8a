package lesson

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// search finds text in a lesson.
type search struct {
	input textinput.Model
	found string // what is being looked for; "" while nothing is

	jump    jump   // where to go once the lesson is drawn
	counts  []int  // the matches in each section, nil until all are drawn
	counted string // what they were counted for
}

// jump is the match of a section to go to.
type jump int

const (
	stay jump = iota
	toFirst
	toLast
)

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

// searchLine is the line below the text: what is looked for and which of the
// matches is shown.
func (p *Lesson) searchLine() string {
	s, t := &p.search, p.env.Theme
	switch {
	case s.input.Focused():
		return "\n" + s.input.View()
	case s.found == "":
		return ""
	}
	which := ""
	if at, of := p.matchPlace(); s.counts != nil && of == 0 {
		which = "not in this lesson"
	} else if s.counts != nil {
		which = fmt.Sprintf("%d of %d", at, of)
	}
	return "\n" + t.Accent.Render("/"+s.found) + "  " + t.Dim.Render(which)
}

// matchPlace is the match shown, from 1, and how many there are in the lesson.
func (p *Lesson) matchPlace() (at, of int) {
	for i, n := range p.search.counts {
		if i < p.at {
			at += n
		}
		of += n
	}
	shown, _ := p.pager.Match()
	return at + shown + 1, of
}

// showMatches marks what was found, and goes to the match that was asked for.
// Matches are counted in the lines as they are shown, so it waits until all of
// the lesson is rendered.
func (p *Lesson) showMatches() {
	s := &p.search
	if s.found == "" || !p.countMatches() {
		p.pager.Mark("", p.env.Theme.Match)
		return
	}
	where := s.jump
	s.jump = stay
	if at := p.sectionWithMatch(0, 1); where != stay && s.counts[p.at] == 0 && at >= 0 {
		p.visit(at)
		p.show()
	}
	p.pager.Mark(s.found, p.env.Theme.Match)
	switch where {
	case toFirst:
		p.pager.ShowMatch(0)
	case toLast:
		p.pager.ShowMatch(s.counts[p.at] - 1)
	case stay:
	}
}

// countMatches reports whether the matches are counted.
func (p *Lesson) countMatches() bool {
	s := &p.search
	what := fmt.Sprint(p.width, p.env.Theme.Name, s.found)
	if s.counted != what {
		counts := make([]int, len(p.lesson.Sections))
		for i, section := range p.lesson.Sections {
			counts[i] = len(ui.Matches(p.draw(section, p.width).lines, s.found))
		}
		if !p.env.Markdown.Complete() {
			return false
		}
		s.counts, s.counted = counts, what
	}
	s.counts[p.at] = len(ui.Matches(p.pager.Lines(), s.found)) // an answer may have changed it
	return true
}

// sectionWithMatch is the next section with a match, skipping as many from the
// present one on, in steps round the lesson; -1 if there is none.
func (p *Lesson) sectionWithMatch(skip, step int) int {
	n := len(p.lesson.Sections)
	for i := skip; i < n+skip; i++ {
		if at := ((p.at+i*step)%n + n) % n; p.search.counts[at] > 0 {
			return at
		}
	}
	return -1
}

func (s *search) end() { s.found, s.counts, s.counted = "", nil, "" }

func (p *Lesson) startSearch() {
	p.search.end()
	p.search.input.Reset()
	p.search.input.Focus()
}

// Typing implements [page.Typist].
func (p *Lesson) Typing() bool {
	return p.search.input.Focused() || p.focus != nil && p.focus.Typing()
}

// Type implements [page.Typist].
func (p *Lesson) Type(msg tea.Msg) tea.Cmd {
	if p.focus != nil {
		return p.focus.Type(msg)
	}
	var cmd tea.Cmd
	p.search.input, cmd = p.search.input.Update(msg)
	return cmd
}

// TypingActions implements [page.Typist].
func (p *Lesson) TypingActions() []ui.Action {
	if p.focus != nil {
		leave := ui.On(keymap.Does(keymap.Leave, "back to the text"), ui.Do(p.toText))
		return append(append(p.focus.Actions(), p.focus.Scrolling()...), leave)
	}
	return []ui.Action{
		ui.On(keymap.SearchGo, func() tea.Cmd {
			p.search.input.Blur()
			p.search.found = strings.TrimSpace(p.search.input.Value())
			p.search.jump = toFirst
			return nil
		}),
		ui.On(keymap.SearchLeave, ui.Do(func() {
			p.search.input.Blur()
			p.search.end()
		})),
	}
}

// searchActions are what keys do once something was looked for.
func (p *Lesson) searchActions() []ui.Action {
	if p.search.found == "" {
		return nil
	}
	leave := ui.On(keymap.SearchDone, ui.Do(p.search.end))
	if _, of := p.matchPlace(); p.search.counts != nil && of == 0 {
		return []ui.Action{leave}
	}
	return []ui.Action{
		ui.On(keymap.NextMatch, ui.Do(func() { p.nextMatch(1, toFirst) })),
		ui.On(keymap.PreviousMatch, ui.Do(func() { p.nextMatch(-1, toLast) })),
		leave,
	}
}

// nextMatch goes on by a step to a match in the section, or to the nearest
// section with one.
func (p *Lesson) nextMatch(step int, then jump) {
	shown, _ := p.pager.Match()
	if p.pager.ShowMatch(shown + step) {
		return
	}
	if at := p.sectionWithMatch(1, step); at != p.at {
		p.visit(at)
	}
	p.search.jump = then
}
