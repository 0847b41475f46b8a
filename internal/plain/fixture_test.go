package plain

import (
	"bytes"
	"context"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aymanbagabas/go-udiff"
	"go.uber.org/goleak"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a small course with one of everything.
func fixture() *course.Course {
	questions := []*course.Question{
		{
			ID: "one", Revision: 1, Kind: course.Single, Lesson: "01-ends", Difficulty: 1,
			Stem: "Who ends `worker`?", Explanation: "A goroutine ends by *itself*.",
			Options: []course.Option{
				{Text: "It **returns**", Right: true, Why: "Only its own return ends it."},
				{Text: "The runtime", Why: "The runtime ends no goroutine.", Misconception: "kill"},
				{Text: "Its parent", Why: "There is no parent.", Misconception: "kill"},
			},
		},
		{
			ID: "many", Revision: 1, Kind: course.Multi, Lesson: "01-ends", Difficulty: 1,
			Stem: "Which of these end?", Explanation: "A return and a panic end it.",
			Options: []course.Option{
				{Text: "a return", Right: true, Why: "It ends."},
				{Text: "a panic", Right: true, Why: "It ends everything."},
				{Text: "a hope", Why: "Hope ends nothing.", Misconception: "kill"},
			},
		},
		{
			ID: "prints", Revision: 1, Kind: course.Trace, Lesson: "01-ends", Difficulty: 1,
			Stem: "What does it print?", Code: "package main\n\nfunc main() {\n\tprintln(1)\n}", CodeFile: "quiz/01-ends/p/main.go",
			Explanation: "In order.",
			Options: []course.Option{
				{Text: "1\n  2", Right: true, Why: "As written."},
				{Text: "2\n1", Why: "Nothing reorders it.", Misconception: "kill"},
				{Text: "nothing", Why: "It prints.", Misconception: "kill"},
			},
		},
		{
			ID: "where", Revision: 1, Kind: course.Spot, Lesson: "01-ends", Difficulty: 1,
			Stem: "Which line waits?", Code: "package p\n\nfunc f(c chan int) {\n\t<-c\n}", CodeFile: "quiz/01-ends/s/s.go",
			Explanation: "A receive waits.",
			Options: []course.Option{
				{Text: "func f(c chan int) {", Line: 3, Why: "A call does not wait.", Misconception: "kill"},
				{Text: "<-c", Line: 4, Right: true, Why: "It waits for a send."},
				{Text: "}", Line: 5, Why: "A brace does nothing.", Misconception: "kill"},
			},
		},
		{
			ID: "order", Revision: 1, Kind: course.Order, Lesson: "01-ends", Difficulty: 1,
			Stem: "Bring it into order.", Explanation: "First things first.", Misconception: "kill",
			Options: []course.Option{
				{Text: "start", Why: "It begins."}, {Text: "work", Why: "It goes on."}, {Text: "stop", Why: "It ends."},
			},
		},
	}
	lab := &course.Lab{
		ID: "runaway", Lesson: "01-ends", Title: "The runaway", Minutes: 10,
		Numbers: []*course.Number{{ID: "goroutines", Title: "goroutines"}, {ID: "reads.p99", Title: "99 % are faster", Unit: "ms"}},
		Measured: &course.Measured{Machine: "linux/amd64, 2 cores", Marks: []string{"healthy", "broken"}, Rows: []course.MeasuredRow{
			{Number: "goroutines", At: map[string]float64{"healthy": 12, "broken": 3400}},
			{Number: "reads.p99", At: map[string]float64{"healthy": 2.5}},
		}},
	}
	lesson := &course.Lesson{
		ID: "01-ends", Number: 1, Name: "ends", Title: "Every goroutine *ends*", Summary: "How goroutines end.",
		Habit: "Name the end.", Minutes: 5,
		Sections: []*course.Section{
			{ID: "opening", Title: "Every goroutine ends", Blocks: []course.Block{
				{Kind: course.Prose, Text: "Memory **climbs**. See `net/http.Server`."},
				{Kind: course.Picture, Text: "+--+\n|  |\n+--+", Alt: "A box that stands for a worker."},
				{Kind: course.Proof, Test: "TestEnds", File: "lessons/01-ends/ends_test.go", Line: 9},
			}},
			{ID: "the-end", Title: "The `end`", Blocks: []course.Block{
				{Kind: course.Code, Text: "// Run waits.\nfunc Run() {\n\tselect {}\n}", File: "lessons/01-ends/run.go", Line: 3, Wrong: true, Test: "TestRunHangs"},
				{Kind: course.Checkpoint, Question: questions[0]},
			}},
			{ID: "the-habit", Title: "The habit", Blocks: []course.Block{
				{Kind: course.Prose, Text: "Name the end."},
				{Kind: course.Run, Text: "Ends shows one.", File: "lessons/01-ends/ends/main.go"},
				{Kind: course.Drill, Kata: course.PlannedKata{ID: "02-worker", Title: "The worker"}},
				{Kind: course.Experiment, Lab: lab, Text: lab.MeasuredTable()},
				{Kind: course.Task, Task: "audit", Text: "Write the `end` of each goroutine."},
			}},
		},
	}
	kata := &course.Kata{
		ID: "02-worker", Number: 2, Name: "worker", Title: "The worker", Minutes: 10, File: "notes.go",
		Lessons: []string{"01-ends"}, Brief: course.Brief{Incident: "Memory climbs:\n\n```text\n1 GB\n2 GB\n```", Restore: "1. `Run` returns.\n2. Nothing is left.", Keep: "3. It runs.", Rules: "Change `notes.go` only."},
		Hints: []course.Hint{{Title: "The question to ask", Text: "Who ends it?"}, {Title: "The idea", Text: "A channel."}, {Title: "The shape of the code", Text: "A select."}},
		Suite: map[string][]byte{},
		Variants: []*course.Variant{
			{ID: "start", Files: map[string][]byte{"notes.go": []byte("package worker\n\n// broken\n")}},
			{ID: "solution", Summary: "A context.", Trades: "One more parameter.", Files: map[string][]byte{"notes.go": []byte("package worker\n\n// right\n")}},
			{ID: "right-channel", Summary: "A channel.", Trades: "One more field.", Files: map[string][]byte{"notes.go": []byte("package worker\n\n// right too\n")}},
		},
	}
	return &course.Course{
		Lessons: []*course.Lesson{lesson}, Labs: []*course.Lab{lab}, Questions: questions, Katas: []*course.Kata{kata},
		Modules: []*course.Module{{Title: "Ends", About: "Who ends what.", Lessons: []*course.Lesson{lesson}}},
		Misconceptions: map[string]*course.Misconception{
			"kill": {ID: "kill", Says: "Something else ends it.", Truth: "A goroutine ends only by itself."},
		},
	}
}

// desk is a session with everything around it.
type desk struct {
	*Session
	wb     *workbook.Workbook
	kata   *course.Kata
	lesson *course.Lesson
	out    *buffer
	notes  *buffer
	file   string
}

// newDesk sets up a clone with the kata at its start, and a session that reads
// from in.
func newDesk(t *testing.T, in io.Reader) *desk {
	t.Helper()
	c, root, state := fixture(), t.TempDir(), t.TempDir()
	file := filepath.Join(root, "katas", "02-worker", "notes.go")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, c.Katas[0].Start(), 0o644); err != nil {
		t.Fatal(err)
	}
	log, err := progress.Open(state)
	if err != nil {
		t.Fatal(err)
	}
	wb := &workbook.Workbook{
		Course: c, Log: log, Space: workspace.Workspace{Root: root, Backup: filepath.Join(state, "backups"), Attempts: filepath.Join(state, "attempts")},
		Run: func(_ context.Context, folder string) (gorun.Program, error) {
			return gorun.Program{Output: "printed by " + folder, Problem: "The program ended with status 3."}, nil
		},
		Compile: func(_ context.Context, _ string, progress func(done, total int)) error {
			progress(1, 3)
			return nil
		},
		Grade: func(context.Context, grade.Suite) (grade.Verdict, error) {
			return grade.Verdict{Status: explain.Pass, Summary: "all 2 tests passed"}, nil
		},
		Watch: func(ctx context.Context, _ string) (<-chan watch.Event, error) {
			saves := make(chan watch.Event)
			go func() { <-ctx.Done(); close(saves) }()
			return saves, nil
		},
		Lab:      func(context.Context, *course.Lab) workbook.LabRun { return newLabRun() },
		Getenv:   func(string) string { return "" },
		LookPath: func(string) (string, error) { return "", exec.ErrNotFound },
		Now:      func() time.Time { return time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC) },
	}
	out, notes := &buffer{}, &buffer{}
	s := New(wb, in, out, notes)
	s.shuffle = rand.New(rand.NewPCG(1, 2))
	t.Cleanup(s.Close)
	return &desk{Session: s, wb: wb, kata: c.Katas[0], lesson: c.Lessons[0], out: out, notes: notes, file: file}
}

// typing is what a learner types, a line each; then the input ends.
func typing(lines ...string) io.Reader {
	if len(lines) == 0 {
		return strings.NewReader("")
	}
	return strings.NewReader(strings.Join(lines, "\n") + "\n")
}

// buffer may be read while a session writes to it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// take returns what was written since the last take.
func (b *buffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.b.Reset()
	return b.b.String()
}

// golden compares a transcript with testdata/NAME.txt. Every transcript has to
// be lines of plain text.
func golden(t *testing.T, name string, d *desk) {
	t.Helper()
	got := strings.ReplaceAll(d.out.String(), d.wb.Space.Backup, "BACKUPS")
	got = strings.ReplaceAll(got, d.wb.Space.Root, "CLONE")
	wantPlain(t, got)
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if w := strings.ReplaceAll(string(want), "\r\n", "\n"); got != w {
		t.Errorf("transcript differs from %s (write it anew with -update):\n%s", file, udiff.Unified("want", "got", w, got))
	}
}

// wantPlain refuses everything that a screen reader or a dumb terminal stumbles
// over: cursor movement, colour, returns without a line, drawings.
func wantPlain(t *testing.T, text string) {
	t.Helper()
	for i, r := range text {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x2500 && r <= 0x28ff {
			t.Fatalf("%q at byte %d is no plain text: %q", r, i, text[max(0, i-20):min(len(text), i+20)])
		}
	}
	for _, noise := range []string{"**", "`", "\n>", "+--"} {
		if strings.Contains(text, noise) {
			t.Errorf("the text holds %q, which is noise to a listener", noise)
		}
	}
}

func contains(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}
