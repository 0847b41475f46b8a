// Package kata shows a kata: its brief, the runs of its suite, its hints, after
// green the accepted repairs, and what was tried.
package kata

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
)

// Kata is the page of a kata.
type Kata struct {
	env  *page.Env
	kata *course.Kata
	tab  tab
	left tab // what stands beside the results where there is room: the brief or the hints

	files     *ui.Task // watches, edits, resets and restores the learner's file
	run       run
	warmUp    *ui.WarmUp
	unwatched bool // saves are not seen
	results   results
	hints     int  // tiers shown
	finePrint bool // it is shown
	solutions solutions
	attempts  attempts

	width, height int // of what is below the tabs' names
	top           int // lines of those
	tabEnds       [len(tabNames)]int
	toFinePrint   bool // scroll to it
	pagers        [len(tabNames)]ui.Pager
}

type (
	watchingMsg struct {
		saves <-chan watch.Event
		err   error
	}
	saveMsg struct {
		event watch.Event
		saves <-chan watch.Event
	}
)

// New is the page of a kata.
func New(e *page.Env, k *course.Kata) *Kata {
	p := &Kata{env: e, kata: k, hints: e.Workbook.Log.State().HintTier(k.ID)}
	p.files = ui.NewTask(e.Jobs, p.happened)
	p.run = newRun(p)
	p.warmUp = ui.NewWarmUp(e.Jobs, e.Workbook, p.grade)
	p.results = results{env: e, kata: k}
	p.solutions = newSolutions(p)
	p.attempts = newAttempts(p)
	return p
}

// Title implements [page.Page].
func (p *Kata) Title() string { return fmt.Sprintf("Kata %02d %s", p.kata.Number, p.kata.Title) }

// Status implements [page.Page].
func (p *Kata) Status() string {
	status := ""
	switch {
	case p.warmUp.Running && p.warmUp.Total > 0:
		status = fmt.Sprintf("compiling %d of %d", p.warmUp.Done, p.warmUp.Total)
	case p.run.slow():
		status = fmt.Sprintf("running %.0f s", p.run.watch.Elapsed().Seconds())
	case p.results.verdict != nil:
		status = strings.ToLower(p.results.verdict.verdict.Status.Word())
	}
	if !p.split() && p.more(p.tab) { // beside each other, panes have a mark each
		status = strings.TrimPrefix(status+"  "+more, "  ")
	}
	return status
}

// Init implements [page.Page]. It starts watching and runs the suite once, so
// that the learner sees what is refused before reading on.
func (p *Kata) Init() tea.Cmd {
	if err := p.env.Workbook.InClone(); err != nil {
		p.results.take(verdictMsg{verdict: grade.Verdict{Kata: p.kata.ID, Status: explain.Unavailable, Summary: err.Error()}})
		return nil
	}
	watching := p.files.Start(func(ctx context.Context) tea.Msg {
		saves, err := p.env.Workbook.Saves(ctx, p.kata)
		return watchingMsg{saves, err}
	})
	return tea.Batch(watching, p.warmUp.Start(p.kata))
}

// Close implements [page.Page].
func (p *Kata) Close() {
	p.warmUp.Stop()
	p.run.task.Stop()
	p.files.Stop()
	p.solutions.task.Stop()
	p.attempts.task.Stop()
}

// Update implements [page.Page].
func (p *Kata) Update(msg tea.Msg) tea.Cmd { return p.run.update(msg) }

// nextSave waits for the next save.
func (p *Kata) nextSave(saves <-chan watch.Event) tea.Cmd {
	return p.files.More(func(ctx context.Context) tea.Msg {
		select {
		case event, ok := <-saves:
			if !ok {
				return nil
			}
			return saveMsg{event, saves}
		case <-ctx.Done():
			return nil
		}
	})
}

// happened takes what became of the learner's file.
func (p *Kata) happened(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case watchingMsg:
		if msg.err != nil {
			p.unwatched = true
			return p.env.Warn(msg.err)
		}
		return p.nextSave(msg.saves)
	case saveMsg:
		next := p.nextSave(msg.saves)
		switch {
		case msg.event.Err != nil:
			return tea.Batch(p.env.Warn(msg.event.Err), next)
		case msg.event.Notice != "":
			return tea.Batch(p.env.Notify("Note: "+msg.event.Notice+"."), next)
		}
		return tea.Batch(p.grade(), next)
	case editorMsg:
		return p.opened(msg)
	case editedMsg:
		return p.edited(msg)
	case resetMsg:
		return p.wasReset(msg)
	case restoredMsg:
		return p.wasRestored(msg)
	}
	return nil
}

// Actions implements [page.Page].
func (p *Kata) Actions() []ui.Action {
	outside := ""
	if err := p.env.Workbook.InClone(); err != nil {
		outside = err.Error()
	}
	inside := func(a ui.Action) ui.Action { return a.Unless(outside != "", outside) }
	var out []ui.Action
	if p.env.Workbook.Log.State().KataSolved(p.kata.ID) {
		out = append(out, page.GoOn(p.env, p.env.Workbook.RepairStep(p.kata)))
	}
	out = append(out,
		inside(ui.On(keymap.Edit, p.edit)),
		inside(ui.On(keymap.Run, p.grade)),
		ui.On(keymap.Hint, p.hint).Unless(p.hints == len(p.kata.Hints) && p.tab == hintsTab, "All hints are shown."),
		inside(ui.On(keymap.Solutions, p.showSolutions)),
		inside(ui.On(keymap.AlmostWorks, func() tea.Cmd {
			return p.env.Open(page.Route{Page: page.Candidates, ID: p.kata.ID})
		}).Unless(!p.env.Workbook.Log.State().KataSolved(p.kata.ID), "First solve the kata.")),
		ui.On(keymap.NextTab, func() tea.Cmd { return p.turn(1) }),
		ui.On(keymap.PreviousTab, func() tea.Cmd { return p.turn(-1) }).Hushed(),
		inside(ui.On(keymap.Reset, p.reset).Hushed()),
		inside(ui.On(keymap.Undo, p.undo).Hushed()),
	)
	for i, name := range tabNames {
		out = append(out, ui.On(keymap.Digit(i+1, name), func() tea.Cmd { return p.goTo(tab(i)) }).Hushed())
	}
	return append(out, p.tabActions()...)
}

// hint shows the next hint; after coming from elsewhere, first those that were
// shown before.
func (p *Kata) hint() tea.Cmd {
	if p.tab != hintsTab && p.hints > 0 {
		return p.goTo(hintsTab)
	}
	p.goTo(hintsTab)
	p.hints++
	tier := p.hints
	return p.env.Record(func(ctx context.Context) error {
		_, err := p.env.Workbook.Hint(ctx, p.kata, tier)
		return err
	})
}

// grade starts a run. One that is under way is cancelled: only the newest
// verdict counts.
func (p *Kata) grade() tea.Cmd {
	if p.warmUp.Running {
		return nil // the run follows
	}
	return p.run.start()
}

// graded shows a verdict.
func (p *Kata) graded(msg verdictMsg) tea.Cmd {
	if msg.verdict.Status == "" {
		return nil
	}
	first := p.results.verdict == nil
	p.results.take(msg)
	if !first && p.tab == briefTab {
		p.tab = resultsTab // where there is room, the brief stays beside it
	}
	cmds := []tea.Cmd{p.env.Recorded(msg.err)}
	switch {
	case p.tab == attemptsTab: // one more
		cmds = append(cmds, p.attempts.show(p.attempts.compared))
	case p.tab == solutionsTab && p.solutions.mayShow(): // yours is another one
		cmds = append(cmds, p.solutions.compare(p.solutions.at))
	}
	return tea.Batch(cmds...)
}

// toOpen is the file, and the line of it, that the last verdict points at.
func (p *Kata) toOpen() (name string, line int) {
	if p.results.verdict == nil {
		return workbook.PlaceOf(p.kata, nil)
	}
	return workbook.PlaceOf(p.kata, &p.results.verdict.verdict)
}
