package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
)

// busyAfter is how long a run may take before the screen says that it is
// waiting, and how often the elapsed time is drawn anew.
const (
	busyAfter = 150 * time.Millisecond
	busyEvery = 500 * time.Millisecond
)

// repair is a kata: its brief, the runs of its suite, its hints and, after
// green, the accepted repairs.
type repair struct {
	env  *env
	kata *course.Kata
	tab  tab

	run, watcher *task
	listing      *task // of the attempts
	saves        <-chan watch.Event
	watchError   error
	warming      *warming
	running      bool
	since        time.Time
	busy         time.Duration // how long the run takes already, once it is worth saying
	results      results
	hints        int // tiers shown
	diff         diff
	attempts     attempts
	pagers       [len(tabNames)]pager
}

type (
	verdictMsg struct {
		verdict grade.Verdict
		source  string // of the learner's file, as it was when the run ended
		err     error
	}
	watchingMsg struct {
		saves <-chan watch.Event
		err   error
	}
	saveMsg   struct{ event watch.Event }
	busyMsg   struct{}
	editedMsg struct{ err error }
)

func newRepair(e *env, k *course.Kata) *repair {
	s := &repair{env: e, kata: k, hints: e.wb.Log.State().HintTier(k.ID)}
	s.run, s.watcher, s.listing = &task{owner: s}, &task{owner: s}, &task{owner: s}
	s.warming = newWarming(s)
	s.results.kata = k
	s.diff.kata = k
	return s
}

func (s *repair) title() string { return fmt.Sprintf("Kata %02d %s", s.kata.Number, s.kata.Title) }

func (s *repair) status() string {
	switch {
	case s.warming.text() != "":
		return fmt.Sprintf("compiling %d of %d", s.warming.done, s.warming.total)
	case s.running && s.busy > 0:
		return fmt.Sprintf("running %.1f s", s.busy.Seconds())
	case s.results.verdict != nil:
		return string(s.results.verdict.Status)
	}
	return ""
}

// init starts watching and runs the suite once, so that the learner sees what
// is refused before reading on.
func (s *repair) init() tea.Cmd {
	if err := s.env.wb.InClone(); err != nil {
		s.results.verdict = &grade.Verdict{Kata: s.kata.ID, Status: explain.Unavailable, Summary: err.Error()}
		return nil
	}
	watching := s.watcher.start(s.env, func(ctx context.Context) tea.Msg {
		saves, err := s.env.wb.Saves(ctx, s.kata)
		return watchingMsg{saves, err}
	})
	return tea.Batch(watching, s.warming.start(s.env, s.kata))
}

func (s *repair) close() {
	s.warming.task.stop()
	s.run.stop()
	s.watcher.stop()
	s.listing.stop()
}

// grade starts a run. One that is under way is cancelled: only the newest
// verdict counts.
func (s *repair) grade() tea.Cmd {
	if s.warming.running {
		return nil // the run follows
	}
	s.running, s.busy, s.since = true, 0, s.env.wb.Now()
	run := s.run.start(s.env, func(ctx context.Context) tea.Msg {
		v, err := s.env.wb.Check(ctx, s.kata)
		source, _ := s.env.wb.Space.Read(s.kata) // without it there are no lines to show
		return verdictMsg{v, string(source), err}
	})
	return tea.Batch(run, s.run.after(busyAfter, busyMsg{}))
}

func (s *repair) nextSave() tea.Cmd {
	saves := s.saves
	return s.watcher.more(s.env, s.env.ctx, func(ctx context.Context) tea.Msg {
		select {
		case event, ok := <-saves:
			if !ok {
				return nil
			}
			return saveMsg{event}
		case <-ctx.Done():
			return nil
		}
	})
}

func (s *repair) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case watchingMsg:
		if s.saves, s.watchError = msg.saves, msg.err; msg.err != nil {
			return warn(msg.err)
		}
		return s.nextSave()
	case warmedMsg:
		cmd, ended := s.warming.update(s.env, msg)
		if ended {
			return s.grade()
		}
		return cmd
	case saveMsg:
		if msg.event.Err != nil {
			return tea.Batch(warn(msg.event.Err), s.nextSave())
		}
		if msg.event.Notice != "" {
			return tea.Batch(notice("Note: "+msg.event.Notice+"."), s.nextSave())
		}
		return tea.Batch(s.grade(), s.nextSave())
	case verdictMsg:
		return s.show(msg)
	case busyMsg:
		if !s.running {
			return nil
		}
		s.busy = s.env.wb.Now().Sub(s.since)
		return s.run.after(busyEvery, busyMsg{})
	case recordedMsg:
		return s.env.recorded(msg.err)
	case resetMsg:
		return s.wasReset(msg)
	case restoredMsg:
		return s.wasRestored(msg)
	case attemptsMsg:
		return s.tookAttempts(msg)
	case editedMsg:
		if msg.err != nil {
			return notice(fmt.Sprintf("The editor ended with an error (%v): check $VISUAL and $EDITOR, or open %s yourself.", msg.err, s.env.wb.Space.Path(s.kata)))
		}
		if s.watchError != nil { // nobody else tells of the save
			return s.grade()
		}
	}
	return nil
}

func (s *repair) show(msg verdictMsg) tea.Cmd {
	if msg.verdict.Status == "" {
		return nil
	}
	s.running = false
	first := s.results.verdict == nil
	s.results.take(msg.verdict, msg.source)
	if !first && s.tab == briefTab {
		s.tab = resultsTab
	}
	if s.tab == attemptsTab { // one more
		return tea.Batch(s.env.recorded(msg.err), s.showAttempts(s.attempts.compared))
	}
	return s.env.recorded(msg.err)
}

func (s *repair) actions() []action {
	outside := ""
	if err := s.env.wb.InClone(); err != nil {
		outside = err.Error()
	}
	inside := func(a action) action { return a.unless(outside != "", outside) }
	out := []action{
		inside(on(s.edit, "e", "edit", "e")),
		inside(on(s.grade, "r", "run", "r")),
		on(s.hint, "h", "hint", "h").unless(s.hints == len(s.kata.Hints) && s.tab == hintsTab, "all hints are shown"),
		inside(on(s.showDiff, "d", "solutions", "d")),
		inside(on(func() tea.Cmd { return send(openMsg{Start{Kind: workbook.CandidateStep, ID: s.kata.ID}}) }, "m", "what almost works", "m").
			unless(!s.env.wb.Log.State().KataSolved(s.kata.ID), "first solve the kata")),
		on(func() tea.Cmd { return s.turn(1) }, "tab", "next page", "tab"),
		on(func() tea.Cmd { return s.turn(-1) }, "shift+tab", "previous page", "shift+tab").hushed(),
		inside(on(s.reset, "R", "reset", "R").hushed()),
		inside(on(s.undo, "U", "undo a reset", "U").hushed()),
	}
	for i, name := range tabNames {
		digit := fmt.Sprint(i + 1)
		out = append(out, on(func() tea.Cmd { return s.goTo(tab(i)) }, digit, strings.ToLower(name), digit).hushed())
	}
	switch {
	case s.tab == resultsTab && s.results.interactive():
		out = append(append(out, s.behindActions()...), s.results.actions()...)
	case s.tab == resultsTab:
		out = append(out, s.behindActions()...)
	case s.tab == diffTab && s.diff.shown():
		out = append(out, s.diff.actions(s)...)
	case s.tab == attemptsTab:
		out = append(out, s.attempts.actions(s)...)
	}
	return append(out, s.pagers[s.tab].scrolling()...)
}

func (s *repair) edit() tea.Cmd {
	cmd, info, err := s.env.wb.Edit(s.kata, workbook.LineOf(s.kata, s.results.verdict))
	if err != nil {
		return warn(err)
	}
	if info.Terminal {
		return s.env.exec(cmd, func(err error) tea.Msg {
			return result{task: s.watcher, gen: s.watcher.gen, msg: editedMsg{err}}
		})
	}
	return s.watcher.more(s.env, s.env.ctx, func(ctx context.Context) tea.Msg {
		return editedMsg{s.env.detach(ctx, cmd)}
	})
}

func (s *repair) hint() tea.Cmd {
	if s.tab != hintsTab && s.hints > 0 { // first the ones already paid for
		s.tab = hintsTab
		return nil
	}
	s.tab = hintsTab
	s.hints++
	tier := s.hints
	return s.watcher.more(s.env, s.env.ctx, func(ctx context.Context) tea.Msg {
		_, err := s.env.wb.Hint(ctx, s.kata, tier)
		return recordedMsg{err}
	})
}
