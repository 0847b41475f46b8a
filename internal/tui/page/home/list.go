package home

import (
	"fmt"
	"slices"
	"strings"

	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// list is the map as it is unfolded and filtered now, with a cursor on it.
type list struct {
	stages []workbook.Stage
	open   map[string]bool // stages, by title
	filter string          // what a step must hold to be listed, in lower case; "" is all

	rows   []row
	cursor ui.Cursor
	jumped bool // the cursor came from elsewhere: show what is around it, too
}

// row is a line of the list: a step, or the heading of a stage.
type row struct {
	stage *workbook.Stage
	step  *workbook.Step // nil for the heading
}

// same reports whether two rows stand for the same thing, however far the
// learner is with it.
func (r row) same(other row) bool {
	if r.stage.Title != other.stage.Title || (r.step == nil) != (other.step == nil) {
		return false
	}
	return r.step == nil || r.step.Same(*other.step)
}

// words name a kind of step in a row.
var words = map[workbook.StepKind]string{
	workbook.ReadStep: "Lesson", workbook.QuizStep: "Quiz", workbook.LabStep: "Lab", workbook.RepairStep: "Kata",
}

// name is what stands before the title of a step: "Quiz   03".
func name(s *workbook.Step) string { return fmt.Sprintf("%-6s %02d", words[s.Kind], s.Number()) }

// set takes the map as the learner's progress makes it.
func (l *list) set(stages []workbook.Stage) {
	l.stages = stages
	l.refresh()
}

// refresh lists the rows anew. The cursor stays on what it was on or, where that
// has gone, on its heading.
func (l *list) refresh() {
	on, ok := l.selected()
	l.rows = l.rows[:0:0]
	for i := range l.stages {
		stage := &l.stages[i]
		steps := l.steps(stage)
		if l.filter != "" && len(steps) == 0 {
			continue
		}
		l.rows = append(l.rows, row{stage: stage})
		if l.unfolded(stage) {
			l.rows = append(l.rows, steps...)
		}
	}
	if ok {
		l.goTo(on)
	}
}

// steps are the rows of a stage that the filter lets pass.
func (l *list) steps(stage *workbook.Stage) []row {
	var out []row
	for i := range stage.Steps {
		step := &stage.Steps[i]
		text := strings.ToLower(fmt.Sprintf("%s %d %s %s %s", name(step), step.Number(), step.Title(), step.ID(), stage.Title))
		if !slices.ContainsFunc(strings.Fields(l.filter), func(word string) bool { return !strings.Contains(text, word) }) {
			out = append(out, row{stage, step})
		}
	}
	return out
}

// unfolded reports whether the steps of a stage are listed.
func (l *list) unfolded(stage *workbook.Stage) bool { return l.filter != "" || l.open[stage.Title] }

// matches is how many steps the filter lets pass.
func (l *list) matches() int {
	n := 0
	for _, r := range l.rows {
		if r.step != nil {
			n++
		}
	}
	return n
}

// selected is the row under the cursor. ok is false where no row is left.
func (l *list) selected() (r row, ok bool) {
	if l.cursor.At >= len(l.rows) {
		return row{}, false
	}
	return l.rows[l.cursor.At], true
}

// goTo puts the cursor on a row or, where that is not listed, on its heading.
func (l *list) goTo(r row) {
	at := slices.IndexFunc(l.rows, r.same)
	if at < 0 {
		at = max(0, slices.IndexFunc(l.rows, row{stage: r.stage}.same))
	}
	if at != l.cursor.At {
		l.cursor = ui.Cursor{At: at, Moved: true}
	}
}

// find shows a step and puts the cursor on it, whatever is folded or filtered.
func (l *list) find(step workbook.Step) {
	for i := range l.stages {
		stage := &l.stages[i]
		at := slices.IndexFunc(stage.Steps, step.Same)
		if at < 0 {
			continue
		}
		l.open[stage.Title] = true
		if !slices.ContainsFunc(l.steps(stage), row{stage, &stage.Steps[at]}.same) {
			l.filter = ""
		}
		l.refresh()
		l.goTo(row{stage, &stage.Steps[at]})
		l.cursor.Moved, l.jumped = true, true
	}
}

// fold opens or closes the stage under the cursor. Where the cursor's row goes,
// it goes to the heading.
func (l *list) fold() {
	r, ok := l.selected()
	if !ok || l.filter != "" {
		return
	}
	l.open[r.stage.Title] = !l.open[r.stage.Title]
	l.refresh()
	l.cursor.Moved, l.jumped = true, l.open[r.stage.Title]
}

// inward opens the stage under the cursor, or goes to its first step.
func (l *list) inward() {
	if r, ok := l.selected(); ok && !l.unfolded(r.stage) {
		l.fold()
		return
	}
	l.cursor = ui.Cursor{At: min(l.cursor.At+1, max(0, len(l.rows)-1)), Moved: true}
}

// outward goes from a step to its heading, and closes the stage there.
func (l *list) outward() {
	switch r, ok := l.selected(); {
	case !ok:
	case r.step != nil:
		l.goTo(row{stage: r.stage})
	case l.unfolded(r.stage):
		l.fold()
	}
}

// search lists only the steps that hold a text, with the cursor on the first of
// them, unless it is on one.
func (l *list) search(text string) {
	l.filter = strings.ToLower(text)
	l.refresh()
	if r, ok := l.selected(); text != "" && ok && r.step == nil {
		l.inward()
	}
}
