// Package session shows a session with a team on the projector: one step of its
// plan at a time, with the time that it has left. Answers, and why near misses are
// refused, stay hidden until a key.
package session

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/team/agenda"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// Session is the page of a session.
type Session struct {
	env    *page.Env
	title  string
	scenes []*scene
	clock  *agenda.Clock
	now    time.Time // of the last tick
	ticks  *ui.Task
	run    *ui.Task
	pager  ui.Pager
	follow bool // keep in sight what the last key was about

	height     int
	margin     int      // at the left of everything
	large      bool     // the timer
	head, foot []string // what stands above and below the pager
}

// scene is a step as it is shown.
type scene struct {
	workbook.Scene
	question *ui.Question // of a question
	diff     string       // of a near miss
	reason   bool         // why it is refused is shown
	running  bool         // the suite, against it
	since    time.Time    // when that began
	verdict  *grade.Verdict
}

type (
	tickMsg  struct{ now time.Time }
	triedMsg struct {
		scene   *scene
		verdict grade.Verdict
		err     error
	}
)

// New is the page of a plan. The error names what cannot be read in it, or shown.
func New(e *page.Env, plan string) (*Session, error) {
	a, err := agenda.Read(strings.NewReader(plan))
	if err != nil {
		return nil, err
	}
	scenes, err := e.Workbook.Scenes(a)
	if err != nil {
		return nil, err
	}
	p := &Session{env: e, title: a.Title, clock: agenda.NewClock(a)}
	for _, s := range scenes {
		one := &scene{Scene: s}
		switch {
		case s.Question != nil:
			one.question = ui.NewQuestion(e.Look, e.Workbook.Ask(e.Shuffle, s.Question), nil)
			one.question.Active = false
		case s.Miss != nil:
			one.diff = s.FromStart()
		}
		p.scenes = append(p.scenes, one)
	}
	p.ticks = ui.NewTask(e.Jobs, func(msg tea.Msg) tea.Cmd {
		p.now = msg.(tickMsg).now
		p.clock.Tick(p.now)
		return p.tick(time.Second)
	})
	p.run = ui.NewTask(e.Jobs, func(msg tea.Msg) tea.Cmd {
		tried := msg.(triedMsg)
		tried.scene.running, p.follow = false, tried.scene == p.here()
		if tried.verdict.Status != "" {
			tried.scene.verdict = &tried.verdict
		}
		return e.Warn(tried.err)
	})
	return p, nil
}

// tick asks what time it is, after a while.
func (p *Session) tick(after time.Duration) tea.Cmd {
	now := p.env.Workbook.Now
	return p.ticks.More(func(ctx context.Context) tea.Msg {
		wait := time.NewTimer(after)
		defer wait.Stop()
		select {
		case <-wait.C:
			return tickMsg{now()}
		case <-ctx.Done():
			return nil
		}
	})
}

// here is the scene that is shown.
func (p *Session) here() *scene { return p.scenes[p.clock.At] }

// Title implements [page.Page].
func (p *Session) Title() string { return p.title }

// Init implements [page.Page].
func (p *Session) Init() tea.Cmd { return p.tick(0) }

// Update implements [page.Page].
func (p *Session) Update(tea.Msg) tea.Cmd { return nil }

// Close implements [page.Page].
func (p *Session) Close() {
	p.ticks.Stop()
	p.run.Stop()
}

// Actions implements [page.Page].
func (p *Session) Actions() []ui.Action {
	s, last := p.here(), p.clock.At == len(p.scenes)-1
	does, forward := p.forward()
	out := []ui.Action{ui.On(keymap.Does(keymap.Forward, does), forward).Unless(forward == nil, "This is the last step.")}
	if does != keymap.NextStep.Help().Desc { // else one key in the footer is enough
		out = append(out, ui.On(keymap.NextStep, p.next).Unless(last, "This is the last step."))
	}
	switch {
	case s.Miss != nil:
		out = append(out, ui.On(keymap.RunSuite, p.try).Unless(p.running(), "The suite is still running."))
	case s.Kata != nil:
		out = append(out, p.opens("open the kata", page.Route{Page: page.Kata, ID: s.Kata.ID}))
	case s.Lab != nil:
		out = append(out, p.opens("open the lab", page.Route{Page: page.Lab, ID: s.Lab.ID}))
	case s.Lesson != nil:
		out = append(out, p.opens("open the lesson", page.Route{Page: page.Lesson, ID: s.Lesson.ID}))
	}
	if s.Minutes > 0 {
		pause := keymap.Pause
		if p.clock.Paused {
			pause = keymap.Does(pause, "let the clock go on")
		}
		out = append(out, ui.On(pause, ui.Do(func() { p.clock.Paused = !p.clock.Paused })))
	}
	first := p.clock.At == 0
	out = append(out,
		ui.On(keymap.PreviousStep, p.previous).Unless(first, "This is the first step."),
		ui.On(keymap.NextStep, p.next).Unless(last, "This is the last step.").Hushed())
	if p.atTop() {
		out = append(out, ui.On(keymap.Backward, p.previous).Unless(first, "This is the first step.").Hushed())
	}
	if p.clock.Started() || !first {
		out = append(out, ui.On(keymap.Back, p.leave).Hushed())
	}
	return append(out, p.scrolling()...)
}

// forward is what the one key does that leads through the whole session: it shows
// the rest of what is on the screen, then what is hidden, then the next step. Do
// is nil where nothing is left.
func (p *Session) forward() (does string, do func() tea.Cmd) {
	s := p.here()
	switch {
	case !p.atEnd():
		return "more", ui.Do(p.pageDown)
	case s.question != nil && s.question.Feedback == nil:
		return "show the answer", ui.Do(s.question.Reveal)
	case s.Miss != nil && !s.reason:
		return "show the reason", ui.Do(func() { s.reason, p.follow = true, true })
	case p.clock.At < len(p.scenes)-1:
		return keymap.NextStep.Help().Desc, p.next
	}
	return keymap.NextStep.Help().Desc, nil
}

func (p *Session) next() tea.Cmd     { return p.to(p.clock.At + 1) }
func (p *Session) previous() tea.Cmd { return p.to(p.clock.At - 1) }

// to goes to a step.
func (p *Session) to(step int) tea.Cmd {
	p.clock.Go(step)
	p.pager.ScrollTo(0)
	return nil
}

// opens is the action that shows a part of the course above the session, whose
// clock goes on.
func (p *Session) opens(what string, r page.Route) ui.Action {
	return ui.On(keymap.Does(keymap.OpenPart, what), func() tea.Cmd { return p.env.Open(r) })
}

// leave asks before the place and the times of the session are lost.
func (p *Session) leave() tea.Cmd {
	return p.env.Ask(fmt.Sprintf("Leave the session at step %d of %d? Next time it begins at the first. Its clock, %s so far, is forgotten.",
		p.clock.At+1, len(p.scenes), p.clock.Place()), p.env.Back)
}

// running reports whether the suite is, against any repair.
func (p *Session) running() bool {
	for _, s := range p.scenes {
		if s.running {
			return true
		}
	}
	return false
}

// try runs the suite against the near miss.
func (p *Session) try() tea.Cmd {
	s := p.here()
	s.running, s.since, s.verdict, p.follow = true, p.now, nil, true
	return p.run.Start(func(ctx context.Context) tea.Msg {
		verdict, err := p.env.Workbook.Try(ctx, s.Kata, s.Miss)
		return triedMsg{s, verdict, err}
	})
}

// A question scrolls by itself, because its options stay in sight.

func (p *Session) atEnd() bool {
	if q := p.here().question; q != nil {
		return q.AtEnd()
	}
	return p.pager.AtEnd()
}

func (p *Session) atTop() bool { return p.here().question != nil || p.pager.Top() == 0 }

func (p *Session) pageDown() {
	if q := p.here().question; q != nil {
		q.PageDown()
		return
	}
	p.pager.PageDown()
}

func (p *Session) scrolling() []ui.Action {
	if q := p.here().question; q != nil {
		return q.Scrolling()
	}
	return p.pager.Scrolling()
}

// Wheel implements [page.Pointed].
func (p *Session) Wheel(_, y, lines int) {
	if q := p.here().question; q != nil {
		q.Wheel(y-len(p.head), lines)
		return
	}
	p.pager.Scroll(lines)
}

// Click implements [page.Pointed].
func (p *Session) Click(_, _ int) tea.Cmd { return nil }
