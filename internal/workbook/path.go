package workbook

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/leakproof/internal/course"
)

// StepKind is what a step of the path asks of the learner.
type StepKind string

// The kinds of steps.
const (
	ReadStep   StepKind = "lesson"
	QuizStep   StepKind = "quiz"
	LabStep    StepKind = "lab"
	RepairStep StepKind = "kata"
)

// StepState is how far the learner is with a step.
type StepState string

// The states of a step.
const (
	Open    StepState = "open"
	Started StepState = "started"
	Done    StepState = "done"
)

// Step is one thing to do on the path through the course.
type Step struct {
	Kind   StepKind
	Lesson *course.Lesson // ReadStep, QuizStep, and LabStep: the lesson that the lab is in
	Lab    *course.Lab    // LabStep
	Kata   *course.Kata   // RepairStep
	State  StepState
	Detail string // how far: "3 of 8 sections"
	Left   int    // about how many minutes it still takes
}

// ID names the step: the lesson's id, the lab's or the kata's.
func (s Step) ID() string {
	switch {
	case s.Kata != nil:
		return s.Kata.ID
	case s.Lab != nil:
		return s.Lab.ID
	}
	return s.Lesson.ID
}

// Number is the lesson's, also of its quiz and its labs, or the kata's.
func (s Step) Number() int {
	if s.Kata != nil {
		return s.Kata.Number
	}
	return s.Lesson.Number
}

// Title is the step's title.
func (s Step) Title() string {
	switch {
	case s.Kata != nil:
		return s.Kata.Title
	case s.Lab != nil:
		return s.Lab.Title
	}
	return s.Lesson.Title
}

// Same reports whether two steps are the same part of the course, however far
// the learner is.
func (s Step) Same(other Step) bool { return s.Kind == other.Kind && s.ID() == other.ID() }

// Path is the way through the course: the steps of the map, one after the other.
func (w *Workbook) Path() []Step {
	var steps []Step
	for _, s := range w.Map() {
		steps = append(steps, s.Steps...)
	}
	return steps
}

// Steps are the steps of one kind, in the order of their numbers.
func (w *Workbook) Steps(kind StepKind) []Step {
	steps := slices.DeleteFunc(w.Path(), func(s Step) bool { return s.Kind != kind })
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.Number(), b.Number()) })
	return steps
}

// Next returns the first step of the path that is not done. ok is false when
// all are.
func (w *Workbook) Next() (next Step, ok bool) {
	return firstOpen(w.Path())
}

// After returns the first step that is not done after a step of the path, going
// round. ok is false when no other step is left.
func (w *Workbook) After(step Step) (next Step, ok bool) {
	path := w.Path()
	i := slices.IndexFunc(path, step.Same)
	return firstOpen(slices.Concat(path[i+1:], path[:max(0, i)]))
}

func firstOpen(steps []Step) (Step, bool) {
	i := slices.IndexFunc(steps, func(s Step) bool { return s.State != Done })
	if i < 0 {
		return Step{}, false
	}
	return steps[i], true
}

// KatasFrom returns the katas in the order of the path, beginning with one of
// them and going round; with nil, from the start.
func (w *Workbook) KatasFrom(first *course.Kata) []*course.Kata {
	var katas []*course.Kata
	for _, s := range w.Path() {
		if s.Kind == RepairStep {
			katas = append(katas, s.Kata)
		}
	}
	i := max(0, slices.Index(katas, first))
	return slices.Concat(katas[i:], katas[:i])
}

// questionMinutes is about how long it takes to answer a question and to read
// what is said about the answer.
const questionMinutes = 1

// ReadStep is how far the learner is with reading a lesson.
func (w *Workbook) ReadStep(l *course.Lesson) Step {
	read := 0
	for _, s := range l.Sections {
		if w.Log.State().SectionRead(l.ID, s.ID) {
			read++
		}
	}
	return w.skipped(step(Step{Kind: ReadStep, Lesson: l}, read, len(l.Sections), "sections", l.Minutes))
}

// QuizStep is how far the learner is with the quiz on a lesson.
func (w *Workbook) QuizStep(l *course.Lesson) Step {
	questions := w.Course.QuestionsOf(l.ID)
	return w.skipped(step(Step{Kind: QuizStep, Lesson: l}, len(questions)-len(w.unanswered(questions)), len(questions), "answered", len(questions)*questionMinutes))
}

// LabStep is how far the learner is with a lab.
func (w *Workbook) LabStep(l *course.Lab) Step {
	s := Step{Kind: LabStep, Lesson: w.Course.Lesson(l.Lesson), Lab: l, State: Open, Detail: fmt.Sprintf("%d minutes", l.Minutes), Left: l.Minutes}
	switch state := w.Log.State(); {
	case state.LabMet(l.ID):
		s.State, s.Detail, s.Left = Done, "mission met", 0
	case state.LabSeen(l.ID):
		s.State, s.Detail = Started, "seen"
	}
	return s
}

// TestedOut is the detail of a step that the learner has shown not to need.
const TestedOut = "tested out"

// skipped is a lesson's step as it counts for a learner who may have tested out
// of the lesson.
func (w *Workbook) skipped(s Step) Step {
	if s.State != Done && w.Log.State().TestedOut(s.Lesson.ID) {
		s.State, s.Detail, s.Left = Done, TestedOut, 0
	}
	return s
}

// RepairStep is how far the learner is with a kata.
func (w *Workbook) RepairStep(k *course.Kata) Step {
	s := Step{Kind: RepairStep, Kata: k, State: Open, Detail: fmt.Sprintf("%d minutes", k.Minutes), Left: k.Minutes}
	state := w.Log.State()
	switch {
	case state.KataSolved(k.ID):
		s.State, s.Detail, s.Left = Done, "solved", 0
	case state.KataTried(k.ID):
		s.State, s.Detail = Started, "tried"
		if last, ok := state.LastVerdict(k.ID); ok {
			s.Detail = "last run: " + last.Status
		}
	}
	return s
}

// step is a step of which so many parts are done. All of them take so many
// minutes.
func step(s Step, done, all int, unit string, minutes int) Step {
	s.Detail = fmt.Sprintf("%d of %d %s", done, all, unit)
	s.Left = (minutes*(all-done) + all/2) / max(1, all)
	switch done {
	case 0:
		s.State = Open
	case all:
		s.State = Done
	default:
		s.State = Started
	}
	return s
}

// unanswered are the questions whose current revision was not answered right.
func (w *Workbook) unanswered(questions []*course.Question) []*course.Question {
	state := w.Log.State()
	var out []*course.Question
	for _, q := range questions {
		if a, ok := state.Answered(q.ID, q.Revision); !ok || !a.Right {
			out = append(out, q)
		}
	}
	return out
}

// Tally counts the steps of one kind.
type Tally struct{ Done, Started, All int }

// Tally counts the steps of a kind by how far the learner is with them.
func (w *Workbook) Tally(kind StepKind) Tally {
	var t Tally
	for _, s := range w.Steps(kind) {
		t.All++
		switch s.State {
		case Done:
			t.Done++
		case Started:
			t.Started++
		case Open:
		}
	}
	return t
}
