package course_test

import (
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// content loads the real course.
func content(t *testing.T) *course.Course {
	t.Helper()
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const root = "../.."

func TestContentIsSound(t *testing.T) {
	c := content(t)
	for _, row := range c.Matrix() {
		if row.Taught && row.Point.Kata && len(row.Katas) == 0 {
			t.Logf("%s %q is taught but no kata practises it yet", row.Point.ID, row.Point.Title)
		}
	}
}

func TestLessonAndQuizCodeIsVetted(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "vet", "./lessons/...", "./quiz/...")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}

// TestTraceKeysAreWhatTheProgramsPrint runs the program of each trace question
// many times under the race detector. The right option must be its output each
// time, and no wrong option may ever be.
func TestTraceKeysAreWhatTheProgramsPrint(t *testing.T) {
	const runs = 20
	dir := t.TempDir()
	for _, q := range content(t).Questions {
		if q.Kind != course.Trace {
			continue
		}
		t.Run(q.ID, func(t *testing.T) {
			program := filepath.Join(dir, q.ID)
			build := exec.CommandContext(t.Context(), "go", "build", "-race", "-o", program, "./"+path.Dir(q.CodeFile))
			build.Dir = root
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("go build: %v\n%s", err, out)
			}
			for range runs {
				out, err := exec.CommandContext(t.Context(), program).Output()
				if err != nil {
					t.Fatalf("the program failed: %v\n%s", err, out)
				}
				printed := strings.TrimRight(string(out), "\n")
				for i, o := range q.Options {
					if o.Right != (o.Text == printed) {
						t.Fatalf("it printed:\n%s\noption %d (right: %v) is:\n%s", printed, i+1, o.Right, o.Text)
					}
				}
			}
		})
	}
}

// TestTheLongestOptionIsNoHint holds that who always picks the longest option
// of a single question does not do better than chance, give or take what a
// small bank allows.
func TestTheLongestOptionIsNoHint(t *testing.T) {
	longest, chance, n := 0, 0.0, 0
	for _, q := range content(t).Questions {
		if q.Kind != course.Single {
			continue
		}
		n++
		chance += 1 / float64(len(q.Options))
		best := q.Options[0]
		for _, o := range q.Options[1:] {
			if len(o.Text) > len(best.Text) {
				best = o
			}
		}
		if best.Right {
			longest++
		}
	}
	if slack := 1.0; float64(longest) > chance+slack {
		t.Errorf("in %d of %d single questions the right option is the longest; chance is %.1f: shorten right options or fill out wrong ones", longest, n, chance)
	}
}
