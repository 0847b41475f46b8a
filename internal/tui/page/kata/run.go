package kata

import (
	"context"
	"fmt"
	"time"

	"charm.land/bubbles/v2/spinner"
	"charm.land/bubbles/v2/stopwatch"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// slowAfter is how long a run may take before the page says that it is waiting.
const slowAfter = 150 * time.Millisecond

// run is a run of the suite, as the page shows it.
type run struct {
	page    *Kata
	task    *ui.Task
	running bool
	told    bool // it takes so long that the page says so
	watch   stopwatch.Model
	spinner spinner.Model
}

type (
	slowMsg    struct{}
	verdictMsg struct {
		verdict grade.Verdict
		since   string         // how it compares with the one before
		green   workbook.Green // of a pass
		source  string         // of the learner's file, as it was when the run ended
		err     error
	}
)

func newRun(p *Kata) run {
	r := run{page: p}
	r.task = ui.NewTask(p.env.Jobs, func(msg tea.Msg) tea.Cmd {
		switch msg := msg.(type) {
		case slowMsg:
			p.run.told = p.run.running
			switch {
			case p.run.told && p.env.Settings().Get("motion") == "off":
				return p.run.watch.Start()
			case p.run.told:
				return tea.Batch(p.run.watch.Start(), p.run.spinner.Tick)
			}
		case verdictMsg:
			p.run.running, p.run.told = false, false
			return p.graded(msg)
		}
		return nil
	})
	return r
}

func (r *run) start() tea.Cmd {
	p := r.page
	r.running, r.told = true, false
	r.watch = stopwatch.New(stopwatch.WithInterval(time.Second))
	r.spinner = spinner.New(spinner.WithSpinner(spinner.Line))
	grading := r.task.Start(func(ctx context.Context) tea.Msg {
		wb := p.env.Workbook
		before, _ := wb.Log.State().LastVerdict(p.kata.ID)
		v, err := wb.Check(ctx, p.kata)
		source, _ := wb.Space.Read(p.kata) // without it there are no lines to show
		msg := verdictMsg{verdict: v, since: workbook.Since(before, v), source: string(source), err: err}
		if v.Status == explain.Pass {
			msg.green = wb.Green(p.kata, v)
		}
		return msg
	})
	return tea.Batch(grading, r.task.After(slowAfter, slowMsg{}))
}

// slow reports whether the page is to say that the suite is running.
func (r *run) slow() bool { return r.running && r.told }

// update moves what shows that the suite is running.
func (r *run) update(msg tea.Msg) tea.Cmd {
	if !r.slow() {
		return nil
	}
	var watch, spin tea.Cmd
	r.watch, watch = r.watch.Update(msg)
	r.spinner, spin = r.spinner.Update(msg)
	return tea.Batch(watch, spin)
}

// line says that the suite is running, "" while that is not worth saying.
func (r *run) line() string {
	if !r.slow() {
		return ""
	}
	return r.page.env.Theme.Accent.Render(fmt.Sprintf("%s Running the suite: %.0f s", r.spinner.View(), r.watch.Elapsed().Seconds()))
}
