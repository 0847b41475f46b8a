package workbook

import (
	"context"
	"math/rand/v2"
	"slices"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/review"
)

// Round asks questions until each has been answered right: a missed one comes
// back after the others.
type Round struct {
	workbook *Workbook
	shuffle  *rand.Rand
	queue    []*course.Question
	missed   map[string]bool
	astray   []*course.Question // those missed, in the order of their first misses
	total    int
	asked    int // answers so far
	right    int // answered right
	order    []int
	testOut  *TestOut // nil in a round that only asks
}

// Quiz starts a round over a lesson's questions: those not answered right yet
// or, when there are none, all of them. A nil lesson means the whole bank.
func (w *Workbook) Quiz(l *course.Lesson, shuffle *rand.Rand) *Round {
	questions := w.Course.Questions
	if l != nil {
		questions = w.Course.QuestionsOf(l.ID)
	}
	if open := w.unanswered(questions); len(open) > 0 {
		questions = open
	}
	return w.Ask(shuffle, questions...)
}

// Review is what is to be asked again now, and what the learner has got wrong.
func (w *Workbook) Review() review.Schedule {
	return review.New(w.Course, w.Log.State().History(), w.Now())
}

// Ask starts a round over the given questions.
func (w *Workbook) Ask(shuffle *rand.Rand, questions ...*course.Question) *Round {
	r := &Round{workbook: w, shuffle: shuffle, queue: questions, missed: map[string]bool{}, total: len(questions)}
	r.deal()
	return r
}

// deal puts the options of the current question into a new order. The items of
// an order question never come out already sorted.
func (r *Round) deal() {
	q := r.Question()
	if q == nil {
		return
	}
	r.order = make([]int, len(q.Options))
	for i := range r.order {
		r.order[i] = i
	}
	if q.Kind == course.Spot || q.Lab != nil { // lines of code keep the order of the code, shapes their own
		return
	}
	r.shuffle.Shuffle(len(r.order), func(i, j int) { r.order[i], r.order[j] = r.order[j], r.order[i] })
	if q.Kind == course.Order && q.Correct(r.order) {
		r.order[0], r.order[1] = r.order[1], r.order[0]
	}
}

// Question is the one being asked, nil at the end of the round.
func (r *Round) Question() *course.Question {
	if len(r.queue) == 0 {
		return nil
	}
	return r.queue[0]
}

// Order says in which order to show the options of the question: indexes into
// its Options.
func (r *Round) Order() []int { return r.order }

// Progress says how many of the round's questions are answered
// right, and how many it has.
func (r *Round) Progress() (done, total int) { return r.right, r.total }

// TestOut is what the round stands for besides its questions, nil if nothing.
func (r *Round) TestOut() *TestOut { return r.testOut }

// Missed reports whether the question being asked came back after a miss.
func (r *Round) Missed() bool {
	q := r.Question()
	return q != nil && r.missed[q.ID]
}

// Astray are the questions that were missed so far, the first one first.
func (r *Round) Astray() []*course.Question { return r.astray }

// ComesBack reports whether a missed question is asked again in this round.
func (r *Round) ComesBack() bool { return r.testOut == nil }

// FirstTry is how many questions were answered right without a miss.
func (r *Round) FirstTry() int {
	n, _ := r.Progress()
	return n - len(r.missed) + r.missedLeft()
}

func (r *Round) missedLeft() int {
	n := 0
	for _, q := range r.queue {
		if r.missed[q.ID] {
			n++
		}
	}
	return n
}

// Feedback is what an answer deserves.
type Feedback struct {
	Right bool
	// Reasons go with the options of the question, in their order there.
	Reasons []Reason
	// Missing is how many right options of a multi question were not chosen.
	Missing int
	// Belief is the misconception behind a wrong order, or nil.
	Belief *course.Misconception

	question *course.Question
}

// Reason is why an option is right or wrong.
type Reason struct {
	Option course.Option
	Chosen bool
	Right  bool                  // an option to choose; an item of an order that stands in its place
	Belief *course.Misconception // behind an option chosen wrongly, or nil
}

// Answer judges the choice (see [course.Question.Correct]) and moves to the
// next question. Record keeps the answer in the progress log; the round goes on
// whether that succeeds or not. In a [TestOut] a miss is the end of the round.
func (r *Round) Answer(choice []int) (f Feedback, record func(context.Context) error) {
	q := r.Question()
	f = r.workbook.judge(q, choice)
	r.queue = r.queue[1:]
	r.asked++
	switch {
	case f.Right:
		r.right++
	case !r.missed[q.ID]:
		r.missed[q.ID] = true
		r.astray = append(r.astray, q)
	}
	if r.testOut != nil {
		record = r.testOut.answered(r, f.Right)
		r.deal()
		return f, record
	}
	if !f.Right {
		r.queue = append(r.queue[:len(r.queue):len(r.queue)], q)
	}
	r.deal()
	return f, r.workbook.recording(progress.Event{
		Kind: progress.KindAnswer, Question: q.ID, Revision: q.Revision, Lesson: q.Lesson, Right: f.Right, Choice: choice,
	})
}

// judge says what a choice deserves.
func (w *Workbook) judge(q *course.Question, choice []int) Feedback {
	f := Feedback{Right: q.Correct(choice), question: q}
	if !f.Right && q.Kind == course.Order {
		f.Belief = w.Course.Misconceptions[q.Misconception]
	}
	for i, o := range q.Options {
		r := Reason{Option: o, Chosen: slices.Contains(choice, i), Right: o.Right}
		if q.Kind == course.Order {
			r.Right = i < len(choice) && choice[i] == i
		}
		if r.Chosen && !r.Right && q.Kind != course.Order {
			r.Belief = w.Course.Misconceptions[o.Misconception]
		}
		if q.Kind == course.Multi && r.Right && !r.Chosen {
			f.Missing++
		}
		f.Reasons = append(f.Reasons, r)
	}
	return f
}
