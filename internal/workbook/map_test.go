package workbook

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// realCourse is a workbook on the course as it is.
func realCourse(t *testing.T) *Workbook {
	t.Helper()
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		t.Fatal(err)
	}
	log, err := progress.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &Workbook{Course: c, Log: log, Now: time.Now}
}

func TestEveryStepIsOnTheMapOnceAfterWhatItNeeds(t *testing.T) {
	wb := realCourse(t)
	seen := map[string]bool{}
	for _, stage := range wb.Map() {
		for _, s := range stage.Steps {
			name := string(s.Kind) + s.ID()
			if seen[name] {
				t.Errorf("%s is on the map twice", s.Name())
			}
			seen[name] = true
			if s.Kind != RepairStep {
				continue
			}
			for _, id := range s.Kata.Lessons {
				if !seen[string(ReadStep)+id] {
					t.Errorf("%s comes before lesson %s, which it asks for", s.Name(), id)
				}
			}
		}
	}
	if want := 2*len(wb.Course.Lessons) + len(wb.Course.Labs) + len(wb.Course.Katas); len(seen) != want {
		t.Errorf("%d steps are on the map, want %d", len(seen), want)
	}
}

func TestAMapOfTwoModules(t *testing.T) {
	lesson := func(number int) *course.Lesson {
		return &course.Lesson{ID: fmt.Sprintf("%02d-l", number), Number: number, Minutes: 10, Sections: []*course.Section{{ID: "a"}, {ID: "b"}}}
	}
	kata := func(number int, lessons ...string) *course.Kata {
		return &course.Kata{ID: fmt.Sprintf("%02d-k", number), Number: number, Minutes: 15, Lessons: lessons}
	}
	wb := open(t, grade.Verdict{})
	lessons := []*course.Lesson{lesson(1), lesson(2), lesson(3)}
	wb.Course = &course.Course{
		Lessons: lessons,
		Labs:    []*course.Lab{{ID: "a", Lesson: "02-l"}, {ID: "b", Lesson: "02-l"}, {ID: "c", Lesson: "03-l"}},
		Katas:   []*course.Kata{kata(1, "01-l"), kata(2, "02-l", "01-l"), kata(3, "02-l")},
		Modules: []*course.Module{{Title: "First", About: "a", Lessons: lessons[:1]}, {Title: "Second", About: "b", Lessons: lessons[1:]}},
	}
	var got []string
	for _, stage := range wb.Map() {
		line := stage.Title + ":"
		for _, s := range stage.Steps {
			line += fmt.Sprintf(" %.3s%d", s.Kind, s.Number())
		}
		got = append(got, line)
	}
	want := []string{"First: les1 qui1 kat1", "Second: les2 qui2 lab2 lab2 kat2 kat3 les3 qui3 lab3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the map (-want +got):\n%s", diff)
	}
	if left := wb.Map()[0].Left(); left != 25 {
		t.Errorf("%d minutes left at first, want 25", left)
	}
	if err := wb.MarkRead(t.Context(), lessons[0], lessons[0].Sections[0]); err != nil {
		t.Fatal(err)
	}
	if left := wb.Map()[0].Left(); left != 20 {
		t.Errorf("%d minutes left after half a lesson, want 20", left)
	}
}

func TestWhatComesAfterAStep(t *testing.T) {
	wb := open(t, grade.Verdict{})
	l := wb.Course.Lessons[0]
	path := wb.Path() // a lesson, its quiz, its lab, a kata
	next, ok := wb.After(path[0])
	if !ok || !next.Same(path[1]) {
		t.Errorf("after the lesson comes %s, %t", next.Name(), ok)
	}
	if next, ok = wb.After(path[3]); !ok || !next.Same(path[0]) {
		t.Errorf("after the last step comes %s, %t: want the first that is not done", next.Name(), ok)
	}
	for _, s := range l.Sections {
		if err := wb.MarkRead(t.Context(), l, s); err != nil {
			t.Fatal(err)
		}
	}
	if next, ok = wb.After(path[3]); !ok || !next.Same(path[1]) {
		t.Errorf("with the lesson read, after the last step comes %s, %t", next.Name(), ok)
	}
	wb.Course.Katas, wb.Course.Labs, wb.Course.Questions = nil, nil, nil
	wb.Course.Lessons = slices.Clone(wb.Course.Lessons)
	if next, ok = wb.After(wb.Path()[1]); ok {
		t.Errorf("nothing is left, and after the quiz comes %s", next.Name())
	}
}

func TestALabIsAStepOfItsLesson(t *testing.T) {
	wb := open(t, grade.Verdict{})
	s := wb.LabStep(wb.Course.Labs[0])
	if s.ID() != "open-handles" || s.Name() != "lab on lesson 1, Open handles" || s.Detail != "5 minutes" || s.Left != 5 ||
		wb.About(s) != "A live lab: watch a service fail under load, then stop it. About 5 minutes." {
		t.Errorf("%s, %s, %s, %d, %s", s.ID(), s.Name(), s.Detail, s.Left, wb.About(s))
	}
	if got, want := strings.Join(wb.Tallies(), "; "), "Labs with their mission met: 0 of 1, 0 more begun"; !strings.Contains(got, want) {
		t.Errorf("%q lacks %q", got, want)
	}
	if steps, _ := wb.Propose(90, ""); slices.ContainsFunc(steps, s.Same) {
		t.Error("a lab is proposed")
	}
}

// TestAPredictionIsAskedInTheOrderOfTheShapes: a reader looks for "It rises" at
// the top each time.
func TestAPredictionIsAskedInTheOrderOfTheShapes(t *testing.T) {
	wb := open(t, grade.Verdict{})
	q := wb.Course.Labs[0].Predictions[0].Question
	for seed := range uint64(20) {
		if got := wb.Ask(rand.New(rand.NewPCG(seed, 0)), q).Order(); !slices.Equal(got, []int{0, 1, 2, 3}) {
			t.Fatal(got)
		}
	}
	if got := FromLab(q) + FromLab(wb.Course.Questions[0]); got != "From the lab Open handles." {
		t.Error(got)
	}
}

func TestWhyAStepIsNext(t *testing.T) {
	wb := realCourse(t)
	path, stages := wb.Path(), wb.Map()
	begun := path[1]
	begun.State, begun.Detail = Started, "2 of 3 sections"
	for _, test := range []struct {
		step Step
		want string
	}{
		{path[0], "The path begins here."},
		{path[1], "It comes next in " + stages[0].Title + "."},
		{stages[1].Steps[0], stages[1].Title + " begins with it."},
		{begun, "You began it: 2 of 3 sections."},
	} {
		if got := wb.Why(test.step); got != test.want {
			t.Errorf("%s: %q, want %q", test.step.Name(), got, test.want)
		}
	}
}

func TestTimesAreSaidInWords(t *testing.T) {
	var got []string
	for _, minutes := range []int{0, 1, 59, 60, 64, 65, 115, 119, 126, 754} {
		got = append(got, Time(minutes))
	}
	const want = "0 min, 1 min, 59 min, 1 h, 1 h, 1 h 10 min, 2 h, 2 h, 2 h 10 min, 12 h 30 min"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
}

func TestALinkToAKataSaysWhenItComes(t *testing.T) {
	early, late := &course.Lesson{ID: "01-l", Number: 1}, &course.Lesson{ID: "02-l", Number: 2}
	wb := &Workbook{Course: &course.Course{
		Lessons: []*course.Lesson{early, late},
		Katas:   []*course.Kata{{ID: "01-k", Lessons: []string{"02-l"}}},
	}}
	for _, test := range []struct {
		lesson *course.Lesson
		kata   string
		want   string
	}{
		{late, "01-k", "Practise it: kata 01-k, K."},
		{early, "01-k", "Practise it later: kata 01-k, K, after lesson 2."},
		{late, "02-k", "Later: kata 02-k, K. It is not written yet."},
	} {
		if got := wb.Practise(test.lesson, course.PlannedKata{ID: test.kata, Title: "K"}); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
