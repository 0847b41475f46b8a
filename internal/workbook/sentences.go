package workbook

import (
	"fmt"
	"slices"
	"strings"

	"example.com/leakproof/internal/course"
)

// This file holds what screens and lines say alike. Sentences may hold
// Markdown where they quote the course.

// AllDone is said when no step of the path is left.
const AllDone = "Everything is done. Open any part again."

// Name names the step: "quiz on lesson 13, Fan out safely".
func (s Step) Name() string {
	kind := string(s.Kind)
	if s.Kind == QuizStep || s.Kind == LabStep {
		kind += " on lesson"
	}
	return fmt.Sprintf("%s %d, %s", kind, s.Number(), s.Title())
}

// About says what a step is about and how long it takes, in one or two lines.
func (w *Workbook) About(s Step) string {
	switch s.Kind {
	case ReadStep:
		return fmt.Sprintf("%s About %d minutes.", s.Lesson.Summary, s.Lesson.Minutes)
	case QuizStep:
		return "Questions on this lesson. A missed one comes back until you have it."
	case LabStep:
		return fmt.Sprintf("A live lab: watch a service fail under load, then stop it. About %d minutes.", s.Lab.Minutes)
	case RepairStep:
	}
	if s.Kata.AsksForATest() {
		return fmt.Sprintf("Write %s; every save tries it on code that is right and on code that is wrong. About %d minutes.", s.Kata.Path(), s.Kata.Minutes)
	}
	return fmt.Sprintf("Repair %s; the suite runs on every save. About %d minutes.", s.Kata.Repaired(), s.Kata.Minutes)
}

// Why says why a step is the next one.
func (w *Workbook) Why(next Step) string {
	if next.State == Started {
		return "You began it: " + next.Detail + "."
	}
	stages := w.Map()
	for i, stage := range stages {
		switch at := slices.IndexFunc(stage.Steps, next.Same); {
		case at == 0 && i == 0:
			return "The path begins here."
		case at == 0:
			return stage.Title + " begins with it."
		case at > 0:
			return "It comes next in " + stage.Title + "."
		}
	}
	return ""
}

// Time says how long something takes: "45 min", "2 h 10 min". From an hour on it
// counts in tens of minutes: nobody knows it better.
func Time(minutes int) string {
	if minutes < 60 {
		return fmt.Sprintf("%d min", minutes)
	}
	minutes = (minutes + 5) / 10 * 10
	if minutes%60 == 0 {
		return fmt.Sprintf("%d h", minutes/60)
	}
	return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
}

// Tallies say, a line for each kind of step, how far the learner is.
func (w *Workbook) Tallies() []string {
	var out []string
	for _, kind := range []struct {
		step StepKind
		text string
	}{
		{ReadStep, "Lessons read"}, {QuizStep, "Quizzes answered"}, {LabStep, "Labs with their mission met"}, {RepairStep, "Katas solved"},
	} {
		if n := w.Tally(kind.step); n.All > 0 {
			out = append(out, fmt.Sprintf("%s: %d of %d, %d more begun", kind.text, n.Done, n.All, n.Started))
		}
	}
	return out
}

// Count says how many there are: "1 question", "3 questions".
func Count(n int, singular string) string {
	if n == 1 {
		return "1 " + singular
	}
	return fmt.Sprintf("%d %ss", n, singular)
}

// Ending says, at the end of the round, how it went.
func (r *Round) Ending() string {
	if r.testOut != nil {
		return r.testOut.Outcome()
	}
	return fmt.Sprintf("All answered: %s, %d right at the first try.", Count(r.total, "question"), r.FirstTry())
}

// Offer says what the test is before it begins.
func (t *TestOut) Offer(questions int) string {
	return fmt.Sprintf("Test out of %s? %s. If all are right at the first try, these lessons and their quizzes count as done: %s. A miss ends the test, and nothing is lost.",
		t.Module, Count(questions, "question"), t.Titles())
}

// Missed is said above a question that comes back.
const Missed = "You missed this one before."

// FromLab names the lab that a question is a prediction of, "" where it is none.
func FromLab(q *course.Question) string {
	if q.Lab == nil {
		return ""
	}
	return "From the lab " + q.Lab.Title + "."
}

// Verdict says in a word or two whether the answer was right.
func (f Feedback) Verdict() string {
	if f.Right {
		return "Right"
	}
	return "Not quite"
}

// Meant leads from the verdict to what was meant: it stands before the options,
// each with its reason.
func (f Feedback) Meant() string {
	switch {
	case f.question.Kind == course.Order && !f.Right:
		return "The right order is:"
	case f.question.Kind == course.Type && !f.Right:
		return "The answer is: " + f.Answer()
	case f.Missing > 0:
		return f.missing()
	default:
		return ""
	}
}

// Answer is the text of the right option.
func (f Feedback) Answer() string {
	for _, r := range f.Reasons {
		if r.Option.Right {
			return r.Option.Text
		}
	}
	return ""
}

// missing says what an answer to a question with several right options lacks.
func (f Feedback) missing() string {
	held := !slices.ContainsFunc(f.Reasons, func(r Reason) bool { return r.Chosen && !r.Right })
	switch {
	case held && f.Missing == 1:
		return "What you chose holds, but one other answer holds too."
	case held:
		return fmt.Sprintf("What you chose holds, but %d other answers hold too.", f.Missing)
	case f.Missing == 1:
		return "Besides, one answer holds that you did not choose."
	default:
		return fmt.Sprintf("Besides, %d answers hold that you did not choose.", f.Missing)
	}
}

// Explanation is the idea behind the question.
func (f Feedback) Explanation() string { return f.question.Explanation }

// ComesBack is said of a missed question that is asked again.
const ComesBack = "The question comes back."

// Believed names a misconception that was met.
func Believed(m *course.Misconception) string { return "Many believe: " + m.Says }

// Truth corrects a misconception.
func Truth(truth string) string { return "Why: " + truth }

// Place says where in the round the learner is: at a question that is asked or,
// once it is answered, still at it.
func (r *Round) Place(answered bool) string {
	at := r.asked
	if !answered {
		at++
	}
	if at > r.total {
		return fmt.Sprintf("asked again, %d of %d right so far", r.right, r.total)
	}
	return fmt.Sprintf("question %d of %d, %d right so far", at, r.total, r.right)
}

// ShortPlace is [Round.Place] for a narrow screen.
func (r *Round) ShortPlace(answered bool) string {
	at := r.asked
	if !answered {
		at++
	}
	return fmt.Sprintf("%d of %d, %d right", min(at, r.total), r.total, r.right)
}

// SaidIn names the place in a lesson that says what a question asks.
func (w *Workbook) SaidIn(q *course.Question) string {
	l, s := w.Course.Said(q)
	if s == nil || s == l.Sections[0] {
		return fmt.Sprintf("Lesson %d, %s", l.Number, l.Title)
	}
	return fmt.Sprintf("Lesson %d, %s", l.Number, s.Title)
}

// Practise names the kata that practises what a lesson shows, and says when it
// comes: now, after a later lesson, or once it is written.
func (w *Workbook) Practise(l *course.Lesson, k course.PlannedKata) string {
	name := fmt.Sprintf("kata %s, %s", k.ID, k.Title)
	switch kata := w.Course.Kata(k.ID); {
	case kata == nil:
		return fmt.Sprintf("Later: %s. It is not written yet.", name)
	case kata.After() > l.ID:
		return fmt.Sprintf("Practise it later: %s, after lesson %d.", name, w.Course.Lesson(kata.After()).Number)
	default:
		return fmt.Sprintf("Practise it: %s.", name)
	}
}

// WatchIt leads to a lab of a lesson.
func WatchIt(l *course.Lab) string {
	return fmt.Sprintf("Watch it happen: lab %s, about %d minutes.", l.Title, l.Minutes)
}

// StartLab says how to start a lab.
func StartLab(l *course.Lab) string { return fmt.Sprintf("Start it: `leakproof lab %s`", l.ID) }

// Running says that a program has been started.
func Running(folder string) string {
	return fmt.Sprintf("Running: go run ./%s. The first time, Go builds it.", folder)
}

// Printed stands above what a program printed.
const Printed = "It printed:"

// NotSolved asks whether to show solutions all the same.
func NotSolved(k *course.Kata) string {
	return fmt.Sprintf("Kata %d is not solved yet, and the comparison shows a solution. Show it all the same?", k.Number)
}

// Trades says what a repair gains and gives up.
func Trades(v *course.Variant) string { return "What it trades: " + v.Trades }

// Same is said where a file and what it is compared with say the same.
const Same = "Your file says the same, word for word."

// PartialRepair stands above the part of a solution that the last hint shows.
const PartialRepair = "One repair begins like this. Lines with - go, lines with + come."

// AskReset asks before a reset.
func (w *Workbook) AskReset(k *course.Kata) string {
	start := "broken start"
	if k.AsksForATest() {
		start = "start"
	}
	return fmt.Sprintf("Put %s back to its %s? Your version is kept in:\n%s", k.Repaired(), start, w.Short(w.Space.Backup))
}

// AtStart says that a reset has been done, with so many backups.
func AtStart(k *course.Kata, backups []string) string {
	if len(backups) == 0 {
		return fmt.Sprintf("Kata %d is at its start; there was nothing of yours to keep.", k.Number)
	}
	return fmt.Sprintf("Kata %d is at its start.", k.Number)
}

// Kept says where the learner's files went.
func Kept(backups []string) string { return "Backup: " + strings.Join(backups, ", ") }
