package workbook

import (
	"slices"
	"strings"
)

// Propose picks steps of the path for so many minutes: first katas that are not
// solved, each with the lessons that it needs and that are not read yet; for what
// time is left, further lessons. They come in the order of the path. The topic's words stand in the title,
// the lessons or the points of what is picked; without a topic everything goes.
// What would take too long is passed over for what comes later. The shortest is
// how many minutes the shortest of them takes, 0 if nothing is left of the topic.
func (w *Workbook) Propose(minutes int, topic string) (steps []Step, shortest int) {
	return w.pick(w.Path(), []StepKind{RepairStep, ReadStep}, minutes, topic)
}

// pick is [Workbook.Propose] on a path whose steps say how far somebody is, and
// how long they take. It picks steps of the first kind before those of the next.
func (w *Workbook) pick(path []Step, kinds []StepKind, minutes int, topic string) (steps []Step, shortest int) {
	left, picked := minutes, map[string]bool{}
	for _, kind := range kinds {
		for _, step := range path {
			if step.Kind != kind || step.State == Done || !w.about(step, topic) {
				continue
			}
			unit := append(unread(path, step), step)
			takes, alone := 0, 0 // beside what is picked, and by itself
			for _, s := range unit {
				alone += s.Left
				if !picked[s.ID()] {
					takes += s.Left
				}
			}
			if shortest == 0 || alone < shortest {
				shortest = alone
			}
			if takes > left || picked[step.ID()] {
				continue
			}
			left -= takes
			for _, s := range unit {
				picked[s.ID()] = true
			}
		}
	}
	for _, step := range path {
		if step.Kind != QuizStep && picked[step.ID()] {
			steps = append(steps, step)
		}
	}
	return steps, shortest
}

// unread are the lessons that a kata needs and that are not read.
func unread(path []Step, step Step) []Step {
	if step.Kata == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(path), func(s Step) bool {
		return s.Kind != ReadStep || s.State == Done || !slices.Contains(step.Kata.Lessons, s.ID())
	})
}

// about reports whether a step is about a topic.
func (w *Workbook) about(step Step, topic string) bool {
	text := step.ID() + " " + step.Title()
	var points []string
	if step.Kata != nil {
		points = step.Kata.Practises
		for _, id := range step.Kata.Lessons {
			text += " " + w.Course.Lesson(id).Title
		}
	} else {
		points = step.Lesson.Teaches
	}
	for _, p := range w.Course.Points {
		if slices.Contains(points, p.ID) {
			text += " " + p.Title
		}
	}
	text = strings.ToLower(text)
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(topic)), func(word string) bool { return !strings.Contains(text, word) })
}
