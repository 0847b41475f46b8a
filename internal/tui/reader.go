package tui

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// reader shows a lesson, one section a screen, with its checkpoints in place.
type reader struct {
	env      *env
	lesson   *course.Lesson
	at       int // the section shown
	pager    pager
	asked    map[string]*question // checkpoints by question id, as far as they got
	focus    *question            // the checkpoint that takes the keys, or nil
	follow   bool                 // scroll to what the last key was about
	whole    bool                 // ... which is all of the checkpoint
	marks    *task                // recording what was read and ticked
	programs *programs
	ran      string // the main.go of the section's last run
	contents *contents
	search   *search

	width   int
	sources []int // for each line of the pager, the block it was drawn from
}

func newReader(e *env, l *course.Lesson) *reader {
	r := &reader{env: e, lesson: l, asked: map[string]*question{}}
	r.marks, r.programs = &task{owner: r}, newPrograms(e, r)
	r.at = r.firstUnread()
	return r
}

// newReaderAt opens a lesson at a section.
func newReaderAt(e *env, l *course.Lesson, section *course.Section) *reader {
	r := newReader(e, l)
	r.at = slices.Index(l.Sections, section)
	return r
}

func (r *reader) firstUnread() int {
	state := r.env.wb.Log.State()
	for i, s := range r.lesson.Sections {
		if !state.SectionRead(r.lesson.ID, s.ID) {
			return i
		}
	}
	return 0
}

func (r *reader) title() string { return r.lesson.Title }

func (r *reader) status() string {
	status := fmt.Sprintf("%d of %d", r.at+1, len(r.lesson.Sections))
	if !r.pager.atEnd() {
		status = "more ↓  " + status
	}
	return status
}

func (r *reader) init() tea.Cmd { return r.visit(r.at) }

func (r *reader) close() {
	r.marks.stop()
	r.programs.task.stop()
}

func (r *reader) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case recordedMsg:
		return r.env.recorded(msg.err)
	case programMsg:
		r.follow = true
		return r.programs.ended(msg)
	}
	return nil
}

func (r *reader) section() *course.Section { return r.lesson.Sections[r.at] }

// visit shows a section, records it as seen and renders its neighbours ahead.
func (r *reader) visit(i int) tea.Cmd {
	r.at, r.pager.top, r.focus, r.ran = i, 0, nil, ""
	section := r.section()
	for _, b := range section.Blocks {
		if b.Kind == course.Checkpoint && r.asked[b.Question.ID] == nil {
			r.asked[b.Question.ID] = newQuestion(r.env, r.env.wb.Ask(r.env.shuffle, b.Question))
		}
	}
	cmds := []tea.Cmd{r.marks.more(r.env, r.env.ctx, func(ctx context.Context) tea.Msg {
		return recordedMsg{r.env.wb.MarkRead(ctx, r.lesson, section)}
	})}
	if width := r.width; width > 0 {
		t := r.env.theme
		for _, n := range []int{i + 1, i - 1} {
			if n < 0 || n >= len(r.lesson.Sections) {
				continue
			}
			blocks := r.lesson.Sections[n].Blocks
			cmds = append(cmds, func() tea.Msg {
				for _, b := range blocks {
					r.env.pages.block(t, b, width)
				}
				return nil
			})
		}
	}
	return tea.Batch(cmds...)
}

func (r *reader) actions() []action {
	if r.contents != nil {
		return r.contents.actions(r)
	}
	if r.focus != nil {
		return r.focusActions()
	}
	last := r.at == len(r.lesson.Sections)-1
	out := []action{
		on(r.forward, "space", "on", "space"),
		on(func() tea.Cmd { return r.answering() }, "enter", "answer the checkpoint", "enter").
			unless(r.checkpoint() == nil, "this section has no open checkpoint"),
		on(func() tea.Cmd { return r.visit(r.at + 1) }, "→", "next section", "right", "l", "n").
			unless(last, "this is the last section: q goes back to the path"),
		on(func() tea.Cmd { return r.visit(r.at - 1) }, "←", "previous section", "left", "h", "p").
			unless(r.at == 0, "this is the first section"),
		on(func() tea.Cmd { r.contents = newContents(r); return nil }, "t", "contents", "t"),
		on(func() tea.Cmd { r.search = &search{typing: true}; return nil }, "/", "search", "/"),
		on(r.copyCode, "y", "copy the code", "y").hushed().unless(r.code() == "", "this section shows no code"),
	}
	out = append(out, r.sectionActions()...)
	if r.search != nil {
		out = append([]action{
			on(r.nextMatch, "n", "next match", "n"),
			on(func() tea.Cmd { r.search = nil; return nil }, "esc", "leave the search", "esc"),
		}, out...)
	}
	return append(out, r.pager.scrolling()...)
}

// sectionActions are what keys do with the blocks of this section.
func (r *reader) sectionActions() []action {
	var out []action
	if file := r.program(); file != "" {
		out = append(out, on(func() tea.Cmd { r.ran, r.follow = file, true; return r.programs.run(file) }, "x", "run it", "x"))
	}
	tasks := 0
	for _, b := range r.section().Blocks {
		switch b.Kind {
		case course.Task:
			tasks++
			digit := fmt.Sprint(tasks)
			out = append(out, on(func() tea.Cmd { return r.tick(b.Task) }, digit, "tick task "+digit, digit).hushed())
		case course.Drill:
			planned := r.env.wb.Course.Kata(b.Kata.ID) == nil
			out = append(out, on(func() tea.Cmd {
				return send(openMsg{Start{Kind: workbook.RepairStep, ID: b.Kata.ID}})
			}, "o", "open the kata", "o").unless(planned, "this kata is still planned"))
		default:
		}
	}
	return out
}

// program is the main.go that x runs: of the section's programs the first one
// that has not run yet, else the first. It is "" if there is none.
func (r *reader) program() string {
	first := ""
	for _, b := range r.section().Blocks {
		if b.Kind != course.Run {
			continue
		}
		if _, ran := r.programs.printed[b.File]; !ran {
			return b.File
		}
		if first == "" {
			first = b.File
		}
	}
	return first
}

func (r *reader) tick(task string) tea.Cmd {
	done := !r.env.wb.Log.State().Ticked(task)
	return r.marks.more(r.env, r.env.ctx, func(ctx context.Context) tea.Msg {
		return recordedMsg{r.env.wb.Tick(ctx, task, done)}
	})
}

// forward pages down and, at the end, goes to the next section.
func (r *reader) forward() tea.Cmd {
	switch {
	case !r.pager.atEnd():
		r.pager.scrollTo(r.pager.top + r.pager.page())
	case r.at < len(r.lesson.Sections)-1:
		return r.visit(r.at + 1)
	default:
		return notice("The end of the lesson. q goes back to the path, where c continues with its quiz.")
	}
	return nil
}

// checkpoint is the first question of the section not answered right, or nil.
func (r *reader) checkpoint() *question {
	for _, b := range r.section().Blocks {
		if b.Kind != course.Checkpoint {
			continue
		}
		if q := r.asked[b.Question.ID]; q.feedback == nil || !q.feedback.Right {
			return q
		}
	}
	return nil
}

// answering gives the keys to the section's checkpoint, anew if it was missed.
func (r *reader) answering() tea.Cmd {
	r.focus = r.checkpoint()
	if r.focus.feedback != nil {
		r.focus = newQuestion(r.env, r.focus.round)
		r.asked[r.focus.asked.ID] = r.focus
	}
	r.follow, r.whole = true, true
	return nil
}

func (r *reader) focusActions() []action {
	leave := on(func() tea.Cmd { r.focus = nil; return nil }, "esc", "back to the text", "esc", "tab")
	if f := r.focus.feedback; f != nil {
		onward := on(func() tea.Cmd { r.focus = nil; return nil }, "enter", "read on", "enter", "space")
		if !f.Right {
			onward = on(r.answering, "enter", "try again", "enter", "space")
		}
		out := []action{onward, leave}
		if file := r.focus.asked.CodeFile; r.focus.asked.Kind == course.Trace {
			out = append(out, on(func() tea.Cmd { r.follow = true; return r.programs.run(file) }, "x", "run it", "x"))
		}
		return append(out, r.pager.scrolling()...)
	}
	actions := r.focus.actions()
	for i, a := range actions {
		do := a.do
		actions[i].do = func() tea.Cmd { r.follow = true; return do() }
	}
	return append(append(actions, leave), r.pager.scrolling()[2:]...)
}

func (r *reader) code() string {
	for _, b := range r.section().Blocks {
		if b.Kind == course.Code {
			return b.Text
		}
	}
	return ""
}

func (r *reader) copyCode() tea.Cmd {
	return tea.Batch(tea.SetClipboard(r.code()), notice("The section's code was sent to the clipboard."))
}

func (r *reader) lines(width, height int) []string {
	if r.contents != nil {
		return r.contents.lines(r, width, height)
	}
	anchor := r.anchor()
	resized := r.width != 0 && r.width != width
	r.width = width
	foot := r.search.lines(r.env.theme)
	height -= len(foot)
	out, first, last := r.render(width)
	r.pager.set(out, height)
	if resized {
		r.pager.scrollTo(r.find(anchor))
	}
	if r.follow {
		r.pager.reveal(first, last)
		r.follow, r.whole = false, false
	}
	lines := r.pager.window()
	for len(foot) > 0 && len(lines) < height {
		lines = append(lines[:len(lines):len(lines)], "")
	}
	return append(lines[:len(lines):len(lines)], foot...)
}

// render draws the whole section. first and last are the lines of the focused
// checkpoint to keep in sight.
func (r *reader) render(width int) (out []string, first, last int) {
	t := r.env.theme
	r.sources = r.sources[:0]
	add := func(block int, lines ...string) {
		for _, line := range lines {
			out = append(out, r.search.highlight(t, line))
			r.sources = append(r.sources, block)
		}
	}
	add(-1, t.title.Render(r.section().Title), "")
	tasks := 0
	for i, b := range r.section().Blocks {
		if b.Kind != course.Task && i > 0 && r.section().Blocks[i-1].Kind == course.Task {
			add(i, "") // tasks stand close together
		}
		switch b.Kind {
		case course.Checkpoint:
		case course.Task:
			tasks++
			add(i, r.taskLines(tasks, b, width)...)
			continue
		case course.Run:
			start := len(out)
			add(i, r.runLines(b, width)...)
			if b.File == r.ran && r.focus == nil {
				first, last = start, len(out)-1
			}
			add(i, "")
			continue
		default:
			add(i, r.env.pages.block(t, b, width)...)
			add(i, "")
			continue
		}
		lines, f, l := r.checkpointLines(b.Question, width-2)
		if r.focus != nil && r.focus.asked == b.Question {
			first, last = len(out)+f, len(out)+l
			if r.whole {
				first, last = len(out), len(out)+len(lines)
			}
		}
		bar := t.accent.Render("│") + " "
		for _, line := range lines {
			add(i, bar+line)
		}
		add(i, "")
	}
	return out, first, last
}

func (r *reader) checkpointLines(asked *course.Question, width int) (lines []string, first, last int) {
	t := r.env.theme
	head, foot := "Checkpoint", ""
	q := r.asked[asked.ID]
	q.active = q == r.focus
	if !q.active && q.feedback == nil {
		foot = "Press enter to answer."
		if a, ok := r.env.wb.Log.State().Answered(asked.ID, asked.Revision); ok && a.Right {
			head, foot = "Checkpoint (answered before)", "Press enter to answer again."
		}
	}
	body, first, last := q.lines(width)
	if out := r.programs.lines(asked.CodeFile, width); q.feedback != nil && out != nil {
		body = append(append(body, ""), out...)
		last = len(body) - 1
	}
	lines = append([]string{t.accent.Render(head)}, body...)
	if foot != "" {
		lines = append(lines, "", t.dim.Render(foot))
	}
	return lines, first + 1, last + 1
}

// anchor is the block at the top of the screen, find where a block starts: a
// resize keeps the paragraph being read.
func (r *reader) anchor() int {
	if r.pager.top == 0 || r.pager.top >= len(r.sources) {
		return -1
	}
	return r.sources[r.pager.top]
}

func (r *reader) find(block int) int {
	for i, b := range r.sources {
		if b == block {
			return i
		}
	}
	return 0
}
