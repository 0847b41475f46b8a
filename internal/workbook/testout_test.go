package workbook

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/grade"
)

func startTestOut(t *testing.T, wb *Workbook) *Round {
	t.Helper()
	r, err := wb.TestOut(wb.Course.Modules[0].Title, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTestingOutCountsTheLessonAndItsQuizAsDone(t *testing.T) {
	wb := open(t, grade.Verdict{})
	r := startTestOut(t, wb)
	if _, total := r.Progress(); total != 2 {
		t.Errorf("%d questions, want the 2 of difficulty 2 or more", total)
	}
	for r.Question() != nil {
		if got := states(wb); got[0] == Done {
			t.Fatal("done before the last answer")
		}
		if _, err := answer(t.Context(), r, rightChoice(r.Question())); err != nil {
			t.Fatal(err)
		}
	}
	if r.TestOut().Missed {
		t.Error("missed, although all was right")
	}
	if diff := cmp.Diff([]StepState{Done, Done, Open, Open}, states(wb)); diff != "" {
		t.Errorf("lesson, quiz, lab, kata (-want +got):\n%s", diff)
	}
	if detail := wb.Path()[0].Detail; detail != "tested out" {
		t.Errorf("the detail is %q", detail)
	}
	l := wb.Course.Lessons[0]
	if wb.Log.State().SectionRead(l.ID, l.Sections[0].ID) {
		t.Error("a section counts as read")
	}
	if _, total := wb.Quiz(l, rand.New(rand.NewPCG(1, 2))).Progress(); total != 6 {
		t.Errorf("the quiz asks %d questions, want all 6: none was answered", total)
	}
	// What was read all the same is still told as it is.
	for _, s := range l.Sections {
		if err := wb.MarkRead(t.Context(), l, s); err != nil {
			t.Fatal(err)
		}
	}
	if detail := wb.Path()[0].Detail; detail == "tested out" {
		t.Error("a lesson that was read is told as tested out")
	}
}

func TestAMissEndsTheTestAndTakesNothing(t *testing.T) {
	wb := open(t, grade.Verdict{})
	l := wb.Course.Lessons[0]
	quiz := wb.Quiz(l, rand.New(rand.NewPCG(1, 2)))
	for quiz.Question() != nil {
		if _, err := answer(t.Context(), quiz, rightChoice(quiz.Question())); err != nil {
			t.Fatal(err)
		}
	}
	before := states(wb)
	events := recorded(t, wb)

	r := startTestOut(t, wb)
	f, err := answer(t.Context(), r, nil)
	if err != nil || f.Right {
		t.Fatalf("%+v, %v", f, err)
	}
	if r.Question() != nil || !r.TestOut().Missed {
		t.Error("it goes on after a miss")
	}
	if done, total := r.Progress(); done != 0 || total != 2 {
		t.Errorf("progress %d of %d, want 0 of 2", done, total)
	}
	if diff := cmp.Diff(before, states(wb)); diff != "" {
		t.Errorf("a miss changed the path (-before +after):\n%s", diff)
	}
	if got := recorded(t, wb); got != events {
		t.Errorf("events were recorded: %s", got[len(events):])
	}
}

func TestTestOutAsksAboutEachLessonAndNotTooMuch(t *testing.T) {
	wb := open(t, grade.Verdict{})
	second := *wb.Course.Lessons[0]
	second.ID = "02-second"
	wb.Course.Lessons = append(wb.Course.Lessons, &second)
	m := wb.Course.Modules[0]
	m.Lessons = append(m.Lessons, &second)
	if _, err := wb.TestOut(m.Title, rand.New(rand.NewPCG(1, 2))); err == nil {
		t.Error("a lesson without questions can be tested out of")
	}
	hard := *wb.Course.Question("close-spot")
	for i := range 20 {
		q := hard
		q.ID = fmt.Sprintf("more-%d", i)
		wb.Course.Questions = append(wb.Course.Questions, &q)
	}
	last := hard
	last.ID, last.Lesson = "of-the-second", second.ID
	wb.Course.Questions = append(wb.Course.Questions, &last)

	r := startTestOut(t, wb)
	asked := map[string]bool{}
	for r.Question() != nil {
		asked[r.Question().ID] = true
		if _, err := answer(t.Context(), r, rightChoice(r.Question())); err != nil {
			t.Fatal(err)
		}
	}
	if len(asked) != testOutQuestions || !asked["of-the-second"] {
		t.Errorf("asked %d questions: %v", len(asked), asked)
	}
}

func TestModulesGoByAPartOfTheirName(t *testing.T) {
	wb := open(t, grade.Verdict{})
	wb.Course.Modules = []*course.Module{{Title: "Goroutines", Lessons: wb.Course.Lessons}, {Title: "Goroutines and bounds"}}
	for name, want := range map[string]string{"bounds": "Goroutines and bounds", "goroutines": "Goroutines", "": "Goroutines", "gorou": "", "x": ""} {
		got, err := wb.FindModule(name)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("FindModule(%q) = %q, %v; want %q", name, got, err, want)
		}
		var unknown *ModuleError
		if want == "" && !errors.As(err, &unknown) {
			t.Errorf("FindModule(%q): %v", name, err)
		}
	}
	r := startTestOut(t, wb)
	for r.Question() != nil {
		if _, err := answer(t.Context(), r, rightChoice(r.Question())); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := wb.FindModule(""); err == nil {
		t.Error("something is next although every lesson is done")
	}
}
