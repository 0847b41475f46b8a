// Package review decides what a learner is asked again, and when: spaced
// repetition by FSRS over questions, predictions of labs, and the misconceptions
// behind wrong answers and failed tests. Everything is derived from the progress log, so it
// can be rebuilt from it and follows the content: an answer to a question that
// has gone, or to an earlier revision of it, means nothing.
package review

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/open-spaced-repetition/go-fsrs/v3"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/text"
)

// Cap is how many questions a day brings at most. What is beyond it waits and
// is counted nowhere.
const Cap = 12

// sitting is how long after the first answer another one belongs to the same
// look at a card: missed and repeated in a round, or read and then quizzed.
const sitting = 12 * time.Hour

// Schedule is what the log says about remembering.
type Schedule struct {
	Due     []*course.Question // to ask now, at most what is left of today's cap, the most forgotten first
	Next    time.Time          // when the next card is due after now; zero if none is
	Beliefs []Belief           // misconceptions met, the latest first

	now    time.Time
	asking map[string]time.Time // when each question seen is asked again, by id
}

// Again says when the first of these questions is asked again, "" if none is.
func (s Schedule) Again(questions []*course.Question) string {
	var first time.Time
	for _, q := range questions {
		if at, ok := s.asking[q.ID]; ok && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if first.IsZero() {
		return ""
	}
	return "Review asks again from " + s.day(first) + "."
}

// day writes the day of a time.
func (s Schedule) day(at time.Time) string {
	return text.Date(at, s.now, "Monday, 2 January", "Monday, 2 January 2006")
}

// Belief is a misconception that the learner has met: in a wrong answer or in
// a test of a kata that failed.
type Belief struct {
	*course.Misconception
	Lesson  *course.Lesson // where it was met last
	Met     int            // how often
	Last    time.Time      // when it was met last
	Cleared bool           // it was answered right, or its kata solved, since then
}

// Nothing says, when nothing is due, when something will be.
func (s Schedule) Nothing() string {
	if s.Next.IsZero() {
		return "Nothing to review yet: it begins a day after the first answers of a quiz."
	}
	return "Nothing to review now. The next card is due on " + s.day(s.Next) + "."
}

// Cleared counts the misconceptions that are cleared.
func (s Schedule) Cleared() int {
	n := 0
	for _, b := range s.Beliefs {
		if b.Cleared {
			n++
		}
	}
	return n
}

// New derives the schedule from the events of a log, in their order.
func New(c *course.Course, history iter.Seq[progress.Event], now time.Time) Schedule {
	d := newDeck(c)
	times := believed(history, now)
	i := 0
	for e := range history {
		e.At = times[i]
		i++
		switch e.Kind {
		case progress.KindAnswer:
			d.answer(e)
		case progress.KindVerdict:
			d.verdict(e)
		default:
		}
	}
	return d.schedule(now)
}

// card is one thing to remember: a question or a misconception.
type card struct {
	question      *course.Question
	misconception string

	sittings []sat     // that are over, at least the last of them; see [enough]
	started  time.Time // the first answer of the sitting under way
	wrong    int       // wrong answers in it
	right    bool      // whether it has ended right
	lookups  int       // sittings so far, this one included
	memory   fsrs.Card // what they leave, once all are over
}

// enough is how many sittings tell how well a card is known. What was before
// the last of them changes nothing that a learner would notice, and bounds the
// work for a log of many years.
const enough = 64

// sat is a sitting that is over.
type sat struct {
	at     time.Time
	rating fsrs.Rating
}

// see takes one answer to the card.
func (k *card) see(at time.Time, right bool) {
	if k.lookups > 0 && at.Sub(k.started) >= sitting {
		k.close()
	}
	if k.started.IsZero() {
		k.started = at
		k.lookups++
	}
	if right {
		k.right = true
	} else {
		k.wrong++
	}
}

// close rates the sitting under way by how many tries it took.
func (k *card) close() {
	if k.started.IsZero() {
		return
	}
	rating := fsrs.Again
	switch {
	case k.right && k.wrong == 0:
		rating = fsrs.Good
	case k.right && k.wrong == 1:
		rating = fsrs.Hard
	}
	if len(k.sittings) == 2*enough {
		k.sittings = append(k.sittings[:0], k.sittings[enough:]...)
	}
	k.sittings = append(k.sittings, sat{k.started, rating})
	k.started, k.wrong, k.right = time.Time{}, 0, false
}

// remember works out what the sittings leave.
func (k *card) remember(f *fsrs.FSRS) {
	k.memory = fsrs.NewCard()
	for _, s := range k.sittings[max(0, len(k.sittings)-enough):] {
		k.memory = f.Next(k.memory, s.at, s.rating).Card
	}
}

// scheduler is for one goroutine at a time.
func scheduler() *fsrs.FSRS {
	param := fsrs.DefaultParam()
	param.EnableShortTerm = false // a round brings back what was missed by itself
	return fsrs.NewFSRS(param)
}

type deck struct {
	course    *course.Course
	questions map[string]*course.Question // those that can be asked, by id
	cards     map[string]*card
	order     []string // keys of cards, in the order of their first answers
	beliefs   map[string]*Belief
	tried     map[*course.Kata]bool
}

func newDeck(c *course.Course) *deck {
	d := &deck{
		course: c, questions: map[string]*course.Question{},
		cards: map[string]*card{}, beliefs: map[string]*Belief{}, tried: map[*course.Kata]bool{},
	}
	for _, q := range slices.Concat(c.Questions, c.Predictions(), c.NearMisses()) {
		d.questions[q.ID] = q
	}
	return d
}

func (d *deck) card(key string, fresh card) *card {
	k := d.cards[key]
	if k == nil {
		k = &fresh
		d.cards[key] = k
		d.order = append(d.order, key)
	}
	return k
}

func (d *deck) answer(e progress.Event) {
	q := d.questions[e.Question]
	if q == nil || q.Revision != e.Revision {
		return
	}
	d.card("question "+q.ID, card{question: q}).see(e.At, e.Right)
	if e.Right {
		for _, m := range misconceptions(q) {
			d.clear(m, e.At)
		}
		return
	}
	d.meet(q.Misconception, d.course.Lesson(q.Lesson), e.At)
	for _, i := range e.Choice {
		if i >= 0 && i < len(q.Options) {
			d.meet(q.Options[i].Misconception, d.course.Lesson(q.Lesson), e.At)
		}
	}
}

// misconceptions are those that a right answer to q speaks against.
func misconceptions(q *course.Question) []string {
	var out []string
	for _, o := range q.Options {
		out = append(out, o.Misconception)
	}
	return append(out, q.Misconception)
}

// verdict takes the failed tests of a kata. The file that everybody starts
// with says nothing about what a learner believes, nor does a test that failed
// for the reason of another one.
func (d *deck) verdict(e progress.Event) {
	k := d.course.Kata(e.Kata)
	if k == nil {
		return
	}
	d.tried[k] = true
	switch explain.Status(e.Status) {
	case explain.Pass:
		for _, t := range k.Tests {
			d.clear(t.Misconception, e.At)
		}
	case explain.Fail:
		if e.Hash == k.StartHash() {
			return
		}
		for _, name := range e.Failed {
			if t := k.Tests[name]; t != nil && !slices.Contains(e.Alike, name) {
				d.meet(t.Misconception, t.Lesson, e.At)
			}
		}
	default:
	}
}

func (d *deck) meet(id string, lesson *course.Lesson, at time.Time) {
	m := d.course.Misconceptions[id]
	if m == nil {
		return
	}
	d.card("misconception "+id, card{misconception: id}).see(at, false)
	b := d.beliefs[id]
	if b == nil {
		b = &Belief{Misconception: m}
		d.beliefs[id] = b
	}
	b.Lesson, b.Last, b.Cleared = lesson, at, false
	b.Met++
}

// clear counts a right answer for a misconception that was met before.
func (d *deck) clear(id string, at time.Time) {
	if b := d.beliefs[id]; b != nil {
		d.cards["misconception "+id].see(at, true)
		b.Cleared = true
	}
}

func (d *deck) schedule(now time.Time) Schedule {
	s := Schedule{now: now, asking: map[string]time.Time{}}
	f := scheduler()
	left := Cap
	for _, key := range d.order {
		k := d.cards[key]
		// A card that was known before and was looked at today was reviewed.
		if k.question != nil && k.lookups > 1 && sameDay(k.started, now) {
			left--
		}
		k.close()
		k.remember(f)
		if k.question != nil {
			s.asking[k.question.ID] = k.memory.Due
		}
	}
	var due []*card
	for _, key := range d.order {
		k := d.cards[key]
		switch {
		case !k.memory.Due.After(now):
			due = append(due, k)
		case s.Next.IsZero() || k.memory.Due.Before(s.Next):
			s.Next = k.memory.Due
		}
	}
	slices.SortStableFunc(due, func(a, b *card) int {
		return cmp.Compare(f.GetRetrievability(a.memory, now), f.GetRetrievability(b.memory, now))
	})
	asked := map[*course.Question]bool{}
	for _, k := range due {
		if q := d.ask(k, asked); q != nil && len(s.Due) < left {
			asked[q] = true
			s.Due = append(s.Due, q)
		}
	}
	for _, b := range d.beliefs {
		s.Beliefs = append(s.Beliefs, *b)
	}
	slices.SortFunc(s.Beliefs, func(a, b Belief) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID))
	})
	return s
}

// ask is the question for a card, nil if there is none left. A misconception
// is asked about by a question or a prediction that the learner knows, else by a near miss of
// a kata that was tried.
func (d *deck) ask(k *card, asked map[*course.Question]bool) *course.Question {
	if k.question != nil {
		if asked[k.question] {
			return nil
		}
		return k.question
	}
	for _, q := range slices.Concat(d.course.Questions, d.course.Predictions()) {
		if !asked[q] && d.cards["question "+q.ID] != nil && slices.Contains(misconceptions(q), k.misconception) {
			return q
		}
	}
	for _, kata := range d.course.Katas {
		for _, v := range kata.Variants {
			if q := d.questions[course.NearMissID(kata, v)]; d.tried[kata] && v.Misconception == k.misconception && q != nil && !asked[q] {
				return q
			}
		}
	}
	return nil
}

func sameDay(a, b time.Time) bool {
	if a.IsZero() {
		return false
	}
	a = a.In(b.Location())
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
