package grade

import (
	"os/exec"
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
)

// inGit commits the workbook as the base branch, and sets what CI sets.
func (b *bench) inGit() {
	b.t.Helper()
	b.t.(*testing.T).Setenv("CI", "true")
	b.t.(*testing.T).Setenv(BaseVariable, "base")
	for _, args := range [][]string{{"init", "--quiet", "--initial-branch=base"}, {"add", "."}, {"commit", "--quiet", "--message=start"}} {
		b.git(args...)
	}
}

func (b *bench) git(args ...string) {
	b.t.Helper()
	cmd := exec.CommandContext(b.t.Context(), "git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
	cmd.Dir = b.root
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Skipf("no git to compare with: %v: %s", err, out)
	}
}

// wantOrigin asks without a run, which the origin does not depend on.
func (b *bench) wantOrigin(want, note string) {
	b.t.Helper()
	g := &Grader{Runner: b.grader.Runner, LearnerTests: b.grader.LearnerTests}
	got := g.origin(b.t.Context())
	if got.ran != want || !strings.Contains(got.note, note) || (note == "") != (got.note == "") {
		b.t.Errorf("origin %q, note %q; want %q, %q", got.ran, got.note, want, note)
	}
}

func TestTheOriginIsTold(t *testing.T) {
	b := newBench(t, nil)
	b.inGit()
	b.remove(testFile)
	if v := b.grade(); v.Origin != "ci" || v.Program.Module != "example.com/leakproof" || v.Program.Go == "" || len(v.Program.Base) < 40 || len(v.Program.Suite) != 64 || len(v.Notes) != 0 {
		t.Errorf("origin %q of grader %+v with CI=true, notes %q", v.Origin, v.Program, v.Notes)
	}
}

func TestALearnersFilesMayDifferFromTheBase(t *testing.T) {
	b := newBench(t, nil)
	b.inGit()
	b.write(map[string]string{testFile: badAnswer, testDir + "/helper.go": "package leakyfanout\n", "verdicts.json": "{}"})
	b.wantOrigin("ci", "")
	t.Setenv("CI", "")
	b.wantOrigin("self", "")
}

// TestATestThatLearnersWriteMayDiffer: in some katas that is what they do.
func TestATestThatLearnersWriteMayDiffer(t *testing.T) {
	b := newBench(t, nil)
	b.inGit()
	b.write(map[string]string{testDir + "/own_test.go": "package leakyfanout\n"})
	b.wantOrigin("self", testDir+"/own_test.go is not as in base")
	b.grader.LearnerTests = []string{testDir + "/own_test.go"}
	b.wantOrigin("ci", "")
}

// TestAGraderFromTheGradedBranchIsNotCI changes what the program is built from,
// or grades with, in each way that a branch can.
func TestAGraderFromTheGradedBranchIsNotCI(t *testing.T) {
	for name, c := range map[string]struct {
		touch func(b *bench)
		note  string
	}{
		"an emptied suite":      {func(b *bench) { b.write(map[string]string{testSuite: "package leakyfanout_test\n"}) }, testSuite + " is not as in base"},
		"an edited kit":         {func(b *bench) { b.write(map[string]string{testKit: "package kit\n"}) }, testKit + " is not as in base"},
		"another go.mod":        {func(b *bench) { b.write(map[string]string{"go.mod": "module example.com/workbook\n"}) }, "go.mod is not as in base"},
		"a file that is new":    {func(b *bench) { b.write(map[string]string{"internal/grade/more.go": "package grade\n"}) }, "internal/grade/more.go is not as in base"},
		"a file that is hidden": {func(b *bench) { b.write(map[string]string{".git/info/exclude": "*.go\n", "more.go": "package main\n"}) }, "more.go is not as in base"},
		"a commit": {func(b *bench) {
			b.git("checkout", "--quiet", "-b", "branch")
			b.write(map[string]string{testSuite: "package leakyfanout_test\n"})
			b.git("commit", "--quiet", "--all", "--message=easier")
		}, testSuite + " is not as in base"},
		"no base": {func(b *bench) { b.t.(*testing.T).Setenv(BaseVariable, "") }, "name that branch in LEAKPROOF_BASE"},
		"a base that is not there": {func(b *bench) { b.t.(*testing.T).Setenv(BaseVariable, "origin/main") },
			"git cannot compare this clone with origin/main"},
		"no clone": {func(b *bench) { b.remove(".git") }, "git cannot compare"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.inGit()
			c.touch(b)
			b.wantOrigin("self", c.note)
		})
	}
}

func TestAProgramOfAnotherRevisionIsNotCI(t *testing.T) {
	b := newBench(t, nil)
	b.inGit()
	if _, problem := b.grader.comparedWithBase(t.Context(), "0123abc"); !strings.Contains(problem, "built from revision 0123abc, which is not base") {
		t.Errorf("it says %q", problem)
	}
}

// TestAnEmptiedSuiteInProgramAndCloneIsNoPassOfCI is what a branch does that
// empties a suite on disk and in the archive of the program that is built there.
func TestAnEmptiedSuiteInProgramAndCloneIsNoPassOfCI(t *testing.T) {
	b := newBench(t, nil)
	b.inGit()
	empty := "package leakyfanout_test\n\nimport \"testing\"\n\nfunc TestAdds(*testing.T) {}\n"
	b.write(map[string]string{testFile: badAnswer, testSuite: empty})
	before := b.grade().Program.Suite
	b.suite.Files[testSuite] = []byte(empty)
	v := b.want(explain.Pass)
	if v.Program.Suite == before {
		t.Error("the other suite has the same hash")
	}
	if v.Origin != "self" || len(v.Notes) != 1 || !strings.Contains(v.Notes[0], testSuite) {
		t.Errorf("origin %q, notes %q", v.Origin, v.Notes)
	}
}
