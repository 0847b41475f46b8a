package plain

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
)

func TestLessonIsReadSectionBySection(t *testing.T) {
	// Next; a wrong and a right answer; nonsense; again, skip the question;
	// back, a number that is not offered, next, skip, next, finish.
	d := newDesk(t, typing("1", "1", "2", "", "x", "1 2", "3", "0", "2", "9", "1", "0", "1", "1"))
	if err := d.Lesson(t.Context(), d.lesson); err != nil {
		t.Fatal(err)
	}
	golden(t, "lesson", d)
	state := d.wb.Log.State()
	for _, s := range d.lesson.Sections {
		if !state.SectionRead("01-ends", s.ID) {
			t.Errorf("section %s is not recorded as read", s.ID)
		}
	}
	if a, ok := state.Answered("one", 1); !ok || !a.Right || a.Times != 2 {
		t.Errorf("the checkpoint is recorded as %+v, %t; want 2 answers, the last one right", a, ok)
	}
}

func TestProgramsRunAndTasksAreTicked(t *testing.T) {
	d := newDesk(t, typing("4", "5", "3", "5", "0"))
	for _, s := range d.lesson.Sections[:2] {
		if err := d.wb.MarkRead(t.Context(), d.lesson, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Lesson(t.Context(), d.lesson); err != nil {
		t.Fatal(err)
	}
	golden(t, "section", d)
	if d.wb.Log.State().Ticked("audit") {
		t.Error("the task is still ticked after it was unticked")
	}
}

func TestLessonGoesOnAtTheFirstUnreadSection(t *testing.T) {
	d := newDesk(t, typing("0"))
	if err := d.wb.MarkRead(t.Context(), d.lesson, d.lesson.Sections[0]); err != nil {
		t.Fatal(err)
	}
	if err := d.wb.MarkRead(t.Context(), d.lesson, d.lesson.Sections[1]); err != nil {
		t.Fatal(err)
	}
	if err := d.Lesson(t.Context(), d.lesson); err != nil {
		t.Fatal(err)
	}
	if out := d.out.String(); !strings.Contains(out, "Section 3 of 3") || strings.Contains(out, "Section 1 of 3") {
		t.Errorf("did not go on at section 3:\n%s", out)
	}
}

// TestPicturesAreDrawnForWhoLooks: their words stand below them, and alone where
// a program reads the lines out.
func TestPicturesAreDrawnForWhoLooks(t *testing.T) {
	for _, drawn := range []bool{true, false} {
		d := newDesk(t, typing())
		d.Pictures = drawn
		d.PrintLesson(d.lesson)
		contains(t, d.out.String(), "Picture: A box that stands for a worker.")
		if got := strings.Contains(d.out.String(), "\n    +--+\n    |  |\n    +--+\nPicture: A box"); got != drawn {
			t.Errorf("drawn: %t, want %t:\n%s", got, drawn, d.out)
		}
	}
}

// TestWhatCanBeDoneIsNumberedWithoutAGap: a number that is missing looks like
// something that is broken.
func TestWhatCanBeDoneIsNumberedWithoutAGap(t *testing.T) {
	for _, section := range []int{0, 1, 2} {
		d := newDesk(t, typing("0"))
		if _, err := d.turn(t.Context(), d.lesson, section); !errors.Is(err, errBack) {
			t.Fatal(err)
		}
		contains(t, d.out.String(), "Type a number from 0 to ")
	}
}

func TestPrintedLessonAsksNothingAndRecordsNothing(t *testing.T) {
	d := newDesk(t, typing())
	d.PrintLesson(d.lesson)
	golden(t, "lesson-printed", d)
	if d.wb.Log.State().SectionRead("01-ends", "opening") {
		t.Error("printing a lesson counts as reading it")
	}
}

func TestQuizAsksEveryKindUntilItIsRight(t *testing.T) {
	d := newDesk(t, nil)
	// The learner knows the answers by their texts and misses the first two
	// questions once.
	missed := map[string]bool{}
	d.in.from = learner(func() string {
		q, numbers := d.asked(t)
		if len(missed) < 2 && !missed[q.ID] {
			missed[q.ID] = true
			if q.Kind == course.Single {
				return map[string]string{"1": "2", "2": "3", "3": "1"}[numbers[0]]
			}
			return numbers[0] // one of two
		}
		return strings.Join(numbers, " ")
	})
	if err := d.Quiz(t.Context(), d.lesson); err != nil {
		t.Fatal(err)
	}
	golden(t, "quiz", d)
	contains(t, d.out.String(), "All answered: 5 questions, 3 right at the first try.")
	for _, q := range d.wb.Course.Questions {
		if a, ok := d.wb.Log.State().Answered(q.ID, 1); !ok || !a.Right {
			t.Errorf("question %s is recorded as %+v, %t", q.ID, a, ok)
		}
	}
}

// learner is somebody who types a line when asked for one.
type learner func() string

func (l learner) Read(p []byte) (int, error) { return copy(p, l()+"\n"), nil }

// asked is the question on the screen with the numbers of its right answer.
func (d *desk) asked(t *testing.T) (*course.Question, []string) {
	out := d.out.String()
	screen := out[strings.LastIndex(out, "\nQuestion "):]
	for _, q := range d.wb.Course.Questions {
		if !strings.Contains(screen, paragraphs(q.Stem)) {
			continue
		}
		var numbers []string
		for _, o := range q.Options {
			if !o.Right && q.Kind != course.Order {
				continue
			}
			text, _, _ := strings.Cut(strings.ReplaceAll(o.Text, "*", ""), "\n")
			for line := range strings.SplitSeq(screen, "\n") {
				if n, rest, ok := strings.Cut(line, ". "); ok && strings.HasSuffix(rest, text) {
					numbers = append(numbers, n)
				}
			}
		}
		return q, numbers
	}
	t.Fatalf("no known question in:\n%s", screen)
	return nil, nil
}

// Content is written with line breaks of its own, which must not show.
func TestLongReasonsFlow(t *testing.T) {
	d := newDesk(t, typing("1", "1", "1"))
	long := strings.TrimSpace(strings.Repeat("some words that\ngo on and ", 9))
	q := d.wb.Course.Questions[3]
	q.Options[0].Why = long
	d.wb.Course.Misconceptions["kill"].Truth = long
	if err := d.ended(d.round(t.Context(), d.wb.Ask(d.shuffle, q), "leaves.")); err != nil {
		t.Fatal(err)
	}
	_, reason, _ := strings.Cut(d.out.String(), "\nNot right, ")
	lines := strings.Split("Not right, "+reason, "\n")
	if len(lines) < 6 {
		t.Fatalf("no reason in:\n%s", reason)
	}
	for i, line := range lines[:5] {
		next, _, _ := strings.Cut(lines[i+1], " ")
		if len(line) > columns || len(line)+1+len(next) <= columns {
			t.Errorf("a line of %d columns where %q would fit or is too much: %q", len(line), next, line)
		}
	}
}

// TestATypedAnswerIsALine: zero may be the answer, so an empty line leaves.
func TestATypedAnswerIsALine(t *testing.T) {
	q := &course.Question{
		ID: "typed", Revision: 1, Kind: course.Type, Lesson: "01-ends", Stem: "How many are left?", Explanation: "All end.",
		Options: []course.Option{
			{Text: "0", Right: true, Why: "Each has an end."},
			{Text: "1", Why: "Nothing is left.", Misconception: "kill"},
		},
	}
	d := newDesk(t, typing("1", "many", "0", ""))
	ask := func() error { return d.ended(d.round(t.Context(), d.wb.Ask(d.shuffle, q), "leaves.")) }
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	contains(t, d.out.String(), "Type the answer and press Enter. An empty line leaves.",
		"Not quite. The answer is: 0\n0: Each has an end.\n1: Nothing is left. Many believe:", "Right.\n0: Each has an end.\nIn short: All end.\n")
	if strings.Contains(strings.SplitN(d.out.String(), "Type", 2)[0], "0") {
		t.Errorf("the question tells its answer:\n%s", d.out.String())
	}
	if err := d.round(t.Context(), d.wb.Ask(d.shuffle, q), "leaves."); !errors.Is(err, errBack) {
		t.Errorf("an empty line: %v", err)
	}
}

func TestAnswersAreNumbers(t *testing.T) {
	for _, test := range []struct {
		line string
		kind course.Kind
		want string // numbers or problem
	}{
		{"2", course.Single, "2"},
		{"2.", course.Trace, "2"},
		{"1, 3", course.Multi, "13"},
		{"3 1 2", course.Order, "312"},
		{"", course.Single, "That was an empty line."},
		{" , ", course.Multi, "That was an empty line."},
		{"4", course.Single, `"4" is not a number from 1 to 3.`},
		{"-1", course.Spot, `"-1" is not a number from 1 to 3.`},
		{"two", course.Single, `"two" is not a number from 1 to 3.`},
		{"1 2", course.Single, "Exactly one answer is right; you typed 2."},
		{"1 1", course.Multi, "1 is there twice."},
		{"1 2", course.Order, "The order needs all 3 numbers; you typed 2."},
	} {
		numbers, problem := parseAnswer(test.line, test.kind, 3)
		got := problem
		for _, n := range numbers {
			got += string(rune('0' + n))
		}
		if got != test.want {
			t.Errorf("parseAnswer(%q, %s) = %q, want %q", test.line, test.kind, got, test.want)
		}
	}
}

func TestThePrintedItemsOfAnOrderAreNotInOrder(t *testing.T) {
	for _, q := range fixture().Questions {
		if order := straight(q); q.Correct(order) && q.Kind == course.Order {
			t.Errorf("question %s is printed as %v, which is its answer", q.ID, order)
		}
	}
}

func TestMenuReachesEverything(t *testing.T) {
	d := newDesk(t, typing(
		"9", "one", // no choices
		"2", "1", "0", "0", // lessons: read and leave
		"3", "2", "0", "0", // quiz over all lessons: leave
		"4", "2", "2", "4", "9", "0", "0", // katas: hint, brief, nonsense, stop
		"7", "1", "0", // test out: nothing to ask
		"8", "1", "quit", "0", // labs: start one and leave
		"5", "0"))
	if err := d.Menu(t.Context()); err != nil {
		t.Fatal(err)
	}
	golden(t, "menu", d)
}

func TestMenuSaysWhenEverythingIsDone(t *testing.T) {
	d := newDesk(t, typing("0"))
	events := []progress.Event{
		{Kind: progress.KindVerdict, Kata: "02-worker", Status: "pass"},
		{Kind: progress.KindLab, Lab: "runaway", Status: progress.LabMet},
	}
	for _, s := range d.lesson.Sections {
		events = append(events, progress.Event{Kind: progress.KindRead, Lesson: "01-ends", Section: s.ID})
	}
	for _, q := range d.wb.Course.Questions {
		events = append(events, progress.Event{Kind: progress.KindAnswer, Question: q.ID, Revision: 1, Right: true})
	}
	for _, e := range events {
		if err := d.wb.Log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Menu(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out := d.out.String(); !strings.Contains(out, "Everything is done.") || strings.Contains(out, "Go on with") {
		t.Errorf("the menu does not say that everything is done:\n%s", out)
	}
}

// The input may end at any prompt: after each number of lines of a long
// dialogue.
func TestTheEndOfTheInputEndsEveryDialogue(t *testing.T) {
	script := []string{"2", "1", "1", "0", "1", "1", "0", "3", "1", "1", "0", "0", "4", "2", "5", "0", "6", "0", "0"}
	for n := range len(script) + 1 {
		d := newDesk(t, typing(script[:n]...))
		if err := d.Menu(t.Context()); err != nil {
			t.Errorf("after %q: %v", script[:n], err)
		}
		end := "The input has ended. What you did so far is saved."
		if d.did == 0 {
			end = "The input has ended."
		}
		if lastLine(d.out.String()) != end {
			t.Errorf("after %q the dialogue ends with %q", script[:n], lastLine(d.out.String()))
		}
		if n == len(script) {
			contains(t, d.out.String(), "This is the end of the lesson.", "Quiz left:", "the comparison shows a solution", "back to its broken start?")
		}
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestTheEndOfTheInputKeepsTheLastAnswer(t *testing.T) {
	d := newDesk(t, strings.NewReader("1")) // no line end
	if err := d.Quiz(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.wb.Log.State().Answered("one", 1); !ok {
		t.Error("the last line before the end of the input was lost")
	}
}

func TestAnInterruptEndsADialogueThatWaits(t *testing.T) {
	in, learner := io.Pipe()
	d := newDesk(t, in)
	t.Cleanup(func() { _ = learner.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- d.Menu(ctx) }()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Menu after an interrupt: %v", err)
	}
}

func TestALineThatNobodyWaitedForGoesToTheNext(t *testing.T) {
	in, learner := io.Pipe()
	i := newInput(in)
	defer i.close()
	defer func() { _ = learner.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	i.ask()
	cancel()
	if _, err := i.line(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("line with an ended context: %v", err)
	}
	go func() {
		_, _ = io.WriteString(learner, "kept\n"+strings.Repeat("x", 3*maxLine)+"\nlast")
		_ = learner.Close()
	}()
	for _, want := range []string{"kept", strings.Repeat("x", maxLine), "last"} {
		if got, err := i.line(t.Context()); err != nil || got != want {
			t.Errorf("line = %.20q of %d, %v; want %.20q", got, len(got), err, want)
		}
	}
	if _, err := i.line(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("line at the end: %v", err)
	}
}

func TestOnlyOneNoteSaysThatNothingIsSaved(t *testing.T) {
	d := newDesk(t, typing("1", "0", "1", "1", "1"))
	dir := t.TempDir() + "/state"
	log, err := progress.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	d.wb.Log = log
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Lesson(t.Context(), d.lesson); err != nil {
		t.Fatal(err)
	}
	contains(t, d.out.String(), "Section 3 of 3")
	if notes := d.notes.String(); strings.Count(notes, "\n") != 1 || !strings.HasPrefix(notes, "Note: progress was not saved") {
		t.Errorf("notes: %q, want one that nothing is saved", notes)
	}
}

func TestTheLastHintShowsWhereARepairBegins(t *testing.T) {
	d := newDesk(t, typing())
	between := strings.Repeat("\n", 8)
	for id, text := range map[string]string{"start": "broken", "solution": "repaired"} {
		d.kata.Variant(id).Files["notes.go"] = []byte("// First " + text + ".\n" + between + "// Then " + text + ".\n")
	}
	for tier := range 3 {
		if strings.Contains(d.out.String(), "repaired") {
			t.Errorf("hint %d shows code", tier)
		}
		if err := d.Hint(t.Context(), d.kata, 0); err != nil {
			t.Fatal(err)
		}
	}
	contains(t, d.out.String(), "One repair begins like this.", "-// First broken.\n+// First repaired.\n")
	if strings.Contains(d.out.String(), "Then repaired") {
		t.Errorf("the hint is a solution:\n%s", d.out.String())
	}
}

func TestTestingOutInLines(t *testing.T) {
	for _, miss := range []bool{false, true} {
		d := newDesk(t, nil)
		for _, q := range d.wb.Course.Questions {
			q.Difficulty = 2
		}
		d.in.from = learner(func() string {
			q, numbers := d.asked(t)
			if miss && q.Kind == course.Order {
				return strings.Join([]string{numbers[1], numbers[0], numbers[2]}, " ")
			}
			return strings.Join(numbers, " ")
		})
		if err := d.TestOut(t.Context(), "Ends"); err != nil {
			t.Fatal(err)
		}
		text := d.out.String()
		wantPlain(t, text)
		contains(t, text, "Test out of Ends? 5 questions.")
		if miss {
			contains(t, text, "\nNot quite. The right order is:\n", "so the test ends here. Nothing is lost")
		} else {
			contains(t, text, "All right at the first try.", "The katas are waiting for you.")
		}
		if got := d.wb.Log.State().TestedOut("01-ends"); got == miss {
			t.Errorf("with a miss %t, tested out is %t", miss, got)
		}
	}
}

// TestAFailedTestNamesTheBeliefAndWhatIsSo: one without the other is half of it.
func TestAFailedTestNamesTheBeliefAndWhatIsSo(t *testing.T) {
	d := newDesk(t, typing())
	d.kata.Tests = map[string]*course.TestPurpose{"TestEnds": {Misconception: "kill", Lesson: d.lesson, Section: d.lesson.Sections[2]}}
	d.Verdict(d.kata, grade.Verdict{Status: explain.Fail, Tests: []explain.Test{{Name: "TestEnds", Status: explain.Fail}}})
	contains(t, strings.Join(strings.Fields(d.out.String()), " "),
		"Often the reason: “Something else ends it.” A goroutine ends only by itself. Lesson 1, The habit.")
}
