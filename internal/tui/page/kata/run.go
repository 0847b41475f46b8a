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
	judged  []explain.Test    // how a learner's test has judged implementations so far
	next    chan explain.Test // and the next one
	told    bool              // it takes so long that the page says so
	watch   stopwatch.Model
	spinner spinner.Model
}

type (
	slowMsg    struct{}
	judgedMsg  struct{ one explain.Test }
	verdictMsg struct {
		verdict grade.Verdict
		since   string            // how it compares with the one before
		green   workbook.Green    // of a pass
		source  map[string][]byte // of the learner's files, as they were when the run ended
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
		case judgedMsg:
			p.run.judged = append(p.run.judged, msg.one)
			return p.run.nextJudged()
		case verdictMsg:
			p.run.running, p.run.told = false, false
			p.run.task.Stop() // whoever waits for a further implementation
			return p.graded(msg)
		}
		return nil
	})
	return r
}

func (r *run) start() tea.Cmd {
	p := r.page
	r.running, r.told, r.judged, r.next = true, false, nil, make(chan explain.Test)
	next := r.next
	r.watch = stopwatch.New(stopwatch.WithInterval(time.Second))
	r.spinner = spinner.New(spinner.WithSpinner(spinner.Line))
	grading := r.task.Start(func(ctx context.Context) tea.Msg {
		wb := p.env.Workbook
		before, _ := wb.Log.State().LastVerdict(p.kata.ID)
		v, err := wb.Check(ctx, p.kata, func(one explain.Test) {
			select {
			case next <- one:
			case <-ctx.Done():
			}
		})
		src, _ := wb.Space.Read(p.kata) // without it there are no lines to show
		source, _ := p.kata.Files(src)
		msg := verdictMsg{verdict: v, since: workbook.Since(before, v), source: source, err: err}
		if v.Status == explain.Pass {
			msg.green = wb.Green(p.kata, v)
		}
		return msg
	})
	slow := r.task.After(slowAfter, slowMsg{})
	if p.kata.AsksForATest() {
		return tea.Batch(grading, slow, r.nextJudged())
	}
	return tea.Batch(grading, slow)
}

// nextJudged waits for how the learner's test judges the next implementation.
func (r *run) nextJudged() tea.Cmd {
	next := r.next
	return r.task.More(func(ctx context.Context) tea.Msg {
		select {
		case one := <-next:
			return judgedMsg{one}
		case <-ctx.Done():
			return nil
		}
	})
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
	what := "the suite"
	if r.page.kata.AsksForATest() {
		what = "your test"
	}
	return r.page.env.Theme.Accent.Render(fmt.Sprintf("%s Running %s: %.0f s", r.spinner.View(), what, r.watch.Elapsed().Seconds()))
}

// judgedLines are what is known so far of a run of a learner's test, nil while
// nothing is.
func (r *run) judgedLines(width int) []string {
	if !r.running || len(r.judged) == 0 {
		return nil
	}
	t, out := r.page.env.Theme, []string{r.line(), ""}
	for _, one := range r.judged {
		mark := t.Good.Render("✓")
		if one.Status != explain.Pass {
			mark = t.Bad.Render("✗")
		}
		out = append(out, ui.Indent(mark+" ", ui.WrapText(one.Message, width-2))...)
	}
	return out
}
