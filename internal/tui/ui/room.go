package ui

import (
	"fmt"
	"path"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/workbook"
)

// room is how a question shares out a page: what is asked above, the options
// below it, and where not all of it fits, what is asked scrolls and the options
// stay.
type room struct {
	asked   Pager // the stem and the code, or the code alone; after the answer, everything
	options Pager
	above   []string // what stands still above a window of code
	spans   []Span   // the lines of each option
	kind    layout
	width   int
	follow  bool // show what the answer deserves
}

// layout is how the page is shared.
type layout int

const (
	whole    layout = iota // all of it fits
	codeMore               // the code has a window of its own
	stemMore               // the stem and the code share a window
	answered               // there are no options to keep in sight any more
)

const (
	minCode   = 3 // lines of a window of code
	codeFrame = 3 // lines around it
	minStem   = 3 // lines of a window of stem and code
)

// Layout fits the question to a page. Head stands above it, foot below what the
// answer deserves.
func (q *Question) Layout(width, height int, head, foot []string) {
	r := &q.room
	r.width = width
	stem := append(append(head, q.look.Markdown.Prose(q.Asked.Stem, width)...), "")
	code := q.code(min(width, MaxText))
	if q.Feedback != nil {
		q.layoutAnswered(append(stem, q.box(code)...), foot, height)
		return
	}
	options := q.optionLines(width)
	prompt := []string{q.look.Theme.Dim.Render(q.prompt())}
	below := len(prompt) + len(options)
	switch room := height - len(stem) - below; {
	case len(q.box(code)) <= room:
		r.kind = whole
		all := append(stem, q.box(code)...)
		r.asked.Set(append(all, prompt...), width, len(all)+1)
		r.options.Set(options, width, height-len(all)-1)
	case len(code) > 0 && room >= codeFrame+minCode:
		r.kind, r.above = codeMore, stem
		r.asked.Set(code, min(width, MaxText)-boxSides, room-codeFrame)
		r.options.Set(options, width, len(options))
	default:
		r.kind = stemMore
		shown := min(len(options), max(1, height-1-minStem))
		r.asked.Set(append(stem, q.box(code)...), width, height-1-shown)
		r.options.Set(options, width, shown)
	}
	if q.cursor.Moved && !q.Typing() {
		r.options.Reveal(r.spans[q.cursor.At])
		q.cursor.Moved = false
	}
}

// scrolledAway reports whether an option has a place on the page that is not in
// sight.
func (r *room) scrolledAway(option int) bool {
	return len(r.options.Lines()) > 0 && r.options.Hidden(r.spans[option:option+1]) > 0
}

func (q *Question) layoutAnswered(asked, foot []string, height int) {
	r := &q.room
	first, lines := len(asked), append(asked, q.verdict(r.width)...)
	if len(foot) > 0 {
		lines = append(append(lines, ""), foot...)
	}
	if r.kind != answered { // it is another text now
		r.kind = answered
		r.asked.ScrollTo(0)
	}
	r.asked.Set(lines, r.width, height)
	if r.follow {
		r.asked.Reveal(Span{first, len(lines) - 1})
		if len(foot) > 0 {
			r.asked.Reveal(Span{len(lines) - len(foot), len(lines) - 1})
		}
		r.follow = !q.look.Markdown.Complete()
	}
}

// Follow scrolls to what has come last.
func (q *Question) Follow() { q.room.follow = true }

// code is the program that the question shows, with the numbers that its text
// and its options speak of.
func (q *Question) code(width int) []string {
	if q.Asked.Code == "" {
		return nil
	}
	var out []string
	for i, line := range q.look.Code(q.Asked.Code) {
		number := fmt.Sprintf("%2d ", i+1)
		for j, part := range Fold([]string{line}, width-boxSides-len(number)) {
			if j > 0 {
				number = strings.Repeat(" ", len(number))
			}
			out = append(out, q.look.Theme.Dim.Render(number)+part)
		}
	}
	return out
}

// box frames code.
func (q *Question) box(code []string) []string {
	if len(code) == 0 {
		return nil
	}
	return append(Box(q.look.Theme, q.file(), "", code, min(q.room.width, MaxText)), "")
}

func (q *Question) file() string {
	return q.look.Theme.Dim.Render(path.Join(path.Base(path.Dir(q.Asked.CodeFile)), path.Base(q.Asked.CodeFile)))
}

// View draws the page.
func (q *Question) View() string {
	r, t := &q.room, q.look.Theme
	switch r.kind {
	case answered:
		return r.asked.View()
	case codeMore:
		window := Box(t, q.file(), t.Accent.Render(r.asked.More()), strings.Split(r.asked.View(), "\n"), min(r.width, MaxText))
		lines := append(append([]string{}, r.above...), window...)
		lines = append(lines, "", t.Dim.Render(q.prompt()))
		return strings.Join(lines, "\n") + "\n" + r.options.View()
	case stemMore:
		return r.asked.View() + "\n" + q.divide() + "\n" + r.options.View()
	default:
		return r.asked.View() + "\n" + r.options.View()
	}
}

// divide is the line between what is asked and the options where both scroll.
func (q *Question) divide() string {
	r, t := &q.room, q.look.Theme
	var words []string
	if more := r.asked.More(); more != "" {
		words = append(words, t.Accent.Render(more))
	}
	if hidden := r.options.Hidden(r.spans); hidden > 0 {
		words = append(words, t.Dim.Render(workbook.Count(hidden, "option")+" more"))
	}
	prompt := t.Dim.Render(strings.TrimSuffix(q.prompt(), ":"))
	join := func(words ...string) string { return strings.Join(words, t.Picture.Render(" ─ ")) }
	if all := join(append([]string{prompt}, words...)...); len(words) == 0 || xansi.StringWidth(all) <= r.width-6 {
		return Rule(t, all, r.width)
	}
	return Rule(t, join(words...), r.width)
}

// More says in which directions an answered question goes on, and with which key.
func (q *Question) More() string { return q.room.asked.More() }

// Scrolling are the keys that scroll: all of it after the answer, and before it
// what has a window.
func (q *Question) Scrolling() []Action {
	r := &q.room
	if q.Feedback != nil {
		return r.asked.Scrolling()
	}
	if r.kind == whole || r.asked.Fits() {
		return nil
	}
	what := "question"
	if r.kind == codeMore {
		what = "code"
	}
	return []Action{
		On(keymap.Does(keymap.PageDown, "more "+what), Do(r.asked.PageDown)),
		On(keymap.Does(keymap.PageUp, what+" before"), Do(r.asked.PageUp)).Hushed(),
	}
}

// PageDown scrolls what is asked, or what the answer deserves.
func (q *Question) PageDown() { q.room.asked.PageDown() }

// AtEnd reports whether nothing is left below.
func (q *Question) AtEnd() bool { return q.room.kind == whole || q.room.asked.AtEnd() }

// Wheel scrolls the window at a place.
func (q *Question) Wheel(y, lines int) {
	r := &q.room
	switch {
	case r.kind != answered && y >= q.optionsTop():
		r.options.Scroll(lines)
	default:
		r.asked.Scroll(lines)
	}
}

// Click takes a click at a place: on an option, it goes to it.
func (q *Question) Click(_, y int) tea.Cmd {
	r := &q.room
	line := y - q.optionsTop() + r.options.Top()
	if q.Feedback != nil || q.Typing() || y < q.optionsTop() {
		return nil
	}
	for i, s := range r.spans {
		if line >= s.First && line <= s.Last {
			q.cursor.At, q.cursor.Moved = i, true
		}
	}
	return nil
}

// optionsTop is the line of the page where the options begin.
func (q *Question) optionsTop() int {
	r := &q.room
	switch r.kind {
	case codeMore:
		return len(r.above) + r.asked.Height() + 4 // the frame, a blank line, the prompt
	default:
		top := r.asked.Height()
		if r.kind == stemMore {
			top++
		}
		return top
	}
}

// Lines draws the question as a part of a longer page. Keep says which lines to
// keep in sight: the option under the cursor or, after the answer, what it
// deserves.
func (q *Question) Lines(width int) (out []string, keep Span) {
	q.room.width = width
	out = append(q.look.Markdown.Prose(q.Asked.Stem, width), "")
	out = append(out, q.box(q.code(min(width, MaxText)))...)
	if q.Feedback != nil {
		first := len(out)
		out = append(out, q.verdict(width)...)
		return out, Span{first, len(out) - 1}
	}
	out = append(out, q.look.Theme.Dim.Render(q.prompt()))
	start := len(out)
	out = append(out, q.optionLines(width)...)
	if q.Asked.Kind == course.Type {
		return out, Span{start, start}
	}
	return out, q.room.spans[q.cursor.At].Plus(start)
}
