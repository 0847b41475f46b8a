package workbook

import (
	"context"
	"math/rand/v2"

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
	total    int
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
	if q.Kind == course.Spot { // lines of code keep the order of the code
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
	// Reasons are the options to talk about: those chosen wrongly or, after a
	// right answer, the right ones.
	Reasons []Reason
	// Missing is how many right options of a multi question were not chosen.
	Missing int
	// Explanation is the idea behind the question. After a wrong answer it is
	// empty, because the question comes back.
	Explanation string
	// Truth corrects the misconception behind a wrong order.
	Truth string
}

// Reason is why an option is right or wrong.
type Reason struct {
	Option course.Option
	Truth  string // what is so instead of the misconception behind a wrong option
}

// Answer judges the choice (see [course.Question.Correct]) and moves to the
// next question. Record keeps the answer in the progress log; the round goes on
// whether that succeeds or not. In a [TestOut] a miss is the end of the round.
func (r *Round) Answer(choice []int) (f Feedback, record func(context.Context) error) {
	q := r.Question()
	f = r.workbook.judge(q, choice)
	r.queue = r.queue[1:]
	if f.Right {
		r.right++
	}
	if r.testOut != nil {
		record = r.testOut.answered(r, f.Right)
		r.deal()
		return f, record
	}
	if !f.Right {
		r.queue = append(r.queue[:len(r.queue):len(r.queue)], q)
		r.missed[q.ID] = true
	}
	r.deal()
	return f, r.workbook.recording(progress.Event{
		Kind: progress.KindAnswer, Question: q.ID, Revision: q.Revision, Lesson: q.Lesson, Right: f.Right, Choice: choice,
	})
}

// judge says what a choice deserves.
func (w *Workbook) judge(q *course.Question, choice []int) Feedback {
	f := Feedback{Right: q.Correct(choice)}
	if f.Right {
		f.Explanation = q.Explanation
	}
	if q.Kind == course.Order {
		if m := w.Course.Misconceptions[q.Misconception]; !f.Right && m != nil {
			f.Truth = m.Truth
		}
		if f.Right {
			for _, o := range q.Options {
				f.Reasons = append(f.Reasons, Reason{Option: o})
			}
		}
		return f
	}
	chosen := map[int]bool{}
	for _, c := range choice {
		chosen[c] = true
	}
	for i, o := range q.Options {
		switch {
		case f.Right && o.Right:
			f.Reasons = append(f.Reasons, Reason{Option: o})
		case !f.Right && chosen[i] && !o.Right:
			reason := Reason{Option: o}
			if m := w.Course.Misconceptions[o.Misconception]; m != nil {
				reason.Truth = m.Truth
			}
			f.Reasons = append(f.Reasons, reason)
		case !f.Right && !chosen[i] && o.Right && q.Kind == course.Multi:
			f.Missing++
		}
	}
	return f
}
