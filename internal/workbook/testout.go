package workbook

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
)

// What a learner has to know who skips lessons: questions that need more than
// recall, and few enough for one sitting.
const (
	testOutDifficulty = 2
	testOutQuestions  = 10
)

// TestOut is a round that stands for lessons: all right at the first try, and
// they and their quizzes count as done. Its answers are not recorded, so that
// a miss takes nothing away.
type TestOut struct {
	Module  string
	Lessons []*course.Lesson // the module's
	Missed  bool             // an answer was wrong, and that ended it
}

// FindModule finds a module by its name, in any case, or by a part of it. ""
// is the first module with a lesson that is not done.
func (w *Workbook) FindModule(name string) (string, error) {
	var modules []string
	for _, m := range w.Course.Modules {
		modules = append(modules, m.Title)
		for _, l := range m.Lessons {
			if name == "" && (w.ReadStep(l).State != Done || w.QuizStep(l).State != Done) {
				return m.Title, nil
			}
		}
	}
	if name == "" {
		return "", errors.New("every lesson is done: name the module to be asked about")
	}
	found := slices.DeleteFunc(slices.Clone(modules), func(m string) bool {
		return !strings.Contains(strings.ToLower(m), strings.ToLower(name))
	})
	for _, m := range found {
		if len(found) == 1 || strings.EqualFold(m, name) {
			return m, nil
		}
	}
	return "", &ModuleError{Name: name, Modules: modules}
}

// ModuleError says that no module, or more than one, has that name.
type ModuleError struct {
	Name    string
	Modules []string // those that there are
}

func (e *ModuleError) Error() string {
	return fmt.Sprintf("no one module has %q in its name: there are %s", e.Name, strings.Join(e.Modules, "; "))
}

// TestOut starts a round on a module: at most ten of the harder questions, taken
// from each of its lessons in turn.
func (w *Workbook) TestOut(module string, shuffle *rand.Rand) (*Round, error) {
	m := w.Course.Module(module)
	if m == nil {
		return nil, fmt.Errorf("there is no module %q to be asked about", module)
	}
	var piles [][]*course.Question
	for _, l := range m.Lessons {
		pile := slices.DeleteFunc(slices.Clone(w.Course.QuestionsOf(l.ID)), func(q *course.Question) bool { return q.Difficulty < testOutDifficulty })
		shuffle.Shuffle(len(pile), func(i, j int) { pile[i], pile[j] = pile[j], pile[i] })
		if len(pile) == 0 { // nothing would vouch for it
			return nil, fmt.Errorf("%s cannot be tested out of, because lesson %d has no questions hard enough: read it instead", module, l.Number)
		}
		piles = append(piles, pile)
	}
	var questions []*course.Question
	for i := 0; len(questions) < testOutQuestions; i++ {
		before := len(questions)
		for _, pile := range piles {
			if i < len(pile) && len(questions) < testOutQuestions {
				questions = append(questions, pile[i])
			}
		}
		if len(questions) == before {
			break
		}
	}
	r := w.Ask(shuffle, questions...)
	r.testOut = &TestOut{Module: module, Lessons: m.Lessons}
	return r, nil
}

// answered ends the round after a miss. What it returns records the end of a
// round without one, and does nothing before that.
func (t *TestOut) answered(r *Round, right bool) (record func(context.Context) error) {
	if !right {
		t.Missed, r.queue = true, nil
	}
	if t.Missed || len(r.queue) > 0 {
		return func(context.Context) error { return nil }
	}
	var ids []string
	for _, l := range t.Lessons {
		ids = append(ids, l.ID)
	}
	return r.workbook.recording(progress.Event{Kind: progress.KindTestOut, Lessons: ids})
}

// Titles names the lessons: "3 Goroutines that end; 13 Fan out safely".
func (t *TestOut) Titles() string {
	var out []string
	for _, l := range t.Lessons {
		out = append(out, fmt.Sprintf("%d %s", l.Number, l.Title))
	}
	return strings.Join(out, "; ")
}

// Outcome says, at the end of the round, what came of it.
func (t *TestOut) Outcome() string {
	if t.Missed {
		return "That one was not right, so the test ends here. Nothing is lost: your progress is as it was, and what you missed is in the lessons: " + t.Titles() + "."
	}
	return "All right at the first try. These lessons and their quizzes count as done: " + t.Titles() + ". The katas are waiting for you."
}
