package report

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/workspace"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// fakeGrader judges each suite as one says, the last one first.
type fakeGrader struct {
	judge func(grade.Suite) grade.Verdict
	err   error
}

func (g fakeGrader) GradeAll(_ context.Context, suites []grade.Suite, tell func(i int, v grade.Verdict)) error {
	for i, s := range slices.Backward(suites) {
		tell(i, g.judge(s))
	}
	return g.err
}

// contents are those of a workspace of the small course.
func contents(t *testing.T) workspace.Contents {
	t.Helper()
	c, err := workspace.NewContents(coursetest.Sources(t, coursetest.Files(t)), coursetest.Course(t), "v1.2.0")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// requireClean requires that no workspace is left.
func requireClean(t *testing.T) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "leakproof-regrade-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestClaimAgainstVerdict(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, test := range []struct {
		status  explain.Status
		outcome Outcome
		failed  []string
	}{
		{explain.Pass, Holds, []string{}},
		{explain.Fail, Refuted, []string{"TestReadWorks"}},
		{explain.CompileError, Refuted, []string{}},
		{explain.Timeout, Refuted, []string{}},
		{explain.Untrusted, Refuted, []string{}},
		{explain.Unavailable, Undecided, []string{}},
	} {
		judge := func(root string) Grader {
			if _, err := os.Stat(filepath.Join(root, "katas", kata, "notes_test.go")); err != nil {
				t.Errorf("no workspace: %v", err)
			}
			return fakeGrader{judge: func(s grade.Suite) grade.Verdict {
				if got := string(s.Answer["katas/"+kata+"/notes.go"]); got != "mine" || len(s.Answer) != 1 {
					t.Errorf("the answer is %q", s.Answer)
				}
				v := grade.Verdict{Status: test.status, Summary: "So it is" + explain.GoOn + ".\x1b\nNot this.", Origin: "self"}
				for _, name := range test.failed {
					v.Tests = append(v.Tests, explain.Test{Name: "TestPasses", Status: explain.Pass}, explain.Test{Name: name, Status: explain.Fail})
				}
				return v
			}}
		}
		got, err := Regrade(t.Context(), coursetest.Course(t), contents(t), judge, solved(t))
		if err != nil {
			t.Fatal(err)
		}
		summary := "So it is" + explain.GoOn + "." // which is nothing for whoever grades
		if test.status == explain.Pass {
			summary = "So it is."
		}
		want := []Regraded{{
			Kata: kata, Hash: hash("mine"), Claim: explain.Pass, Claimed: "self",
			Outcome: test.outcome, Status: test.status, Summary: summary, Failed: test.failed, Origin: "regrade",
		}}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Regraded{}, "OfKata")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.status, diff)
		}
	}
	requireClean(t)
}

// TestNothingToRun needs no grader.
func TestNothingToRun(t *testing.T) {
	without, forged, none := solved(t), solved(t), solved(t)
	without.Katas[0].Solved.Files = nil
	forged.Katas[0].Solved.Files["notes.go"] = "another"
	none.Katas[0].Solved = nil
	for want, r := range map[Outcome]Report{Undecided: without, Refuted: forged} {
		got, err := Regrade(t.Context(), coursetest.Course(t), contents(t), nil, r)
		if err != nil || len(got) != 1 || got[0].Outcome != want || got[0].Origin != "" || got[0].Summary == "" {
			t.Errorf("%+v, %v; want %s", got, err, want)
		}
	}
	if got, err := Regrade(t.Context(), coursetest.Course(t), contents(t), nil, none); err != nil || len(got) > 0 {
		t.Errorf("no claim: %+v, %v", got, err)
	}
}

func TestWhatHindersARegrade(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	judge := fakeGrader{judge: func(grade.Suite) grade.Verdict { return grade.Verdict{Status: explain.Pass} }, err: errors.New("a folder is left")}
	use := func(string) Grader { return judge }
	got, err := Regrade(t.Context(), coursetest.Course(t), contents(t), use, solved(t))
	if !errors.Is(err, judge.err) || len(got) != 1 || got[0].Outcome != Holds {
		t.Errorf("%+v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := Regrade(ctx, coursetest.Course(t), contents(t), use, solved(t)); !errors.Is(err, context.Canceled) || got != nil {
		t.Errorf("interrupted: %+v, %v", got, err)
	}
	requireClean(t)
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone"))
	if _, err := Regrade(t.Context(), coursetest.Course(t), contents(t), use, solved(t)); err == nil {
		t.Error("there is no place for a workspace")
	}
}

// TestRegradingForReal grades a near miss of one kata and a good repair of another.
func TestRegradingForReal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds with the race detector")
	}
	src := course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS}
	c, err := course.Load(src)
	if err != nil {
		t.Fatal(err)
	}
	all, err := workspace.NewContents(src, c, "v1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	r := Report{}
	for id, variant := range map[string]string{"01-loop-cancel": "wrong-break", "05-lost-cancel": "solution"} {
		k := c.Kata(id)
		s := &Solution{Files: map[string]string{}, Hash: course.Hash(k.Source(k.Variant(variant).Files)), Origin: grade.CI}
		for name, text := range k.Variant(variant).Files {
			s.Files[name] = string(text)
		}
		r.Katas = append(r.Katas, Kata{ID: id, Solved: s})
	}
	got, err := Regrade(t.Context(), c, all, func(root string) Grader { return &grade.Grader{Runner: &gorun.Runner{Root: root}} }, r)
	if err != nil || len(got) != len(r.Katas) {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, g := range got {
		want := Regraded{Outcome: Holds, Status: explain.Pass, Failed: []string{}}
		if g.Kata == "01-loop-cancel" {
			want = Regraded{Outcome: Refuted, Status: explain.Fail, Failed: []string{"TestTheEndOfTheContextStopsTheRebuild"}}
		}
		if g.Outcome != want.Outcome || g.Status != want.Status || g.Origin != grade.Regrade || g.Claimed != grade.CI || !cmp.Equal(g.Failed, want.Failed) {
			t.Errorf("%+v", g)
		}
	}
}
