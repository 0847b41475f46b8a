package plain

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// Menu opens the workbook: everything can be reached from here by numbers.
func (s *Session) Menu(ctx context.Context) error {
	defer s.inRoom(ctx)()
	s.say("Leakproof, a workbook for Go services that do not leak.")
	if s.wb.FirstRun() {
		s.text(wrap(workbook.WhatFor+"\n"+s.wb.HowLong(), "", ""))
		s.wb.Welcomed(ctx)
	}
	return s.ended(s.menu(ctx, "What do you want to do?", func() []choice {
		var list []choice
		add := func(text string, do func(context.Context) error) {
			list = append(list, choice{len(list) + 1, text, do})
		}
		if step, ok := s.wb.Next(); ok {
			add("Go on with "+describe(step), func(ctx context.Context) error { return s.step(ctx, step) })
		} else {
			s.say("\n%s", workbook.AllDone)
		}
		add("Lessons", s.lessons)
		add("Quiz", s.quizzes)
		add("Katas", s.katas)
		add("Progress", func(context.Context) error { s.say(""); s.Progress(); return nil })
		add("Review: "+workbook.Count(len(s.wb.Review().Due), "question"), func(ctx context.Context) error { s.say(""); return s.review(ctx) })
		add("Test out of a module", s.testOuts)
		if len(s.wb.Course.Labs) > 0 {
			add("Labs", s.labs)
		}
		return append(list, choice{0, "Quit", back})
	}))
}

// testOuts lists the modules that a learner may know already.
func (s *Session) testOuts(ctx context.Context) error {
	return s.menu(ctx, "Test out of a module", func() []choice {
		var list []choice
		for i, module := range s.wb.Course.Modules {
			list = append(list, choice{i + 1, flat(module.Title) + ": " + flat(module.About), func(ctx context.Context) error {
				s.say("")
				round, err := s.wb.TestOut(module.Title, s.shuffle)
				if err != nil {
					return s.tell(err)
				}
				return s.testOut(ctx, round)
			}})
		}
		return append(list, choice{0, "Back", back})
	})
}

// step opens a step of the path.
func (s *Session) step(ctx context.Context, step workbook.Step) error {
	s.say("")
	switch step.Kind {
	case workbook.ReadStep:
		return s.lesson(ctx, step.Lesson)
	case workbook.QuizStep:
		return s.quiz(ctx, step.Lesson)
	case workbook.LabStep:
		_, _, err := s.lab(ctx, step.Lab)
		return s.tell(err)
	default:
		return s.kata(ctx, step.Kata)
	}
}

// kata shows the brief and watches; nothing is checked before a save or a word
// of the learner.
func (s *Session) kata(ctx context.Context, k *course.Kata) error {
	s.Brief(k)
	if err := s.watch(ctx, k, watchOptions{dialogue: true}); !errors.Is(err, errBack) {
		return s.tell(err)
	}
	return nil
}

// The lists number their entries as the course does, so that "12" means
// the same thing everywhere. Labs have no numbers there: they are counted.

func (s *Session) lessons(ctx context.Context) error {
	return s.list(ctx, "Lessons", workbook.ReadStep)
}
func (s *Session) quizzes(ctx context.Context) error { return s.list(ctx, "Quiz", workbook.QuizStep) }
func (s *Session) labs(ctx context.Context) error    { return s.list(ctx, "Labs", workbook.LabStep) }
func (s *Session) katas(ctx context.Context) error   { return s.list(ctx, "Katas", workbook.RepairStep) }

func (s *Session) list(ctx context.Context, title string, kind workbook.StepKind) error {
	return s.menu(ctx, title, func() []choice {
		var list []choice
		highest := 0
		for i, step := range s.wb.Steps(kind) {
			number := step.Number()
			if kind == workbook.LabStep {
				number = i + 1
			}
			highest = max(highest, number)
			text := fmt.Sprintf("%s: %s, %s", flat(step.Title()), step.State, step.Detail)
			list = append(list, choice{number, text, func(ctx context.Context) error { return s.step(ctx, step) }})
		}
		if kind == workbook.QuizStep {
			list = append(list, choice{highest + 1, "All lessons together", func(ctx context.Context) error { s.say(""); return s.quiz(ctx, nil) }})
		}
		return append(list, choice{0, "Back", back})
	})
}

// Progress writes how far the learner is.
func (s *Session) Progress() {
	for _, line := range s.wb.Tallies() {
		s.say("%s", line)
	}
	s.say("Next: %s", s.next())
	r := s.wb.Report()
	s.say("Review: %s", workbook.Count(len(r.Review.Due), "question"))
	s.say("\nModules")
	for _, m := range r.Modules {
		s.say("%s: %d of %d done", flat(m.Title), m.Done, m.All)
	}
	if len(r.Labs) > 0 {
		s.say("\nLabs that you watched")
	}
	for _, l := range r.Labs {
		s.say("%s: %s", flat(l.Title()), l.Detail)
	}
	if len(r.Katas) > 0 {
		s.say("\nKatas that you worked on")
	}
	for _, k := range r.Katas {
		s.text(wrap(fmt.Sprintf("%d %s: %s, %s", k.Kata.Number, flat(k.Kata.Title), k.Detail, k.Effort()), "", "  "))
	}
	s.misconceptions(r)
	s.calendar(r)
}

func (s *Session) misconceptions(r workbook.Report) {
	if len(r.Review.Beliefs) > 0 {
		s.say("\nMisconceptions: %s", r.Misconceptions())
	}
	for _, b := range r.Review.Beliefs {
		state, text := "Open: ", b.Says+" "+workbook.Truth(b.Truth)
		if b.Cleared {
			state, text = "Cleared: ", b.Says
		}
		s.text(wrap(flat(text), state, "  "))
	}
}

// calendar names the weeks in which something was done.
func (s *Session) calendar(r workbook.Report) {
	s.say("\nThe last %d weeks", len(r.Weeks))
	weeks := slices.DeleteFunc(r.Weeks, func(w workbook.Week) bool { return w.Active() == 0 })
	if len(weeks) == 0 {
		s.say("Nothing yet.")
		return
	}
	for _, w := range weeks {
		s.say("Week of %s: %s", w.Monday.Format("2 January"), w.Says())
	}
	s.text(wrap(workbook.CountedTime, "", ""))
}
