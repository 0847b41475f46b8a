package course_test

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/nightly"
	"example.com/leakproof/internal/tools/asbuilt"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// loaded is the real course, loaded once: tests only look at it.
var loaded = sync.OnceValues(func() (*course.Course, error) {
	return course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
})

// content is the real course.
func content(t *testing.T) *course.Course {
	t.Helper()
	c, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const root = "../.."

func TestContentIsSound(t *testing.T) {
	for _, row := range content(t).Matrix() {
		if row.Taught && len(row.Questions) == 0 {
			t.Errorf("%s %q is taught but no question asks about it", row.Point.ID, row.Point.Title)
		}
	}
}

// TestPrograms runs the programs of the lessons and of their questions: each ends
// by itself and succeeds. What a learner can run from a lesson prints what fits
// under the text. What the program of a trace question prints, many times at night,
// is its right option each time, and no wrong one ever.
func TestPrograms(t *testing.T) {
	c := content(t)
	var shown []string
	for _, l := range c.Lessons {
		for _, s := range l.Sections {
			for _, b := range s.Blocks {
				if b.Kind == course.Run {
					shown = append(shown, b.File)
				}
			}
		}
	}
	programs := slices.Clone(shown)
	var traces []*course.Question
	for _, q := range c.Questions {
		if q.Program() != "" {
			traces = append(traces, q)
			programs = append(programs, q.CodeFile)
		}
	}
	built := buildPrograms(t, programs)
	for _, program := range shown {
		t.Run(path.Dir(program), func(t *testing.T) {
			t.Parallel() // most of them wait
			fitsUnderTheText(t, output(t, built[program]))
		})
	}
	for _, q := range traces {
		t.Run(q.ID, func(t *testing.T) {
			t.Parallel()
			for range nightly.Times(1, 50) {
				onlyTheRightOptionIs(t, q, output(t, built[q.CodeFile]))
			}
		})
	}
}

func fitsUnderTheText(t *testing.T, printed string) {
	t.Helper()
	const maxLines, maxColumns = 24, 76
	lines := strings.Split(printed, "\n")
	if len(lines) > maxLines || printed == "" {
		t.Errorf("it printed %d lines, want 1 to %d:\n%s", len(lines), maxLines, printed)
	}
	for _, line := range lines {
		if n := len([]rune(line)); n > maxColumns {
			t.Errorf("%d columns, want at most %d: %s", n, maxColumns, line)
		}
	}
}

func onlyTheRightOptionIs(t *testing.T, q *course.Question, printed string) {
	t.Helper()
	for i, o := range q.Options {
		if o.Right != (o.Text == printed) {
			t.Fatalf("it printed:\n%s\noption %d (right: %v) is:\n%s", printed, i+1, o.Right, o.Text)
		}
	}
}

// buildPrograms builds programs, given by their main.go, by one command, and returns
// where each one is.
func buildPrograms(t *testing.T, mains []string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	built, folders := map[string]string{}, map[string]string{}
	// Without symbols, which nothing printed needs: linking is most of the time.
	args := append(append([]string{"build"}, asbuilt.Flags()...), "-ldflags=-s -w", "-o", dir+string(filepath.Separator))
	for _, main := range mains {
		folder := path.Dir(main)
		name := path.Base(folder)
		if other, ok := folders[name]; ok {
			t.Fatalf("two programs are called %s, in %s and %s: give one of the folders another name", name, other, folder)
		}
		folders[name] = folder
		args = append(args, "./"+folder)
		built[main] = filepath.Join(dir, name)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return built
}

// output is what a program prints, without the line breaks at its end.
func output(t *testing.T, program string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program)
	// Otherwise a race binary waits a second before it exits.
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the program failed: %v\n%s", err, out)
	}
	return strings.TrimRight(string(out), "\n")
}

// TestLessonAndQuizCodeIsVetted at night: .ci/run vets everything each time.
func TestLessonAndQuizCodeIsVetted(t *testing.T) {
	if !nightly.On() {
		t.Skip("not run: go vet of the lessons and the quiz: .ci/run does it, and so does the night")
	}
	cmd := exec.CommandContext(t.Context(), "go", append(append([]string{"vet"}, asbuilt.Flags()...), "./lessons/...", "./quiz/...")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}

// TestTheLessonsTakeFiveHours at most, all of them.
func TestTheLessonsTakeFiveHours(t *testing.T) {
	all := 0
	for _, l := range content(t).Lessons {
		all += l.Minutes
	}
	t.Logf("%d minutes", all)
	if all > 300 {
		t.Errorf("the lessons take %d minutes, want at most 300: shorten some", all)
	}
}

// TestEveryBeliefIsSpokenOf: one that no option, test or variant stands for is
// left from an older question.
func TestEveryBeliefIsSpokenOf(t *testing.T) {
	c := content(t)
	spoken := map[string]bool{}
	for _, q := range slices.Concat(c.Questions, c.Predictions()) {
		spoken[q.Misconception] = true
		for _, o := range q.Options {
			spoken[o.Misconception] = true
		}
	}
	for _, k := range c.Katas {
		for _, test := range k.Tests {
			spoken[test.Misconception] = true
		}
		for _, v := range k.Variants {
			spoken[v.Misconception] = true
		}
	}
	for id := range c.Misconceptions {
		if !spoken[id] {
			t.Errorf("nothing speaks of the misconception %q: take it out of quiz/misconceptions", id)
		}
	}
}

// TestEveryPointHasItsHome holds that the guide is whole.
func TestEveryPointHasItsHome(t *testing.T) {
	for _, row := range content(t).Matrix() {
		if !row.Taught {
			t.Errorf("%s %q: its home, lessons/%s, does not stand", row.Point.ID, row.Point.Title, row.Point.Lesson)
		}
	}
}

// TestATestThatWasNotBegunIsKnown: go test cannot tell a learner's test that
// notices nothing from a good one, but it can tell that nothing was written yet.
func TestATestThatWasNotBegunIsKnown(t *testing.T) {
	for _, k := range content(t).Katas {
		if !k.AsksForATest() {
			continue
		}
		rest := string(k.Suite[k.Dir()+"/rest_test.go"])
		if want := fmt.Sprintf("kit.Begun(t, %q, %q)", k.File, k.StartHash()); !strings.Contains(rest, want) {
			t.Errorf("%s/rest_test.go does not say %s", k.Dir(), want)
		}
	}
}

// TestEveryPointThatAsksForALabHasOne holds that nothing of the plan is left.
func TestEveryPointThatAsksForALabHasOne(t *testing.T) {
	for _, row := range content(t).Matrix() {
		if row.LabToCome() {
			t.Errorf("no lab shows %s %q: name it in teaches of a lab.toml, or take lab out in lessons/curriculum.toml", row.Point.ID, row.Point.Title)
		}
	}
}

// TestEveryLabIsMeasured by its script, and what was measured is what its curves
// show. What nobody could measure at a mark, such as the p99 while nothing is
// answered, is left out there.
func TestEveryLabIsMeasured(t *testing.T) {
	for _, lab := range content(t).Labs {
		if lab.Measured == nil {
			t.Errorf("%s has no measured.toml: run leakproof lab %s --headless --measured %s/measured.toml", lab.ID, lab.ID, lab.Dir())
			continue
		}
		for _, curve := range lab.Curves {
			for _, id := range curve.Numbers {
				i := slices.IndexFunc(lab.Measured.Rows, func(r course.MeasuredRow) bool { return r.Number == id })
				if i < 0 {
					t.Errorf("%s/measured.toml does not say %s: run the script again", lab.Dir(), id)
				}
			}
		}
		for _, mark := range lab.Measured.Marks {
			if !slices.ContainsFunc(lab.Measured.Rows, func(r course.MeasuredRow) bool { _, ok := r.At[mark]; return ok }) {
				t.Errorf("%s/measured.toml says nothing of %s: run the script again", lab.Dir(), mark)
			}
		}
	}
}
