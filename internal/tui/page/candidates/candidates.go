// Package candidates shows what almost works: repairs of a solved kata, of
// which most are near misses. The learner predicts what the suite says, then it
// runs.
package candidates

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// Candidates is the page of the repairs of a kata.
type Candidates struct {
	env    *page.Env
	kata   *course.Kata
	list   []*course.Variant
	cursor ui.Cursor
	spans  []ui.Span  // where the list was drawn
	one    *candidate // the one being judged; nil while choosing
	run    *ui.Task
	pager  ui.Pager
	follow bool // keep in sight what the last key was about
}

// candidate is one repair: predicted, then run.
type candidate struct {
	variant  *course.Variant
	question *ui.Question
	diff     string
	running  bool
	verdict  *grade.Verdict
}

type triedMsg struct {
	verdict grade.Verdict
	err     error
}

// New is the page of the repairs of a kata.
func New(e *page.Env, k *course.Kata) *Candidates {
	p := &Candidates{env: e, kata: k, list: k.Candidates()}
	p.run = ui.NewTask(e.Jobs, func(msg tea.Msg) tea.Cmd {
		tried := msg.(triedMsg)
		p.one.running, p.follow = false, true
		if tried.verdict.Status != "" {
			p.one.verdict = &tried.verdict
		}
		return e.Warn(tried.err)
	})
	return p
}

// Title implements [page.Page].
func (p *Candidates) Title() string { return "What almost works: " + p.kata.Title }

// Status implements [page.Page].
func (p *Candidates) Status() string {
	status := ""
	if p.one == nil {
		status = fmt.Sprintf("%d of %d", p.cursor.At+1, len(p.list))
	}
	if !p.pager.AtEnd() {
		status += "  more ↓"
	}
	return strings.TrimSpace(status)
}

// Init implements [page.Page].
func (p *Candidates) Init() tea.Cmd { return nil }

// Update implements [page.Page].
func (p *Candidates) Update(tea.Msg) tea.Cmd { return nil }

// Close implements [page.Page].
func (p *Candidates) Close() { p.run.Stop() }

// View implements [page.Page].
func (p *Candidates) View() string { return p.pager.View() }

// Actions implements [page.Page].
func (p *Candidates) Actions() []ui.Action {
	back := ui.On(keymap.BackToList, ui.Do(p.choose))
	switch {
	case p.one == nil:
		out := []ui.Action{ui.On(keymap.Does(keymap.Enter, "judge it"), ui.Do(p.open))}
		for i := range min(9, len(p.list)) {
			out = append(out, ui.On(keymap.Digit(i+1, fmt.Sprintf("repair %d", i+1)), ui.Do(func() { p.point(i) })).Hushed())
		}
		return slices.Concat(out, p.cursor.Moves(len(p.list), "repair"), p.pager.Paging())
	case p.one.question.Feedback != nil:
		next := ui.On(keymap.Does(keymap.Enter, "next repair"), ui.Do(p.choose)).Unless(p.one.running, "The suite is still running.")
		return append([]ui.Action{next, back}, p.pager.Scrolling()...)
	}
	actions := p.one.question.Actions()
	for i, a := range actions {
		do := a.Do
		actions[i].Do = func() tea.Cmd {
			p.follow = true
			cmd := do()
			if p.one.question.Feedback != nil {
				return tea.Batch(cmd, p.try())
			}
			return cmd
		}
	}
	return append(append(actions, back), p.pager.Paging()...)
}

func (p *Candidates) point(at int) { p.cursor = ui.Cursor{At: at, Moved: true} }

// Wheel implements [page.Pointed].
func (p *Candidates) Wheel(_, _, lines int) { p.pager.Scroll(lines) }

// Click implements [page.Pointed]: it selects a repair, and opens the one that
// is selected.
func (p *Candidates) Click(_, y int) tea.Cmd {
	if p.one != nil {
		return nil
	}
	line := p.pager.Top() + y
	at := slices.IndexFunc(p.spans, func(s ui.Span) bool { return s.First <= line && line <= s.Last })
	switch at {
	case -1:
	case p.cursor.At:
		p.open()
	default:
		p.point(at)
	}
	return nil
}

func (p *Candidates) open() {
	v := p.list[p.cursor.At]
	round := p.env.Workbook.Ask(p.env.Shuffle, p.env.Workbook.Course.Prediction(p.kata, v))
	p.one = &candidate{
		variant: v, question: ui.NewQuestion(p.env.Look, round, p.env.Record), diff: p.env.Workbook.FromReference(p.kata, v),
	}
	p.pager.ScrollTo(0)
}

func (p *Candidates) choose() {
	p.run.Stop()
	p.one, p.cursor.Moved = nil, true
}

func (p *Candidates) try() tea.Cmd {
	v := p.one.variant
	p.one.running = true
	return p.run.Start(func(ctx context.Context) tea.Msg {
		verdict, err := p.env.Workbook.Try(ctx, p.kata, v)
		return triedMsg{verdict, err}
	})
}

// Layout implements [page.Page].
func (p *Candidates) Layout(width, height int) {
	if p.one == nil {
		out, keep := p.choices(width)
		p.pager.Set(out, width, height)
		if p.cursor.Moved {
			p.pager.Reveal(keep)
			p.cursor.Moved = !p.env.Markdown.Complete()
		}
		return
	}
	out, keep := p.judging(width, height)
	p.pager.Set(out, width, height)
	if p.follow {
		p.pager.Reveal(keep)
		p.follow = !p.env.Markdown.Complete()
	}
}
