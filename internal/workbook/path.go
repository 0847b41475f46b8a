package workbook

import (
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
	Lesson *course.Lesson // ReadStep and QuizStep
	Kata   *course.Kata   // RepairStep
	State  StepState
	Detail string // how far: "3 of 8 sections"
}

// ID names the step: the lesson's id or the kata's.
func (s Step) ID() string {
	if s.Kata != nil {
		return s.Kata.ID
	}
	return s.Lesson.ID
}

// Number is the lesson's or the kata's.
func (s Step) Number() int {
	if s.Kata != nil {
		return s.Kata.Number
	}
	return s.Lesson.Number
}

// Title is the step's title.
func (s Step) Title() string {
	if s.Kata != nil {
		return s.Kata.Title
	}
	return s.Lesson.Title
}

// Path is the way through the course: each lesson, its quiz, then the katas
// that it prepares for.
func (w *Workbook) Path() []Step {
	var steps []Step
	for _, l := range w.Course.Lessons {
		steps = append(steps, w.readStep(l), w.quizStep(l))
		for _, k := range w.Course.KatasOf(l.ID) {
			steps = append(steps, w.RepairStep(k))
		}
	}
	return steps
}

// Next returns the first step of the path that is not done. ok is false when
// all are.
func (w *Workbook) Next() (next Step, ok bool) {
	for _, s := range w.Path() {
		if s.State != Done {
			return s, true
		}
	}
	return Step{}, false
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

func (w *Workbook) readStep(l *course.Lesson) Step {
	read := 0
	for _, s := range l.Sections {
		if w.Log.State().SectionRead(l.ID, s.ID) {
			read++
		}
	}
	return w.skipped(step(Step{Kind: ReadStep, Lesson: l}, read, len(l.Sections), "sections"))
}

func (w *Workbook) quizStep(l *course.Lesson) Step {
	questions := w.Course.QuestionsOf(l.ID)
	return w.skipped(step(Step{Kind: QuizStep, Lesson: l}, len(questions)-len(w.unanswered(questions)), len(questions), "answered"))
}

// skipped is a lesson's step as it counts for a learner who may have tested out
// of the lesson.
func (w *Workbook) skipped(s Step) Step {
	if s.State != Done && w.Log.State().TestedOut(s.Lesson.ID) {
		s.State, s.Detail = Done, "tested out"
	}
	return s
}

// RepairStep is how far the learner is with a kata.
func (w *Workbook) RepairStep(k *course.Kata) Step {
	s := Step{Kind: RepairStep, Kata: k, State: Open, Detail: fmt.Sprintf("%d minutes", k.Minutes)}
	state := w.Log.State()
	switch {
	case state.KataSolved(k.ID):
		s.State, s.Detail = Done, "solved"
	case state.KataTried(k.ID):
		s.State, s.Detail = Started, "tried"
		if last, ok := state.LastVerdict(k.ID); ok {
			s.Detail = "last run: " + last.Status
		}
	}
	return s
}

func step(s Step, done, all int, unit string) Step {
	s.Detail = fmt.Sprintf("%d of %d %s", done, all, unit)
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
	for _, s := range w.Path() {
		if s.Kind != kind {
			continue
		}
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
