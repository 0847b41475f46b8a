// Package course loads the lessons, the labs, the quiz and the katas from their embedded
// files into one checked whole: what there is, in which order, and how the
// parts refer to each other. A mistake in the content is refused with its
// file, its line and what to do about it.
package course

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// Sources are the content folders. The paths in them are relative to the
// folder, as the embedding packages provide them. The folder katas is not among
// them, because learners work in it: its briefs and suites come from the
// archive of pristine files in solutions.
type Sources struct {
	Lessons   fs.FS
	Quiz      fs.FS
	Solutions fs.FS
}

// Course is everything there is to learn, in order, with every reference
// between its parts resolved.
type Course struct {
	Lessons        []*Lesson
	Katas          []*Kata
	Questions      []*Question
	Labs           []*Lab
	Points         []Point
	Modules        []*Module
	Plan           []PlannedKata
	Misconceptions map[string]*Misconception
}

// Point is one teaching point of the curriculum.
type Point struct {
	ID     string
	Title  string
	Lesson string   // home lesson, which may still be planned
	Katas  []string // that practise it; they may still be planned
	Lab    bool     // to be shown by a lab
	Recap  bool     // Lesson comes back to it: a kata may practise it before
}

// Module is a stretch of the path on one subject.
type Module struct {
	Title   string
	About   string // its subject, in a sentence or two
	Lessons []*Lesson
}

// PlannedKata is a kata that exists or will.
type PlannedKata struct {
	ID    string
	Title string
}

// Misconception is a wrong belief that wrong answers and wrong repairs share.
type Misconception struct {
	ID    string
	Says  string // the belief
	Truth string // what is so instead
}

// Problem is one mistake in the content, with what to do about it.
type Problem struct {
	File string // path below the module root
	Line int    // 1-based; 0 when the file as a whole is meant
	Text string
}

func (p Problem) Error() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
	}
	return fmt.Sprintf("%s: %s", p.File, p.Text)
}

// loader collects problems while it reads, so that an author sees all of them
// at once.
type loader struct {
	src      Sources
	course   *Course
	modules  [][]string // the ids of the lessons of each module
	problems []error
}

func (l *loader) problem(file string, line int, format string, args ...any) {
	l.problems = append(l.problems, Problem{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// each runs do for 0 to n-1, side by side: who starts the program waits for
// it. Each call has a loader of its own, so that problems keep their order.
func (l *loader) each(n int, do func(l *loader, i int)) {
	parts := make([]*loader, n)
	var wg sync.WaitGroup
	for i := range parts {
		parts[i] = &loader{src: l.src, course: l.course}
		wg.Go(func() { do(parts[i], i) })
	}
	wg.Wait()
	for _, part := range parts {
		l.problems = append(l.problems, part.problems...)
	}
}

// Load reads and checks the whole content. The error, if any, joins one
// [Problem] for each mistake found.
func Load(src Sources) (*Course, error) {
	l := &loader{src: src, course: &Course{Misconceptions: map[string]*Misconception{}}}
	l.loadCurriculum()
	l.loadMisconceptions()
	// Everything else refers to these two. What could not be read cannot be
	// referred to: complaints about that would bury the cause.
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	l.each(2, func(l *loader, i int) {
		if i == 0 {
			l.loadLessons()
			l.loadQuizzes()
		} else {
			l.loadKatas()
		}
	})
	if len(l.problems) == 0 {
		l.checkReferences()
	}
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	return l.course, nil
}

// Lesson returns the lesson with that id, or nil.
func (c *Course) Lesson(id string) *Lesson {
	return find(c.Lessons, func(l *Lesson) bool { return l.ID == id })
}

// Kata returns the kata with that id, or nil.
func (c *Course) Kata(id string) *Kata {
	return find(c.Katas, func(k *Kata) bool { return k.ID == id })
}

// Module returns the module with that title, or nil.
func (c *Course) Module(title string) *Module {
	return find(c.Modules, func(m *Module) bool { return m.Title == title })
}

// ModuleOf returns the module with that lesson, or nil.
func (c *Course) ModuleOf(lesson string) *Module {
	return find(c.Modules, func(m *Module) bool {
		return slices.ContainsFunc(m.Lessons, func(l *Lesson) bool { return l.ID == lesson })
	})
}

// KatasAfter returns the katas that stand after a lesson, in the order of their
// numbers: it is the last one that they need.
func (c *Course) KatasAfter(lesson string) []*Kata {
	return slices.DeleteFunc(slices.Clone(c.Katas), func(k *Kata) bool { return k.After() != lesson })
}

// Question returns the question with that id, or nil.
func (c *Course) Question(id string) *Question {
	return find(c.Questions, func(q *Question) bool { return q.ID == id })
}

// QuestionsOf returns the quiz of one lesson, in the order of its file.
func (c *Course) QuestionsOf(lesson string) []*Question {
	var out []*Question
	for _, q := range c.Questions {
		if q.Lesson == lesson {
			out = append(out, q)
		}
	}
	return out
}

func find[T any](list []*T, match func(*T) bool) *T {
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i]
	}
	return nil
}

// numbered splits "23-leaky-fanout" into 23 and "leaky-fanout".
func numbered(id string) (number int, name string, ok bool) {
	prefix, name, found := strings.Cut(id, "-")
	if !found || name == "" || len(prefix) != 2 {
		return 0, "", false
	}
	for _, r := range prefix {
		if r < '0' || r > '9' {
			return 0, "", false
		}
		number = number*10 + int(r-'0')
	}
	return number, name, true
}
