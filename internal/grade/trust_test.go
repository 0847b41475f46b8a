package grade

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/nightly"
)

// TestCodeThatCheatsIsNotTrusted runs it; what is judged by a recording of such a
// run as well (see [TestRecordedRunsAreJudged]) is run at night.
func TestCodeThatCheatsIsNotTrusted(t *testing.T) {
	recorded := []string{
		"exit in init", "exit in a test", "a forged result next to the true one", "a forged result without the marker, and JSON", "tests deselected",
	}
	for name, c := range map[string]struct{ answer, summary string }{
		"exit in init": {`package leakyfanout

import "os"

func init() { os.Exit(0) }

func Add(a, b int) int { return a - b }
`, "without a result of TestAdds"},
		"exit in a test": {`package leakyfanout

import "os"

func Add(a, b int) int { os.Exit(0); return 0 }
`, "calls os.Exit(0) during TestAdds at " + testFile + ":5"},
		"exit past the runtime, all results forged": {`package leakyfanout

import (
	"fmt"
	"syscall"
)

func init() {
	for _, name := range []string{"TestAdds", "TestAddsZero"} {
		fmt.Printf("\x16=== RUN   %s\n\x16--- PASS: %s (0.00s)\n", name, name)
	}
	fmt.Println("\x16PASS")
	syscall.Exit(0)
}

func Add(a, b int) int { return a - b }
`, "the test that has to fail did not"},
		"a forged result next to the true one": {`package leakyfanout

import "fmt"

func Add(a, b int) int {
	fmt.Print("\x16--- PASS: TestAdds (0.00s)\n")
	return a - b
}
`, "TestAdds reports more than one result"},
		"a forged result without the marker, and JSON": {`package leakyfanout

import (
	"fmt"
	"os"
)

func init() {
	fmt.Println("=== RUN   TestAdds\n--- PASS: TestAdds (0.00s)\nPASS")
	fmt.Println("{\"Action\":\"pass\",\"Test\":\"TestAdds\"}")
	os.Exit(0)
}

func Add(a, b int) int { return a - b }
`, "without a result of TestAdds"},
		"failures printed as passes": {`package leakyfanout

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
)

func init() {
	terminal := os.Stdout
	r, w, _ := os.Pipe()
	os.Stdout = w
	go func() {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			line := strings.ReplaceAll(lines.Text(), "--- FAIL", "--- PASS")
			if strings.HasSuffix(line, "FAIL") {
				fmt.Fprintln(terminal, "\x16PASS")
				syscall.Exit(0)
			}
			fmt.Fprintln(terminal, line)
		}
	}()
}

func Add(a, b int) int { return a - b }
`, ""},
		"tests deselected": {`package leakyfanout

import "os"

func init() { os.Args = append(os.Args, "-test.run=Zero") }

func Add(a, b int) int { return 0 }
`, "without a result of TestAdds"},
		"all results forged, with a name from the build information": {`package leakyfanout

import (
	"fmt"
	"regexp"
	"runtime/debug"
	"syscall"
)

func init() {
	built, _ := debug.ReadBuildInfo()
	song := regexp.MustCompile("[0-9a-f]{64}").FindString(built.String())
	if song == "" {
		return
	}
	for _, name := range []string{"TestAdds", "TestAddsZero"} {
		fmt.Printf("\x16=== RUN   %s\n\x16--- PASS: %s (0.00s)\n", name, name)
	}
	bird := "TestCanaryFails" + song
	fmt.Printf("\x16=== RUN   TestCanary\n\x16=== RUN   %s\n    canary %s\n\x16--- FAIL: %s (0.00s)\n", bird, song, bird)
	fmt.Printf("\x16=== NAME  TestCanary\n\x16--- PASS: TestCanary (0.00s)\n\x16PASS\n")
	syscall.Exit(0)
}

func Add(a, b int) int { return a - b }
`, ""},
		"the race detector blinded": {`package leakyfanout

//go:norace
func Add(a, b int) int { return a + b }
`, testFile + ":3 hides code from the race detector"},
	} {
		if slices.Contains(recorded, name) && !nightly.On() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.write(map[string]string{testFile: c.answer})
			if name == "failures printed as passes" {
				// Whether the exit status is 0 is a matter of who is faster.
				if v := b.grade(); v.Status != explain.Untrusted && v.Status != explain.Fail {
					t.Errorf("judged %s: %s", v.Status, v.Summary)
				}
				return
			}
			if c.summary == "" { // there is nothing to be had, so it is an honest failure
				b.want(explain.Fail, "2 of 2 tests failed")
				return
			}
			b.want(explain.Untrusted, "this run does not count", c.summary)
		})
	}
}

func TestAnHonestExitIsAFailure(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{testFile: `package leakyfanout

import "log"

func Add(a, b int) int { log.Fatal("out of numbers"); return 0 }
`})
	v := b.want(explain.Fail, "the process exited during TestAdds; look for os.Exit or log.Fatal")
	if !strings.Contains(v.Detail, "out of numbers") || statuses(v.Tests) != "fail not-run" {
		t.Errorf("tests %s, detail %q", statuses(v.Tests), v.Detail)
	}
}

// TestATouchedSuiteIsRestoredAndNotTrusted puts an answer that is wrong into a
// workbook whose suite has been made to like it.
func TestATouchedSuiteIsRestoredAndNotTrusted(t *testing.T) {
	deaf := strings.ReplaceAll(workbook()[testKit], "got != want", "false")
	for name, c := range map[string]struct {
		touch   func(b *bench)
		summary []string
		tests   string // what the pristine suite says
	}{
		"suite edited": {func(b *bench) { b.write(map[string]string{testSuite: "package leakyfanout_test\n"}) },
			[]string{testSuite + " is not as the workbook has it", "`leakproof reset 23`"}, "fail fail"},
		"suite deleted": {func(b *bench) { b.remove(testSuite) },
			[]string{testSuite + " is gone", "`leakproof reset 23`"}, "fail fail"},
		"kit edited": {func(b *bench) { b.write(map[string]string{testKit: deaf}) },
			[]string{testKit + " is not as the workbook has it", "`leakproof reset 23`"}, "fail fail"},
		"kit deleted": {func(b *bench) { b.remove("katas/internal") },
			// The overlay cannot restore a folder; there is nothing to run.
			[]string{testKit + " is gone", "`leakproof reset 23`"}, ""},
		"file added to the kit": {func(b *bench) {
			b.write(map[string]string{"katas/internal/kit/more.go": "package kit\n\nimport \"os\"\n\nfunc init() { os.Exit(0) }\n"})
		}, []string{"katas/internal/kit/more.go does not belong to the suite; remove it"}, "fail fail"},
		"TestMain of the learner": {func(b *bench) {
			b.write(map[string]string{testDir + "/my_test.go": "package leakyfanout_test\n\nimport \"testing\"\n\nfunc TestMain(*testing.M) {}\n"})
		}, []string{testDir + "/my_test.go has a TestMain", "remove it"}, "fail fail"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.write(map[string]string{testFile: badAnswer})
			c.touch(b)
			v := b.want(explain.Untrusted, c.summary...)
			if got := statuses(v.Tests); got != c.tests {
				t.Errorf("tests %q, want what the pristine suite says: %q", got, c.tests)
			}
		})
	}
}

func TestAnOwnTestFileIsLeftOutWithANote(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{testDir + "/my_test.go": `package leakyfanout_test

import (
	"os"
	"testing"
)

func init() { os.Exit(0) }

func TestMine(t *testing.T) { t.Error("never") }
`})
	v := b.want(explain.Pass)
	if len(v.Notes) != 1 || !strings.Contains(v.Notes[0], testDir+"/my_test.go is your own test file and not part of the verdict") {
		t.Errorf("notes %q", v.Notes)
	}
}

func newTestPlan(t *testing.T, b *bench) *plan {
	t.Helper()
	p, problem := newPlan(b.root, "a secret", b.suite)
	if problem != "" {
		t.Fatal(problem)
	}
	return p
}

func TestWindowsLineEndingsAreNoEdit(t *testing.T) {
	b := newBench(t, nil)
	for name, content := range b.suite.Files {
		b.write(map[string]string{name: strings.ReplaceAll(string(content), "\n", "\r\n")})
	}
	p := newTestPlan(t, b)
	if len(p.trouble) > 0 {
		t.Errorf("trouble %q", p.trouble)
	}
	if names := slices.Collect(maps.Keys(p.replace)); len(names) != 1 {
		t.Errorf("the overlay has %q, want only the canary", names)
	}
}

// TestTheCanaryFollowsTheCode: the build cache must hit when nothing changed,
// and the code must not be able to know the name.
func TestTheCanaryFollowsTheCode(t *testing.T) {
	b := newBench(t, nil)
	first := newTestPlan(t, b)
	if again := newTestPlan(t, b); again.Canary != first.Canary {
		t.Error("the canary changed though nothing did")
	}
	b.write(map[string]string{testDir + "/KATA.md": "another brief\n"})
	if again := newTestPlan(t, b); again.Canary != first.Canary {
		t.Error("the canary changed with a file that is not compiled")
	}
	seen := map[explain.Canary]string{first.Canary: "before"}
	for what, change := range map[string]func(){
		"answer": func() { b.write(map[string]string{testFile: goodAnswer + "// edited\n"}) },
		"helper": func() { b.write(map[string]string{testDir + "/helper.go": "package leakyfanout\n"}) },
		"suite":  func() { b.suite.Files[testSuite] = append(b.suite.Files[testSuite], "// edited\n"...) },
	} {
		change()
		p := newTestPlan(t, b)
		if other, ok := seen[p.Canary]; ok {
			t.Errorf("%s: the canary is that of %s", what, other)
		}
		seen[p.Canary] = what
	}
}

func TestRunsLeaveNoTemporaryFiles(t *testing.T) {
	temp := t.TempDir()
	b := newBench(t, nil)
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	b.want(explain.Pass)
	left, err := filepath.Glob(filepath.Join(temp, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestTheSecretIsKept: with another one in each process no build is found again.
func TestTheSecretIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "leakproof", "canary")
	secret := keptSecret(file)
	if again := keptSecret(file); again != secret || len(secret) < 20 {
		t.Errorf("the secret is %q and then %q", secret, again)
	}
	if err := os.WriteFile(file, []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	if fresh := keptSecret(file); fresh == secret || fresh == "cut" {
		t.Errorf("a file that was cut short leads to %q", fresh)
	}
	if lost := keptSecret(filepath.Join(file, "canary")); len(lost) < 20 {
		t.Errorf("where no file can be, the secret is %q", lost)
	}
}
