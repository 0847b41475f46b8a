package progress

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"
)

// statusPass is the status of a verdict that solves a kata.
const statusPass = "pass"

// Answer is what the log says about one revision of one question.
type Answer struct {
	At         time.Time // of the last answer
	Right      bool      // whether the last answer was right
	Choice     []int     // the options of the last answer
	Times      int       // how often the question was answered
	TimesRight int       // how often the answer was right
}

// Verdict is the outcome of the last run of a kata's suite.
type Verdict struct {
	At     time.Time
	Status string
	Hash   string   // of the learner's file as it was graded
	Failed []string // names of the tests that failed
}

// State is what the events of a log mean. It is a snapshot: it never changes, so that any number of goroutines may read it, and
// the zero State is that of a learner who has not begun.
type State struct {
	sections map[sectionKey]struct{}
	answers  map[questionKey]Answer
	katas    map[string]kata
	ticked   map[string]bool
	skipped  map[string]bool // lessons
	labs     map[string]lab
	history  []step
	last     time.Time // of the last event
}

type sectionKey struct{ lesson, section string }

type questionKey struct {
	id       string
	revision int
}

// kata is what happened to a kata since it was last at its start.
type kata struct {
	runs   int
	solved bool
	tier   int
	last   Verdict
}

// lab is what happened to a lab.
type lab struct{ seen, met bool }

// SectionRead reports whether a section of a lesson was on the screen.
func (s State) SectionRead(lesson, section string) bool {
	_, ok := s.sections[sectionKey{lesson, section}]
	return ok
}

// Answered returns what is known about this revision of a question, and whether it was answered at all. Answers to an earlier
// revision do not count: the question that they answered is no longer asked.
func (s State) Answered(id string, revision int) (Answer, bool) {
	a, ok := s.answers[questionKey{id, revision}]
	a.Choice = slices.Clone(a.Choice)
	return a, ok
}

// KataSolved reports whether a kata's suite passed since the kata was last at its start. A later run that fails does not take
// that away; a reset does, because the file is broken again.
func (s State) KataSolved(id string) bool { return s.katas[id].solved }

// KataTried reports whether a kata's suite was run since the kata was last at its start.
func (s State) KataTried(id string) bool { return s.katas[id].runs > 0 }

// HintTier returns the highest hint shown since the kata was last at its start, 0 if none was.
func (s State) HintTier(id string) int { return s.katas[id].tier }

// LastVerdict returns the outcome of the last run since the kata was last at its start, and whether there was one.
func (s State) LastVerdict(id string) (Verdict, bool) {
	k := s.katas[id]
	k.last.Failed = slices.Clone(k.last.Failed)
	return k.last, k.runs > 0
}

// TestedOut reports whether the learner has shown to know a lesson without reading it.
func (s State) TestedOut(lesson string) bool { return s.skipped[lesson] }

// LabSeen reports whether the learner has seen a lab at work.
func (s State) LabSeen(id string) bool { return s.labs[id].seen }

// LabMet reports whether the learner has met a lab's mission.
func (s State) LabMet(id string) bool { return s.labs[id].met }

// Ticked reports whether the learner has ticked a task.
func (s State) Ticked(task string) bool { return s.ticked[task] }

// step is an event of the history, in as little memory as a log of many years needs.
type step struct {
	at   time.Time
	hash string
	what *Event // without the time and the hash, so that steps that say the same can share it
	line int    // of the file, from 1
}

func (s step) event() Event {
	e := *s.what
	e.At, e.Hash = s.at, s.hash
	return e
}

// Last is when the last event happened, by the clock of then. It is zero before there is one.
func (s State) Last() time.Time { return s.last }

// History returns the events of the kinds that this program knows, in the order of the log, for whoever derives more from them
// than State does. The slices in the events must not be changed.
func (s State) History() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for _, step := range s.history {
			if !yield(step.event()) {
				return
			}
		}
	}
}

// Since is the part of History from a line of the file on, each event with the number of its line, from 1. Lines are only ever
// appended, so an event keeps its number, unless somebody replaces the file.
func (s State) Since(line int) iter.Seq2[int, Event] {
	first, _ := slices.BinarySearchFunc(s.history, line, func(step step, line int) int { return cmp.Compare(step.line, line) })
	return func(yield func(int, Event) bool) {
		for _, step := range s.history[first:] {
			if !yield(step.line, step.event()) {
				return
			}
		}
	}
}

// LastLine is the line of the last event of History, 0 if there is none.
func (s State) LastLine() int {
	if len(s.history) == 0 {
		return 0
	}
	return s.history[len(s.history)-1].line
}

// draft is a copy to apply further steps to: screens may hold the receiver. Only one draft of a state may become the next: they
// share the memory beyond the history.
func (s State) draft() State {
	return State{
		sections: cloned(s.sections),
		answers:  cloned(s.answers),
		katas:    cloned(s.katas),
		ticked:   cloned(s.ticked),
		skipped:  cloned(s.skipped),
		labs:     cloned(s.labs),
		history:  s.history,
		last:     s.last,
	}
}

func cloned[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return make(M)
	}
	return maps.Clone(m)
}

func (s *State) apply(next step) {
	e := next.what
	s.last = next.at
	switch e.Kind {
	case KindRead:
		s.sections[sectionKey{e.Lesson, e.Section}] = struct{}{}
	case KindAnswer:
		key := questionKey{e.Question, e.Revision}
		a := s.answers[key]
		a.At, a.Right, a.Choice = next.at, e.Right, e.Choice
		a.Times++
		if e.Right {
			a.TimesRight++
		}
		s.answers[key] = a
	case KindVerdict:
		k := s.katas[e.Kata]
		k.runs++
		k.solved = k.solved || e.Status == statusPass
		k.last = Verdict{At: next.at, Status: e.Status, Hash: next.hash, Failed: e.Failed}
		s.katas[e.Kata] = k
	case KindHint:
		k := s.katas[e.Kata]
		k.tier = max(k.tier, e.Tier)
		s.katas[e.Kata] = k
	case KindReset:
		delete(s.katas, e.Kata)
	case KindTestOut:
		for _, lesson := range e.Lessons {
			s.skipped[lesson] = true
		}
	case KindTick:
		s.ticked[e.Task] = e.Done
	case KindLab:
		l := s.labs[e.Lab]
		l.seen = true
		l.met = l.met || e.Status == LabMet
		s.labs[e.Lab] = l
	case KindRestore, KindClock:
	default:
		return
	}
	s.history = append(s.history, next)
}
