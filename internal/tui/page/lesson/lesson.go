// Package lesson shows a lesson, one section at a time, with its checkpoints in
// place.
package lesson

import (
	"context"
	"fmt"

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
	ran      string // the main.go of the section's last run
	ended    bool   // the learner was told that the lesson ends here
	contents *contents
	search   search

	follow bool // scroll to what the last key was about
	whole  bool // ... which is all of the checkpoint

	width, height int
	blocks        []int // for each line of the pager, the block it was drawn from
}

// New opens a lesson at a section or, where that is "", at the first one that
// was not read.
func New(e *page.Env, l *course.Lesson, section string) *Lesson {
	p := &Lesson{env: e, lesson: l, asked: map[string]*ui.Question{}, ticked: map[string]bool{}, search: newSearch()}
	p.programs = ui.NewPrograms(e.Look, e.Jobs, e.Workbook, func(err error) tea.Cmd {
		p.follow = true
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
	status := fmt.Sprintf("%d of %d", p.at+1, len(p.lesson.Sections))
	if !p.pager.AtEnd() {
		status = "more ↓  " + status
	}
	return status
}

// Init implements [page.Page].
func (p *Lesson) Init() tea.Cmd { return p.visit(p.at) }

// Close implements [page.Page].
func (p *Lesson) Close() { p.programs.Stop() }

// Update implements [page.Page].
func (p *Lesson) Update(tea.Msg) tea.Cmd { return nil }

func (p *Lesson) section() *course.Section { return p.lesson.Sections[p.at] }

// visit shows a section and records it as seen.
func (p *Lesson) visit(i int) tea.Cmd {
	p.at, p.focus, p.ran, p.ended = i, nil, "", false
	p.pager.ScrollTo(0)
	section := p.section()
	for _, b := range section.Blocks {
		if b.Kind == course.Checkpoint && p.asked[b.Question.ID] == nil {
			p.asked[b.Question.ID] = ui.NewQuestion(p.env.Look, p.env.Workbook.Ask(p.env.Shuffle, b.Question), p.env.Record)
		}
	}
	return p.env.Record(func(ctx context.Context) error { return p.env.Workbook.MarkRead(ctx, p.lesson, section) })
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
		ui.On(keymap.Answer, func() tea.Cmd { return p.answering() }).
			Unless(p.checkpoint() == nil, "This section has no open checkpoint."),
		ui.On(keymap.NextSection, func() tea.Cmd { return p.visit(p.at + 1) }).
			Unless(last, fmt.Sprintf("This is the last section: %s goes back.", keymap.Name(keymap.Back))),
		ui.On(keymap.PreviousSection, func() tea.Cmd { return p.visit(p.at - 1) }).
			Unless(p.at == 0, "This is the first section."),
		ui.On(keymap.Contents, ui.Do(func() { p.contents = newContents(p) })),
		ui.On(keymap.Search, ui.Do(p.startSearch)),
		ui.On(keymap.Copy, p.copyCode).Hushed().Unless(p.code() == "", "This section shows no code."),
	)
	out = append(out, p.sectionActions()...)
	return append(out, p.pager.Scrolling()...)
}

// sectionActions are what keys do with the blocks of this section.
func (p *Lesson) sectionActions() []ui.Action {
	var out []ui.Action
	if file := p.program(); file != "" {
		out = append(out, ui.On(keymap.RunProgram, func() tea.Cmd {
			p.ran, p.follow = file, true
			return p.programs.Run(file)
		}))
	}
	tasks := 0
	for _, b := range p.section().Blocks {
		switch b.Kind {
		case course.Task:
			tasks++
			out = append(out, ui.On(keymap.Digit(tasks, fmt.Sprintf("tick task %d", tasks)), func() tea.Cmd { return p.tick(b.Task) }).Hushed())
		case course.Drill:
			planned := p.env.Workbook.Course.Kata(b.Kata.ID) == nil
			out = append(out, ui.On(keymap.OpenKata, func() tea.Cmd {
				return p.env.Open(page.Route{Page: page.Kata, ID: b.Kata.ID})
			}).Unless(planned, "This kata is still planned."))
		default:
		}
	}
	return out
}

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
		return p.visit(p.at + 1)
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
	anchor, resized := p.anchor(), p.width != 0 && p.width != width
	p.width, p.height = width, height
	if p.contents != nil {
		p.contents.layout(p, width, height)
		return
	}
	out, keep := p.render(width)
	p.pager.Set(out, width, height-p.search.height())
	if resized {
		p.pager.ScrollTo(p.find(anchor))
	}
	p.search.show(&p.pager, p.env)
	if p.follow {
		p.pager.Reveal(keep)
		if p.env.Markdown.Complete() {
			p.follow, p.whole = false, false
		}
	}
	p.ahead(width)
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

// View implements [page.Page].
func (p *Lesson) View() string {
	if p.contents != nil {
		return p.contents.pager.View()
	}
	return p.pager.View() + p.search.view(p.env.Theme)
}

// anchor is the block at the top of the page, find where a block starts.
func (p *Lesson) anchor() int {
	if p.pager.Top() == 0 || p.pager.Top() >= len(p.blocks) {
		return -1
	}
	return p.blocks[p.pager.Top()]
}

func (p *Lesson) find(block int) int {
	for i, b := range p.blocks {
		if b == block {
			return i
		}
	}
	return 0
}
