package workbook

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/workspace"
)

// open is a workbook on the small course, with its kata in a clone.
func open(t *testing.T, verdict grade.Verdict) *Workbook {
	t.Helper()
	state := t.TempDir()
	log, err := progress.Open(state)
	if err != nil {
		t.Fatal(err)
	}
	wb := &Workbook{
		Course: coursetest.Course(t), Log: log, Now: time.Now,
		Space: workspace.Workspace{Root: t.TempDir(), Backup: filepath.Join(state, "backups"), Attempts: filepath.Join(state, "attempts")},
		Grade: func(context.Context, grade.Suite) (grade.Verdict, error) { return verdict, nil },
	}
	k := wb.Course.Katas[0]
	if err := os.MkdirAll(wb.Space.Dir(k), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(wb.Space.Path(k), k.Start(), 0o644); err != nil {
		t.Fatal(err)
	}
	return wb
}

// recorded is what the progress log holds.
func recorded(t *testing.T, wb *Workbook) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(wb.Space.Backup), "progress.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func states(wb *Workbook) []StepState {
	var out []StepState
	for _, s := range wb.Path() {
		out = append(out, s.State)
	}
	return out
}

func TestPathFollowsWhatTheLearnerDoes(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.Fail})
	ctx := t.Context()
	l, k := wb.Course.Lessons[0], wb.Course.Katas[0]
	want := []StepState{Open, Open, Open, Open} // a lesson, its quiz, its lab, a kata
	requireStates := func(when string) {
		t.Helper()
		if diff := cmp.Diff(want, states(wb)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	requireStates("at first")

	for i, s := range l.Sections {
		if err := wb.MarkRead(ctx, l, s); err != nil {
			t.Fatal(err)
		}
		want[0] = Started
		if i == len(l.Sections)-1 {
			want[0] = Done
		}
		requireStates("after section " + s.ID)
	}
	if next, ok := wb.Next(); !ok || next.Kind != QuizStep {
		t.Errorf("next after the lesson: %+v", next)
	}

	round := wb.Quiz(l, rand.New(rand.NewPCG(1, 2)))
	for round.Question() != nil {
		if _, err := answer(ctx, round, rightChoice(round.Question())); err != nil {
			t.Fatal(err)
		}
	}
	want[1] = Done
	requireStates("after the quiz")

	for _, lab := range []struct {
		status string
		want   StepState
	}{{progress.LabSeen, Started}, {progress.LabMet, Done}, {progress.LabSeen, Done}} {
		if err := wb.record(ctx, progress.Event{Kind: progress.KindLab, Lab: wb.Course.Labs[0].ID, Status: lab.status}); err != nil {
			t.Fatal(err)
		}
		want[2] = lab.want
		requireStates("after the lab was " + lab.status)
	}

	if _, err := wb.Check(ctx, k, nil); err != nil {
		t.Fatal(err)
	}
	want[3] = Started
	requireStates("after a refused repair")

	wb.Grade = func(context.Context, grade.Suite) (grade.Verdict, error) {
		return grade.Verdict{Status: explain.Pass}, nil
	}
	if _, err := wb.Check(ctx, k, nil); err != nil {
		t.Fatal(err)
	}
	want[3] = Done
	requireStates("after green")
	if _, ok := wb.Next(); ok {
		t.Error("something is next although all is done")
	}
}

// rightChoice is the answer that a question accepts.
func rightChoice(q *course.Question) []int {
	var out []int
	for i, o := range q.Options {
		if o.Right || q.Kind == course.Order {
			out = append(out, i)
		}
	}
	return out
}

func TestUnavailableIsNoTry(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.Unavailable})
	k := wb.Course.Katas[0]
	if _, err := wb.Check(t.Context(), k, nil); err != nil {
		t.Fatal(err)
	}
	if wb.Log.State().KataTried(k.ID) {
		t.Error("a run that could not take place counts as a try")
	}
}

func TestOutsideACloneNothingIsRun(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.Pass})
	wb.Space.Root = ""
	v, err := wb.Check(t.Context(), wb.Course.Katas[0], nil)
	if err != nil || v.Status != explain.Unavailable || !strings.Contains(v.Summary, "--dir") {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestAResetByAnOlderProgramTakesNoUpdateBack: the clone brings another suite
// than the program, which would put its own in that place.
func TestAResetByAnOlderProgramTakesNoUpdateBack(t *testing.T) {
	wb := open(t, grade.Verdict{})
	k := wb.Course.Katas[0]
	edited := []byte("package notes // repaired\n")
	if err := os.WriteFile(wb.Space.Path(k), edited, 0o644); err != nil {
		t.Fatal(err)
	}
	archive := "An archive.\n\n"
	for name, data := range k.Suite {
		archive += "-- " + name + " --\n" + string(data) + "// as an update has it\n"
	}
	if err := os.MkdirAll(filepath.Join(wb.Space.Root, "solutions"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(wb.Space.Root, "solutions", "pristine.txtar"), []byte(archive), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := wb.Reset(t.Context(), k)
	if err == nil || !strings.Contains(err.Error(), "another version than this program") {
		t.Errorf("Reset = %v, want that the clone is of another version", err)
	}
	if now, err := wb.Space.Read(k); err != nil || string(now) != string(edited) {
		t.Errorf("the file is %q, %v", now, err)
	}
}

func TestCorrectedTypoKeepsTheAnswer(t *testing.T) {
	wb := open(t, grade.Verdict{})
	q := wb.Course.Questions[0]
	if _, err := answer(t.Context(), wb.Ask(rand.New(rand.NewPCG(1, 2)), q), rightChoice(q)); err != nil {
		t.Fatal(err)
	}
	q.Stem += " (without the typo)"
	if len(wb.unanswered([]*course.Question{q})) != 0 {
		t.Error("a new wording lost the answer")
	}
	q.Revision++
	if len(wb.unanswered([]*course.Question{q})) != 1 {
		t.Error("a new meaning kept the answer")
	}
}

func TestMissedQuestionComesBackUntilAnswered(t *testing.T) {
	wb := open(t, grade.Verdict{})
	a, b := wb.Course.Question("close-first"), wb.Course.Question("close-why")
	r := wb.Ask(rand.New(rand.NewPCG(1, 2)), a, b)
	answer := func(choice ...int) Feedback {
		t.Helper()
		f, err := answer(t.Context(), r, choice)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := answer(1)
	want := []Reason{
		{Option: a.Options[0], Right: true},
		{Option: a.Options[1], Chosen: true, Belief: wb.Course.Misconceptions["collector-closes"]},
		{Option: a.Options[2]},
	}
	if diff := cmp.Diff(want, f.Reasons); f.Right || diff != "" {
		t.Errorf("feedback on a wrong answer: %v (-want +got):\n%s", f.Right, diff)
	}
	if r.Question() != b || r.Missed() {
		t.Fatal("the other question does not come first")
	}
	answer(0)
	for range 3 {
		if r.Question() != a || !r.Missed() {
			t.Fatal("the missed question does not come back")
		}
		answer(2)
	}
	if f := answer(0); !f.Right || f.Explanation() == "" {
		t.Errorf("feedback on the right answer: %+v", f)
	}
	if r.Question() != nil || r.FirstTry() != 1 {
		t.Errorf("at the end: question %v, %d at the first try", r.Question(), r.FirstTry())
	}
	if got := r.Astray(); len(got) != 1 || got[0] != a {
		t.Errorf("missed: %v, want the first question once", got)
	}
}

func TestARoundSaysWhereOneIs(t *testing.T) {
	wb := open(t, grade.Verdict{})
	r := wb.Ask(rand.New(rand.NewPCG(1, 2)), wb.Course.Question("close-first"), wb.Course.Question("close-why"))
	at := func(answered bool, want string) {
		t.Helper()
		if got := r.Place(answered); got != want {
			t.Errorf("Place(%v) = %q, want %q", answered, got, want)
		}
	}
	at(false, "question 1 of 2, 0 right so far")
	r.Answer([]int{1})
	at(true, "question 1 of 2, 0 right so far")
	at(false, "question 2 of 2, 0 right so far")
	r.Answer([]int{0})
	at(false, "asked again, 1 of 2 right so far")
}

func TestATypedAnswerIsAChoice(t *testing.T) {
	wb := open(t, grade.Verdict{})
	q := &course.Question{
		ID: "typed", Revision: 1, Kind: course.Type, Lesson: "01-close", Accept: []string{"a closed handle"},
		Options: []course.Option{{Text: "closed", Right: true}, {Text: "open", Misconception: "collector-closes"}},
	}
	for typed, right := range map[string]bool{" CLOSED ": true, "A  closed handle": true, "open": false, "ajar": false, "": false} {
		f, _ := wb.Ask(rand.New(rand.NewPCG(1, 2)), q).Answer(q.Typed(typed))
		if f.Right != right {
			t.Errorf("%q is right: %v, want %v", typed, f.Right, right)
		}
		if belief := f.Reasons[1].Belief; (belief != nil) != (typed == "open") {
			t.Errorf("%q speaks of %v", typed, belief)
		}
	}
	q.Exact = true
	if q.Typed("Closed") != nil || q.Typed("closed") == nil {
		t.Error("an exact answer is not compared letter by letter")
	}
}

func TestASectionSaysWhatAQuestionAsks(t *testing.T) {
	wb := open(t, grade.Verdict{})
	asked, free := wb.Course.Question("close-first"), wb.Course.Question("close-why")
	if got := wb.SaidIn(asked); got != "Lesson 1, The handle that stays" {
		t.Errorf("a checkpoint is said in %q", got)
	}
	if got := wb.SaidIn(free); got != "Lesson 1, Close what you open" {
		t.Errorf("a question of the lesson is said in %q", got)
	}
	free.Section = "the-habit"
	if got := wb.SaidIn(free); got != "Lesson 1, The habit" {
		t.Errorf("a question that names its section is said in %q", got)
	}
}

func TestOrderNeverComesOutSorted(t *testing.T) {
	wb := open(t, grade.Verdict{})
	q := wb.Course.Question("close-order")
	for seed := range uint64(50) {
		if r := wb.Ask(rand.New(rand.NewPCG(seed, 0)), q); q.Correct(r.Order()) {
			t.Fatalf("seed %d shows the answer: %v", seed, r.Order())
		}
	}
}

func TestQuizAsksWhatIsOpenAndThenAll(t *testing.T) {
	wb := open(t, grade.Verdict{})
	l := wb.Course.Lessons[0]
	shuffle := rand.New(rand.NewPCG(1, 2))
	total := func() int { _, n := wb.Quiz(l, shuffle).Progress(); return n }
	if got := total(); got != 6 {
		t.Fatalf("%d questions at first", got)
	}
	for want := 5; want >= 0; want-- {
		r := wb.Quiz(l, shuffle)
		if _, err := answer(t.Context(), r, rightChoice(r.Question())); err != nil {
			t.Fatal(err)
		}
		if got := total(); got != want && want > 0 {
			t.Errorf("%d questions, want %d", got, want)
		}
	}
	if got := total(); got != 6 {
		t.Errorf("%d questions when all are answered, want all of them", got)
	}
}

func TestHintsAreRecordedOnce(t *testing.T) {
	wb := open(t, grade.Verdict{})
	k := wb.Course.Katas[0]
	for _, tier := range []int{1, 2, 1} {
		h, err := wb.Hint(t.Context(), k, tier)
		if err != nil || h.Title != k.Hints[tier-1].Title {
			t.Errorf("hint %d: %q, %v", tier, h.Title, err)
		}
	}
	if got := wb.Log.State().HintTier(k.ID); got != 2 {
		t.Errorf("tier %d is recorded, want 2", got)
	}
	if _, err := wb.Hint(t.Context(), k, 4); err == nil {
		t.Error("there is no fourth hint")
	}
}

func TestDiffAgainstTheReference(t *testing.T) {
	wb := open(t, grade.Verdict{})
	k := wb.Course.Katas[0]
	text, err := wb.Diff(k, k.Variant("solution"))
	if err != nil || !strings.Contains(text, `+const Version = "solution"`) {
		t.Errorf("%q, %v", text, err)
	}
	if text, err := wb.Diff(k, k.Variant("start")); err != nil || text != "" {
		t.Errorf("against itself: %q, %v", text, err)
	}
}

func TestPlaceOf(t *testing.T) {
	k := coursetest.Course(t).Katas[0]
	for _, tc := range []struct {
		verdict *grade.Verdict
		want    int
	}{
		{nil, 1},
		{&grade.Verdict{Summary: "It is fine."}, 1},
		{&grade.Verdict{Detail: "katas/x/notes.go:12:2: undefined: y"}, 12},
		{&grade.Verdict{Detail: "my_notes.go:12:2"}, 1},
		{&grade.Verdict{Tests: []explain.Test{
			{Status: explain.Pass, Output: "notes.go:3"},
			{Status: explain.Fail, Message: "started at notes.go:41"},
		}}, 41},
	} {
		if name, got := PlaceOf(k, tc.verdict); got != tc.want || name != k.File {
			t.Errorf("PlaceOf(%+v) = %s:%d, want %s:%d", tc.verdict, name, got, k.File, tc.want)
		}
	}
}

// TestAWorkspaceOfAnotherVersionIsKnown: what init writes says which suites it has.
func TestAWorkspaceOfAnotherVersionIsKnown(t *testing.T) {
	wb := open(t, grade.Verdict{})
	k := wb.Course.Katas[0]
	for _, other := range []bool{false, true} {
		contents, err := workspace.NewContents(coursetest.Sources(t, coursetest.Files(t)), wb.Course, "v1.0.0")
		if err != nil {
			t.Fatal(err)
		}
		if suite := k.Dir() + "/notes_test.go"; other {
			contents.Files[suite] = append(contents.Files[suite], "// as another version has it\n"...)
		}
		wb.Space.Root = filepath.Join(t.TempDir(), "leakproof")
		if err := workspace.Create(wb.Space.Root, "", contents); err != nil {
			t.Fatal(err)
		}
		if _, err := wb.Reset(t.Context(), k); (err != nil) != other || other && !strings.Contains(err.Error(), "leakproof update") {
			t.Errorf("of another version: %t; Reset = %v", other, err)
		}
	}
}

// answer answers a round's question and records it.
func answer(ctx context.Context, r *Round, choice []int) (Feedback, error) {
	f, record := r.Answer(choice)
	return f, record(ctx)
}

// TestAClockThatWasPutBackIsNotedOnce: what was answered on the clock of the future is due a day or more after the note, also if
// nothing else is ever recorded.
func TestAClockThatWasPutBackIsNotedOnce(t *testing.T) {
	wb := open(t, grade.Verdict{})
	today := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	wb.Now = func() time.Time { return today.AddDate(5, 0, 0) }
	r := wb.Ask(rand.New(rand.NewPCG(1, 2)), wb.Course.Questions[0])
	if _, err := answer(t.Context(), r, rightChoice(r.Question())); err != nil {
		t.Fatal(err)
	}
	wb.Now = func() time.Time { return today }
	for range 2 {
		if err := wb.NoteClock(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(recorded(t, wb), `"clock"`); n != 1 {
		t.Errorf("noted %d times, want once", n)
	}
	wb.Now = func() time.Time { return today.AddDate(0, 1, 0) }
	if due := wb.Review().Due; len(due) != 1 {
		t.Errorf("%d questions are due a month later, want 1", len(due))
	}
}
