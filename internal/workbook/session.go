package workbook

import (
	"errors"
	"fmt"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/team/agenda"
	"example.com/leakproof/internal/workspace"
)

// Scene is a step of a session with the part of the course that it is about.
type Scene struct {
	agenda.Step
	Lesson   *course.Lesson   // of a lesson
	Question *course.Question // of a question
	Kata     *course.Kata     // of a kata or a near miss
	Miss     *course.Variant  // of a near miss
	Task     string           // of a task: what is to be done, Markdown
	Lab      *course.Lab      // of a lab
}

// Scenes finds what the steps of a plan are about. The error joins an
// [agenda.Problem] for each step whose id names nothing.
func (w *Workbook) Scenes(a agenda.Agenda) ([]Scene, error) {
	scenes := make([]Scene, len(a.Steps))
	var problems []error
	for i, step := range a.Steps {
		s, err := &scenes[i], error(nil)
		s.Step = step
		switch step.Kind {
		case agenda.Lesson:
			s.Lesson, err = w.Course.FindLesson(step.ID)
		case agenda.Question:
			s.Question, err = w.Course.FindQuestion(step.ID)
		case agenda.Kata:
			s.Kata, err = w.Course.FindKata(step.ID)
		case agenda.NearMiss:
			s.Kata, s.Miss, err = w.Course.FindNearMiss(step.ID)
		case agenda.Task:
			var task course.Block
			task, err = w.Course.FindTask(step.ID)
			s.Task = task.Text
		case agenda.Lab:
			s.Lab, err = w.Course.FindLab(step.ID)
		case agenda.Talk, agenda.Break:
		}
		if err != nil {
			problems = append(problems, agenda.Problem{Line: step.Line, Text: err.Error()})
		}
	}
	return scenes, errors.Join(problems...)
}

// About says what the scene is about, as Markdown that everybody sees at once: not
// the answer to a question and not why a near miss is refused.
func (s Scene) About() string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch s.Kind {
	case agenda.Kata:
		add("%s", strings.TrimSpace(s.Kata.Incident))
		add("**Restore**\n\n%s", strings.TrimSpace(s.Kata.Restore))
	case agenda.NearMiss:
		summary := strings.TrimRight(s.Miss.Summary, ".")
		if strings.Contains(s.Title, oneLine(summary)) {
			add("A repair of kata %d, %s.", s.Kata.Number, s.Kata.Title)
		} else {
			add("A repair of kata %d, %s: %s.", s.Kata.Number, s.Kata.Title, summary)
		}
	case agenda.Task:
		add("%s", s.Task)
	case agenda.Lesson:
		add("%s", s.Lesson.Summary)
	case agenda.Lab:
		add("%s", strings.TrimSpace(s.Lab.Story))
		add("**Mission**\n\n%s", strings.TrimSpace(s.Lab.Mission.Text))
	case agenda.Question, agenda.Break, agenda.Talk:
	}
	return strings.Join(parts, "\n\n")
}

// Reason is why a near miss is refused and what that teaches, as Markdown.
func (w *Workbook) Reason(s Scene) string {
	reason := "**Why it is refused:** " + s.Miss.Why
	if m := w.Course.Misconceptions[s.Miss.Misconception]; m != nil {
		reason += "\n\n" + Believed(m) + "\n\n" + m.Truth
	}
	return reason
}

// FromStart is a unified diff from the kata's start to a near miss.
func (s Scene) FromStart() string {
	return workspace.Diff(s.Kata, "start", "repair", s.Kata.Start(), s.Kata.Source(s.Miss.Files))
}
