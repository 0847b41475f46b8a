package grade

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/explain"
)

func TestAnHonestAnswerPasses(t *testing.T) {
	t.Setenv("CI", "")
	b := newBench(t, nil)
	b.grader.quick = false
	v := b.want(explain.Pass, "all 2 tests passed with the race detector on")
	if !v.Race || v.Kata != testKata || v.Origin != "self" || v.Elapsed <= 0 || len(v.Notes) > 0 {
		t.Errorf("verdict %+v", v)
	}
	if len(v.Tests) != 2 || v.Tests[0].Name != "TestAdds" || v.Tests[1].Name != "TestAddsZero" {
		t.Errorf("tests %+v", v.Tests)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{`"kata"`, `"status":"pass"`, `"summary"`, `"tests"`, `"race":true`, `"elapsed_ns"`, `"origin":"self"`, `"grader":{"module":"example.com/leakproof"`} {
		if !strings.Contains(string(out), key) {
			t.Errorf("JSON %s lacks %s", out, key)
		}
	}
}

func TestAWrongAnswerFailsWithTheMessageOfTheSuite(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{testFile: badAnswer})
	v := b.want(explain.Fail, "2 of 2 tests failed; start with TestAdds: got -1; the contract says 3")
	if got := v.Tests[0]; got.File != testSuite || got.Line != 12 {
		t.Errorf("the failure is at %s:%d, want where the suite calls the kit", got.File, got.Line)
	}
	if got := v.Tests[1]; got.File != testSuite || got.Line != 16 || got.Message != "got -1;\nthe contract allows no negative sum" {
		t.Errorf("%q at %s:%d, want the kit's message and the place of the test", got.Message, got.File, got.Line)
	}
}

func TestAnAnswerElsewhereIsGradedInPlace(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{
		testFile:               "not Go",
		testDir + "/helper.go": "not Go",
	})
	b.suite.Answer = map[string][]byte{testFile: []byte(goodAnswer)}
	b.want(explain.Pass)
	b.suite.Answer[testFile] = []byte(badAnswer)
	b.want(explain.Fail, "TestAdds")
	b.remove(testFile)
	b.suite.Answer[testFile] = []byte(goodAnswer)
	b.grader.Shuffle, b.grader.CPU = "on", []int{1, 2, 8}
	b.want(explain.Pass)
}

func TestOfSeveralFilesAnyMayBeRenamed(t *testing.T) {
	b := newBench(t, nil)
	b.suite.Several = true
	b.write(map[string]string{testDir + "/renamed.go": goodAnswer})
	b.want(explain.CompileError, "redeclared")
	b.remove(testFile)
	b.want(explain.Pass)
	b.remove(testDir + "/renamed.go")
	b.want(explain.Unavailable, testDir+" has no Go file of yours")
}

// TestTheCanaryLeavesGOMAXPROCSAlone: with this seed the canary runs first.
func TestTheCanaryLeavesGOMAXPROCSAlone(t *testing.T) {
	b := newBench(t, map[string]string{testDir + "/procs_test.go": `package leakyfanout_test

import (
	"runtime"
	"testing"
)

var seen []int

func TestProcs(t *testing.T) {
	seen = append(seen, runtime.GOMAXPROCS(0))
	if len(seen) == 2 && (seen[0] != 1 || seen[1] != 2) {
		t.Errorf("GOMAXPROCS was %v", seen)
	}
}
`})
	b.grader.Shuffle, b.grader.CPU = "1", []int{1, 2}
	b.want(explain.Pass)
}

func TestACompileErrorNamesItsPlace(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{testFile: "package leakyfanout\n\nfunc Add(a, b int) int { return c }\n"})
	v := b.want(explain.CompileError, testFile+":3:33: undefined: c")
	if len(v.Tests) > 0 || !strings.Contains(v.Detail, "undefined: c") {
		t.Errorf("tests %+v, detail %q", v.Tests, v.Detail)
	}
	if strings.Contains(v.Detail+v.Summary, os.TempDir()) {
		t.Errorf("a temporary file shows: %s\n%s", v.Summary, v.Detail)
	}
}

func TestARaceIsAttributedToItsTest(t *testing.T) {
	b := newBench(t, nil)
	b.grader.quick = false
	b.write(map[string]string{testFile: `package leakyfanout

func Add(a, b int) int {
	sum := a
	done := make(chan bool)
	go func() {
		sum += b
		close(done)
	}()
	if a == 1 {
		sum += 0
	}
	<-done
	return sum
}
`})
	v := b.want(explain.Fail, "1 of 2 tests failed; start with TestAdds: data race: ", testFile+":7", testFile+":11")
	if !v.Race || !strings.Contains(v.Detail, "WARNING: DATA RACE") {
		t.Errorf("race %v, detail %q", v.Race, v.Detail)
	}
}

// TestLeaksAfterTheLastTestAreFound is why the canary must not fail the run:
// goleak.VerifyTestMain looks at successful runs only.
func TestLeaksAfterTheLastTestAreFound(t *testing.T) {
	sums, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, map[string]string{
		"go.mod": "module example.com/workbook\n\ngo 1.26.0\n\nrequire go.uber.org/goleak v1.3.0\n",
		"go.sum": string(sums),
		testDir + "/main_test.go": `package leakyfanout_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
`,
	})
	b.want(explain.Pass)
	b.write(map[string]string{testFile: `package leakyfanout

func Add(a, b int) int {
	go func() { select {} }()
	return a + b
}
`})
	b.want(explain.Fail, "goroutines were left running at "+testFile+":4")
}

func TestAHangIsATimeoutWithItsStacks(t *testing.T) {
	b := newBench(t, nil)
	b.grader.Limit = begins
	b.grader.grace = time.Minute
	b.write(map[string]string{testFile: "package leakyfanout\n\nfunc Add(a, b int) int {\n\tselect {}\n}\n"})
	v := b.want(explain.Timeout, "TestAdds had not ended after 2s", testFile+":4")
	if !strings.Contains(v.Detail, "goroutine ") {
		t.Errorf("no stacks in the detail: %q", v.Detail)
	}
}

func TestTheLimitDoesNotCountTheBuild(t *testing.T) {
	b := newBench(t, nil)
	b.grader.buildLimit = time.Nanosecond
	b.want(explain.Unavailable, "the build did not end in time")
}

func TestOutputWithoutEndIsStopped(t *testing.T) {
	b := newBench(t, nil)
	b.grader.OutputLimit = 64 << 10
	b.write(map[string]string{testFile: `package leakyfanout

import "fmt"

func Add(a, b int) int {
	for {
		fmt.Println("again")
	}
}
`})
	v := b.want(explain.Fail, "TestAdds printed without end and was stopped")
	if len(v.Detail) > detailLimit+100 || len(v.Tests[0].Output) > 16<<10+100 {
		t.Errorf("%d bytes of detail, %d of output", len(v.Detail), len(v.Tests[0].Output))
	}
}

func TestAMissingAnswerSaysHowToGetItBack(t *testing.T) {
	b := newBench(t, nil)
	b.remove(testFile)
	b.want(explain.Unavailable, testFile+" does not exist", "`leakproof reset 23` brings the file back")
	if err := os.Mkdir(onDisk(b.root, testFile), 0o755); err != nil {
		t.Fatal(err)
	}
	b.want(explain.Unavailable, testFile+" is not a file to check", "it is a folder", "`leakproof reset 23`")
	b.remove(testDir)
	b.want(explain.Unavailable, "`leakproof reset 23`")
}

func TestASuiteWithoutTestsDecidesNothing(t *testing.T) {
	b := newBench(t, nil)
	b.suite.Files[testSuite] = []byte("package leakyfanout_test\n")
	b.want(explain.Unavailable, "it has no tests")
}

func TestACancelledRunHasNoVerdict(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b := newBench(t, nil)
	if v, err := b.grader.Grade(ctx, b.suite); !errors.Is(err, context.Canceled) || v.Status != "" {
		t.Errorf("Grade = %+v, %v, want nothing and context.Canceled", v, err)
	}
	// The grader does not remember what it could not find out.
	b.want(explain.Pass)
}

func TestAModuleRootBehindALink(t *testing.T) {
	b := newBench(t, nil)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(b.root, link); err != nil {
		t.Skip(err)
	}
	b.write(map[string]string{testSuite: "package leakyfanout_test\n"})
	b.grader.Runner.Root = link
	v := b.want(explain.Untrusted, testSuite)
	if got := statuses(v.Tests); got != "pass pass" {
		t.Errorf("the suite was not restored: %s", got)
	}
}

func TestALineWithoutABreakDoesNoHarm(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{testFile: `package leakyfanout

import (
	"fmt"
	"os"
)

func Add(a, b int) int {
	fmt.Print("adding")
	fmt.Fprint(os.Stderr, "...")
	return a + b
}
`})
	b.want(explain.Pass)
}
