package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
)

// tab is one of the pages of a kata.
type tab int

const (
	briefTab tab = iota
	resultsTab
	hintsTab
	diffTab
	attemptsTab
)

var tabNames = [...]string{"Brief", "Results", "Hints", "Solutions", "Attempts"}

// From splitWidth on the results stand beside the brief and the hints. The left
// side takes the 72 columns of a log excerpt with its margins.
const (
	splitWidth = 118
	leftWidth  = 75
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
		s.results.verdict = &grade.Verdict{Kata: s.kata.ID, Status: grade.Unavailable, Summary: err.Error()}
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

func (s *repair) turn(by int) tea.Cmd {
	return s.goTo(tab((int(s.tab) + by + len(tabNames)) % len(tabNames)))
}

func (s *repair) goTo(t tab) tea.Cmd {
	if t == diffTab && !s.diff.shown() && s.env.wb.InClone() == nil {
		return s.showDiff()
	}
	s.tab = t
	if t == attemptsTab && s.env.wb.InClone() == nil {
		return s.showAttempts("")
	}
	return nil
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

func (s *repair) lines(width, height int) []string {
	out := []string{s.tabLine(width)}
	height--
	if height > 12 {
		out = append(out, "")
		height--
	}
	if width < splitWidth || slices.Contains([]tab{resultsTab, diffTab, attemptsTab}, s.tab) {
		return append(out, s.page(s.tab, width, height)...)
	}
	left, right := leftWidth, width-3-leftWidth
	a, b := s.page(s.tab, left, height), s.page(resultsTab, right, height)
	for i := range height {
		l, r := "", ""
		if i < len(a) {
			l = a[i]
		}
		if i < len(b) {
			r = b[i]
		}
		out = append(out, fit(l, left)+s.env.theme.dim.Render(" │ ")+r)
	}
	return out
}

func (s *repair) tabLine(width int) string {
	t := s.env.theme
	var parts []string
	for i, name := range tabNames {
		label := fmt.Sprintf("%d %s", i+1, name)
		if tab(i) == s.tab {
			parts = append(parts, t.cursor.Render("["+label+"]"))
		} else {
			parts = append(parts, t.dim.Render(" "+label+" "))
		}
	}
	line := strings.Join(parts, "")
	if xansi.StringWidth(line) > width {
		return t.cursor.Render(fmt.Sprintf("[%d %s]", s.tab+1, tabNames[s.tab])) + t.dim.Render(" tab: more")
	}
	return line
}

func (s *repair) page(which tab, width, height int) []string {
	var lines []string
	t := s.env.theme
	md := func(text string) { lines = append(lines, s.env.pages.markdown(t, text, width)...) }
	reveal := [2]int{-1, -1}
	switch which {
	case briefTab:
		lines = append(lines, s.fileLines(width)...)
		md(s.kata.Incident + "\n\n### The contract\n\n" + s.kata.Contract + "\n\n### The rules\n\n" + s.kata.Rules)
	case resultsTab:
		if text := s.warming.text(); text != "" {
			lines = append(paint(t.accent, wrap(text+".", min(width, maxText))), "")
		}
		results, first, last := s.results.lines(s.env, width, s.running, s.busy)
		if first >= 0 {
			reveal = [2]int{len(lines) + first, len(lines) + last}
		}
		lines = append(lines, results...)
	case hintsTab:
		if s.hints == 0 {
			lines = wrap(fmt.Sprintf("%d hints, from a question to the shape of the code. Press h for the first one.", len(s.kata.Hints)), width)
		}
		for i, h := range s.kata.Hints[:s.hints] {
			md(fmt.Sprintf("### %d. %s\n\n%s", i+1, h.Title, h.Text))
			lines = append(lines, "")
		}
		if s.hints == len(s.kata.Hints) {
			lines = append(lines, s.env.partialDiff(s.kata, width)...)
		}
		if s.hints > 0 && s.hints < len(s.kata.Hints) {
			lines = append(lines, t.dim.Render("h shows the next one."))
		}
	case diffTab:
		lines = s.diff.lines(s.env, width)
	case attemptsTab:
		var at int
		if lines, at = s.attempts.lines(s.env, width); at >= 0 && s.attempts.follow {
			reveal, s.attempts.follow = [2]int{at, at}, false
		}
	}
	p := &s.pagers[which]
	p.set(lines, height)
	if which == s.tab && reveal[0] >= 0 && (which == attemptsTab || s.results.follow) {
		p.reveal(reveal[0], reveal[1])
		s.results.follow = false
	}
	return p.window()
}

func (s *repair) fileLines(width int) []string {
	t := s.env.theme
	text := "Repair " + s.kata.Path() + ": e opens it, every save runs the suite."
	if s.env.wb.InClone() != nil {
		text = "To repair it, run the workbook in a clone of the repository."
	} else if s.watchError != nil {
		text = "Repair " + s.kata.Path() + ": e opens it, r runs the suite."
	}
	var out []string
	for _, line := range wrap(text, min(width, maxText)) {
		out = append(out, t.accent.Render(line))
	}
	return append(out, "")
}
