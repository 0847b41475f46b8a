package workbook

import (
	"slices"

	"example.com/leakproof/internal/course"
)

// Stage is a stretch of the path under one heading: a module with the lessons
// and quizzes that prepare for its katas.
type Stage struct {
	Title  string
	About  string
	Module string // "" for the last stage, which belongs to none
	Steps  []Step
}

// lastStage takes what no module needs.
var lastStage = Stage{
	Title: "Back at work",
	About: "What belongs to no single module: to read at the end, and to come back to.",
}

// Done is how many of the steps are.
func (s Stage) Done() int {
	done := 0
	for _, step := range s.Steps {
		if step.State == Done {
			done++
		}
	}
	return done
}

// Left is how many minutes the stage still takes.
func (s Stage) Left() int {
	left := 0
	for _, step := range s.Steps {
		left += step.Left
	}
	return left
}

// Map is the path in stages: the modules in the order of the course, then what
// belongs to none. A lesson is in the first module with a kata that asks for it,
// so that whoever follows the path has read what a kata asks for.
func (w *Workbook) Map() []Stage {
	homes := w.homes()
	var stages []Stage
	for _, m := range w.Course.Modules {
		stages = append(stages, Stage{Title: m.Title, About: m.About, Module: m.Title})
	}
	stages = append(stages, lastStage)
	met := map[string]bool{} // lessons, by id
	for i := range stages {
		s := &stages[i]
		katas := w.katasOf(s.Module)
		take := func(ready func(*course.Kata) bool) {
			katas = slices.DeleteFunc(katas, func(k *course.Kata) bool {
				if !ready(k) {
					return false
				}
				s.Steps = append(s.Steps, w.RepairStep(k))
				return true
			})
		}
		for j, l := range w.Course.Lessons {
			if homes[j] != s.Module {
				continue
			}
			s.Steps = append(s.Steps, w.ReadStep(l), w.QuizStep(l))
			met[l.ID] = true
			take(func(k *course.Kata) bool {
				return !slices.ContainsFunc(k.Lessons, func(id string) bool { return !met[id] })
			})
		}
		take(func(*course.Kata) bool { return true })
	}
	return slices.DeleteFunc(stages, func(s Stage) bool { return len(s.Steps) == 0 })
}

// homes are the modules of the lessons, in the order of the lessons; "" for
// those that belong to none. A lesson that neither a kata asks for nor practises
// is on the way to the next one that has a module.
func (w *Workbook) homes() []string {
	homes := make([]string, len(w.Course.Lessons))
	next := ""
	for i, l := range slices.Backward(w.Course.Lessons) {
		if homes[i] = w.ModuleOf(Step{Kind: ReadStep, Lesson: l}); homes[i] == "" {
			homes[i] = w.practisedIn(l)
		}
		if homes[i] == "" || w.Course.Module(homes[i]) == nil {
			homes[i] = next
		}
		next = homes[i]
	}
	return homes
}

// practisedIn is the module of the first kata that practises what a lesson
// teaches.
func (w *Workbook) practisedIn(l *course.Lesson) string {
	for _, p := range w.Course.Points {
		if p.Lesson != l.ID {
			continue
		}
		for _, id := range p.Katas {
			if k := w.Course.Kata(id); k != nil {
				return k.Module
			}
		}
	}
	return ""
}

// katasOf are the katas of a module, in the order of their numbers; with "",
// those of none.
func (w *Workbook) katasOf(module string) []*course.Kata {
	var out []*course.Kata
	for _, k := range w.Course.Katas {
		if k.Module == module || module == "" && w.Course.Module(k.Module) == nil {
			out = append(out, k)
		}
	}
	return out
}
