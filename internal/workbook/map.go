package workbook

// Stage is a module of the course with its steps.
type Stage struct {
	Title string // the module's
	About string
	Steps []Step
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

// Map is the path in stages: the modules, each with its lessons, their quizzes
// and labs, and the katas that stand after them.
func (w *Workbook) Map() []Stage {
	var stages []Stage
	for _, m := range w.Course.Modules {
		s := Stage{Title: m.Title, About: m.About}
		for _, l := range m.Lessons {
			s.Steps = append(s.Steps, w.ReadStep(l), w.QuizStep(l))
			for _, lab := range w.Course.LabsOf(l.ID) {
				s.Steps = append(s.Steps, w.LabStep(lab))
			}
			for _, k := range w.Course.KatasAfter(l.ID) {
				s.Steps = append(s.Steps, w.RepairStep(k))
			}
		}
		stages = append(stages, s)
	}
	return stages
}
