// Package lesson shows a lesson, one section at a time, with its checkpoints in
// place.
package lesson

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// Lesson is the page of a lesson.
type Lesson struct {
	env      *page.Env
	lesson   *course.Lesson
	at       int // the section shown
	pager    ui.Pager
	asked    map[string]*ui.Question // checkpoints by question id, as far as they got
	focus    *ui.Question            // the checkpoint that takes the keys, or nil
	ticked   map[string]bool         // tasks that were ticked or unticked here
	programs *ui.Programs
	ran      string          // the main.go of the section's last run
	read     map[string]bool // sections recorded as read from here
	ended    bool            // the learner was told that the lesson ends here
	contents *contents
	search   search

	follow bool   // scroll to what the last key was about
	about  string // ... which is this question; "" is what ran

	width, height int
	blocks        []int // for each line of the pager, the block it was drawn from
}

// New opens a lesson at a section or, where that is "", at the first one that
// was not read.
func New(e *page.Env, l *course.Lesson, section string) *Lesson {
	p := &Lesson{env: e, lesson: l, asked: map[string]*ui.Question{}, ticked: map[string]bool{}, read: map[string]bool{}, search: newSearch()}
	p.programs = ui.NewPrograms(e.Look, e.Jobs, e.Workbook, func(err error) tea.Cmd {
		p.follow = true
		if p.focus != nil {
			p.focus.Follow()
		}
		return e.Warn(err)
	})
	state := e.Workbook.Log.State()
	for i, s := range l.Sections {
		if s.ID == section || section == "" && !state.SectionRead(l.ID, s.ID) {
			p.at = i
			break
		}
	}
	return p
}

// Title implements [page.Page].
func (p *Lesson) Title() string { return p.lesson.Title }

// Status implements [page.Page].
func (p *Lesson) Status() string {
	status, atEnd := fmt.Sprintf("%d of %d", p.at+1, len(p.lesson.Sections)), p.pager.AtEnd()
	if p.focus != nil {
		status, atEnd = "checkpoint", p.focus.AtEnd()
	}
	if !atEnd {
		status = "more ↓  " + status
	}
	return status
}

// Init implements [page.Page].
func (p *Lesson) Init() tea.Cmd { return nil }

// Close implements [page.Page].
func (p *Lesson) Close() { p.programs.Stop() }

// Update implements [page.Page].
func (p *Lesson) Update(tea.Msg) tea.Cmd { return nil }

func (p *Lesson) section() *course.Section { return p.lesson.Sections[p.at] }

// visit shows a section.
func (p *Lesson) visit(i int) {
	p.at, p.focus, p.ran, p.about, p.ended = i, nil, "", "", false
	p.pager.ScrollTo(0)
}

// Shown implements [page.Shown]: a section whose end was on the screen counts
// as read.
func (p *Lesson) Shown() tea.Cmd {
	if p.contents != nil || p.focus != nil || !p.pager.AtEnd() || !p.env.Markdown.Complete() {
		return nil
	}
	return p.markRead()
}

// markRead records the section as read, once.
func (p *Lesson) markRead() tea.Cmd {
	section := p.section()
	if p.read[section.ID] {
		return nil
	}
	p.read[section.ID] = true
	return p.env.Record(func(ctx context.Context) error { return p.env.Workbook.MarkRead(ctx, p.lesson, section) })
}

// nextSection leaves the section for the next one, so it counts as read.
func (p *Lesson) nextSection() tea.Cmd {
	cmd := p.markRead()
	p.visit(p.at + 1)
	return cmd
}

// Actions implements [page.Page].
func (p *Lesson) Actions() []ui.Action {
	if p.contents != nil {
		return p.contents.actions(p)
	}
	if p.focus != nil {
		return p.focusActions()
	}
	last := p.at == len(p.lesson.Sections)-1
	out := p.searchActions()
	if last {
		out = append(out, p.goOn())
	}
	out = append(out,
		ui.On(keymap.Onward, p.forward),
		ui.On(keymap.Answer, func() tea.Cmd { return p.answering(p.checkpoint()) }).
			Unless(p.checkpoint() == nil, "This section has no open checkpoint."),
		ui.On(keymap.NextSection, p.nextSection).
			Unless(last, fmt.Sprintf("This is the last section: %s goes back.", keymap.Name(keymap.Back))),
	)
	out = append(out, p.sectionActions()...)
	out = append(out,
		ui.On(keymap.PreviousSection, ui.Do(func() { p.visit(p.at - 1) })).
			Unless(p.at == 0, "This is the first section."),
		ui.On(keymap.Contents, ui.Do(func() { p.contents = newContents(p) })),
		ui.On(keymap.Search, ui.Do(p.startSearch)),
		ui.On(keymap.Copy, p.copyCode).Hushed().Unless(p.code() == "", "This section shows no code."),
	)
	return append(out, p.pager.Scrolling()...)
}

// sectionActions are what keys do with the blocks of this section.
func (p *Lesson) sectionActions() []ui.Action {
	var out []ui.Action
	if file := p.program(); file != "" {
		out = append(out, ui.On(keymap.RunProgram, func() tea.Cmd {
			p.ran, p.follow, p.about = file, true, ""
			return p.programs.Run(file)
		}))
	}
	if n := len(p.proofs()); n > 0 {
		does := "the proof"
		if n > 1 {
			does = fmt.Sprintf("the %d proofs", n)
		}
		out = append(out, ui.On(keymap.Does(keymap.Proof, does), p.openProofs))
	}
	tasks := 0
	for _, b := range p.section().Blocks {
		switch b.Kind {
		case course.Task:
			tasks++
			out = append(out, ui.On(keymap.Digit(tasks, fmt.Sprintf("tick task %d", tasks)), func() tea.Cmd { return p.tick(b.Task) }).Hushed())
		case course.Drill:
			out = append(out, ui.On(keymap.OpenKata, func() tea.Cmd {
				return p.env.Open(page.Route{Page: page.Kata, ID: b.Kata.ID})
			}).Unless(p.planned(b.Kata), "This kata is not written yet."))
		case course.Experiment:
			out = append(out, ui.On(keymap.OpenLab, func() tea.Cmd {
				return p.env.Open(page.Route{Page: page.Lab, ID: b.Lab.ID})
			}))
		default:
		}
	}
	return out
}

// planned reports whether a kata is still to be written.
func (p *Lesson) planned(k course.PlannedKata) bool { return p.env.Workbook.Course.Kata(k.ID) == nil }

// program is the main.go to run next: of the section's programs the first one
// that has not run yet, else the first. It is "" if there is none.
func (p *Lesson) program() string {
	first := ""
	for _, b := range p.section().Blocks {
		if b.Kind != course.Run {
			continue
		}
		if !p.programs.Ran(b.File) {
			return b.File
		}
		if first == "" {
			first = b.File
		}
	}
	return first
}

// isTicked reports whether a task is ticked, counting what is still on its way
// to the disk.
func (p *Lesson) isTicked(task string) bool {
	if done, here := p.ticked[task]; here {
		return done
	}
	return p.env.Workbook.Log.State().Ticked(task)
}

func (p *Lesson) tick(task string) tea.Cmd {
	done := !p.isTicked(task)
	p.ticked[task] = done
	return p.env.Record(func(ctx context.Context) error { return p.env.Workbook.Tick(ctx, task, done) })
}

// goOn leads to the step after the lesson.
func (p *Lesson) goOn() ui.Action { return page.GoOn(p.env, p.env.Workbook.ReadStep(p.lesson)) }

// forward pages down and, at the end, goes to the next section. After the last
// one it first says so: a key that is held down reads no further than that.
func (p *Lesson) forward() tea.Cmd {
	switch next := p.goOn(); {
	case !p.pager.AtEnd():
		p.pager.PageDown()
	case p.at < len(p.lesson.Sections)-1:
		return p.nextSection()
	case next.Off != "":
		return p.env.Notify("The end of the lesson. " + next.Off)
	case p.ended:
		return next.Do()
	default:
		p.ended = true
		return p.env.Notify(fmt.Sprintf("The end of the lesson. %s again goes %s, %s back.",
			keymap.Name(keymap.Onward), next.Help().Desc, keymap.Name(keymap.Back)))
	}
	return nil
}

func (p *Lesson) code() string {
	for _, b := range p.section().Blocks {
		if b.Kind == course.Code {
			return b.Text
		}
	}
	return ""
}

func (p *Lesson) copyCode() tea.Cmd {
	return tea.Batch(tea.SetClipboard(p.code()), p.env.Notify("The section's code was sent to the clipboard."))
}

// Layout implements [page.Page]. A resize keeps the paragraph being read.
func (p *Lesson) Layout(width, height int) {
	block, into := p.anchor()
	resized := p.width != 0 && p.width != width
	p.width, p.height = width, height
	switch {
	case p.contents != nil:
		p.contents.layout(p, width, height)
		return
	case p.focus != nil:
		p.layoutFocus(width, height)
		return
	}
	keep := p.show()
	if resized {
		p.pager.ScrollTo(p.find(block, into))
	}
	p.showMatches()
	if p.follow {
		p.pager.Reveal(keep)
		p.follow = !p.env.Markdown.Complete()
	}
	p.ahead(width)
}

// show lays out the section. Keep says which lines of it to keep in sight: what
// the last key was about.
func (p *Lesson) show() (keep ui.Span) {
	d := p.draw(p.section(), p.width)
	p.blocks = d.blocks
	p.pager.Set(d.lines, p.width, p.height-p.search.height())
	return d.keep
}

// ahead asks for the neighbours of the section, which are shown next.
func (p *Lesson) ahead(width int) {
	for _, n := range []int{p.at + 1, p.at - 1} {
		if n >= 0 && n < len(p.lesson.Sections) {
			for _, b := range p.lesson.Sections[n].Blocks {
				p.blockAhead(b, width)
			}
		}
	}
}

// Turned implements [page.Turner].
func (p *Lesson) Turned() (line int, ok bool) {
	if p.contents != nil || p.focus != nil {
		return 0, false
	}
	return p.pager.Turned()
}

// View implements [page.Page].
func (p *Lesson) View() string {
	switch {
	case p.contents != nil:
		return p.contents.pager.View()
	case p.focus != nil:
		return p.focus.View()
	}
	return p.pager.View() + p.searchLine()
}

// anchor is the block at the top of the page and how far into it the page
// begins.
func (p *Lesson) anchor() (block, into int) {
	top := p.pager.Top()
	if top == 0 || top >= len(p.blocks) {
		return -1, 0
	}
	return p.blocks[top], top - slices.Index(p.blocks, p.blocks[top])
}

// find is the line of a place in a block, as far as the block is as long now.
func (p *Lesson) find(block, into int) int {
	first := max(0, slices.Index(p.blocks, block))
	line := first
	for line < first+into && line+1 < len(p.blocks) && p.blocks[line+1] == block {
		line++
	}
	return line
}
