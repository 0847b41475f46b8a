package plain

import (
	"context"
	"errors"
	"fmt"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// Menu opens the workbook: everything can be reached from here by numbers.
func (s *Session) Menu(ctx context.Context) error {
	s.say("Leakproof, a workbook for Go services that do not leak.")
	if s.wb.FirstRun() {
		s.text(wrap(workbook.WhatFor+"\n"+s.wb.HowLong(), "", ""))
		s.wb.Welcomed(ctx)
	}
	return s.ended(s.menu(ctx, "What do you want to do?", func() []choice {
		var list []choice
		if step, ok := s.wb.Next(); ok {
			list = append(list, choice{1, "Go on with " + describe(step), func(ctx context.Context) error { return s.step(ctx, step) }})
		} else {
			s.say("\n%s", workbook.AllDone)
		}
		return append(list,
			choice{2, "Lessons", s.lessons},
			choice{3, "Quiz", s.quizzes},
			choice{4, "Katas", s.katas},
			choice{5, "Progress", func(context.Context) error { s.say(""); s.Progress(); return nil }},
			choice{6, "Review: " + workbook.Count(len(s.wb.Review().Due), "question"), func(ctx context.Context) error { s.say(""); return s.review(ctx) }},
			choice{7, "Test out of a module", s.testOuts},
			choice{0, "Quit", back})
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

// The three lists number their entries as the course does, so that "12" means
// the same thing everywhere.

func (s *Session) lessons(ctx context.Context) error {
	return s.list(ctx, "Lessons", workbook.ReadStep)
}
func (s *Session) quizzes(ctx context.Context) error { return s.list(ctx, "Quiz", workbook.QuizStep) }
func (s *Session) katas(ctx context.Context) error   { return s.list(ctx, "Katas", workbook.RepairStep) }

func (s *Session) list(ctx context.Context, title string, kind workbook.StepKind) error {
	return s.menu(ctx, title, func() []choice {
		var list []choice
		highest := 0
		for _, step := range s.wb.Steps(kind) {
			number := step.Number()
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
	due := s.wb.Review()
	s.say("Review: %s", workbook.Count(len(due.Due), "question"))
	for _, t := range due.Tallies() {
		s.say("Misconceptions in lesson %d, %s: %d met, %d cleared", t.Lesson.Number, flat(t.Lesson.Title), t.Met, t.Cleared)
	}
	for _, b := range due.Beliefs {
		if !b.Cleared {
			s.text(wrap(flat(b.Says+" "+workbook.Truth(b.Truth)), "Open misconception: ", ""))
		}
	}
}
