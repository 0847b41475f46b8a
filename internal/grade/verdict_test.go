package grade

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/gosource"
)

const (
	testKata  = "23-leaky-fanout"
	testDir   = "katas/23-leaky-fanout"
	testSuite = testDir + "/notes_test.go"
)

// recordedPlan is the plan behind the streams in testdata: their canary is
// named by hand.
func recordedPlan(t *testing.T) *plan {
	t.Helper()
	suite, err := os.ReadFile("testdata/notes_test.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{testSuite: suite}
	read, err := gosource.ReadSuite(testDir, files)
	if err != nil {
		t.Fatal(err)
	}
	return &plan{
		Subject: explain.Subject{
			Dir: testDir, File: testDir + "/notes.go", Suite: files, Tests: read.Tests, Repeat: 1, Limit: time.Minute,
			Canary: explain.Canary{Host: "TestCanary", Name: "TestCanaryFails", File: "zz_canary_test.go"},
		},
		machine: &gorun.Machine{}, root: "/home/ada/workbook", kata: testKata, canary: canary{message: "canary sings"},
		race: true, raceProblem: "the race detector needs a C compiler",
	}
}

// replay is the report of a recorded stream.
func replay(t *testing.T, stream []byte) *gorun.Report {
	t.Helper()
	r := gorun.NewReport()
	for line := range bytes.Lines(stream) {
		var e gorun.Event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		r.Add(e)
	}
	return r
}

func recorded(t *testing.T, name string) []byte {
	t.Helper()
	stream, err := os.ReadFile(filepath.Join("testdata", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// recordedEnding is how the go command ended a recorded run: with the status
// of the package.
func recordedEnding(r *gorun.Report) gorun.Ending {
	if r.Failed > 0 || len(r.Broken) > 0 {
		return gorun.Ending{Exit: 1}
	}
	return gorun.Ending{}
}

func statuses(tests []explain.Test) string {
	var all []string
	for _, t := range tests {
		all = append(all, string(t.Status))
	}
	return strings.Join(all, " ")
}

func TestRecordedRunsAreJudged(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  explain.Status
		tests   string
		summary string // a part of it
		detail  string // a part of it
	}{
		{"pass", explain.Pass, "pass pass pass", "all 3 tests passed with the race detector on", ""},
		{"fail", explain.Fail, "fail pass fail", "2 of 3 tests failed; start with TestAddsUp: Add(1, 2) = -1; the answer is the sum", ""},
		{"partial", explain.Fail, "fail pass fail", "start with TestAddsUp: Add(1, 2) = -1; the answer is the sum", ""},
		{"compile", explain.CompileError, "", testDir + "/notes.go:3:37: undefined: c; repair this first", "undefined: c"},
		{"vet", explain.Fail, "", "go vet, which runs before the tests, refuses " + testDir + "/notes.go:5:38: fmt.Printf format %d", "wrong type"},
		{"api", explain.CompileError, "", testDir + "/notes_test.go:12:24: undefined: leakyfanout.Add: the suite does not compile against your code", "undefined"},
		{"clause", explain.CompileError, "", "found packages other (notes.go) and leakyfanout (notes_test.go)", ""},
		{"import", explain.CompileError, "", "cannot find module providing package github.com/no/such", ""},
		{"exit0", explain.Untrusted, "not-run not-run not-run", "ended with status 0 without a result of TestAddsUp", ""},
		{"exit0-mid", explain.Untrusted, "pass fail not-run", "calls os.Exit(0) during TestAddsNothing at " + testDir + "/notes.go:5; remove", "os.Exit(0x0)"},
		{"syscall-exit", explain.Untrusted, "pass fail not-run", "ended with status 0 without a result of TestAddsNothing", ""},
		{"log-fatal", explain.Fail, "pass fail not-run", "the process exited during TestAddsNothing; look for os.Exit or log.Fatal", "no zero"},
		{"init-exit1", explain.Fail, "not-run not-run not-run", "the process exited with exit status 1 before the first test", ""},
		{"panic", explain.Fail, "pass fail not-run", "TestAddsNothing ended the whole run: panic: assignment to entry in nil map at " + testDir + "/notes.go:6; start there", "goroutine "},
		{"panic-background", explain.Fail, "pass fail not-run", "TestAddsNothing ended the whole run: panic: boom at " + testDir + "/notes.go:5", "goroutine "},
		{"parallel-panic", explain.Fail, "pass pass fail", "TestAddsLast ended the whole run: panic: two at " + testDir + "/notes.go:5", "goroutine "},
		{"fatal", explain.Fail, "fail not-run not-run", "TestAddsUp ended the whole run: fatal error: sync: unlock of unlocked mutex", "goroutine "},
		{"timeout", explain.Timeout, "pass fail not-run", "TestAddsNothing had not ended after 1m0s (" + testDir + "/notes.go:5)", "goroutine "},
		{"race", explain.Fail, "fail fail fail", "3 of 3 tests failed; start with TestAddsUp: data race: a ", "WARNING: DATA RACE"},
		{"goleak", explain.Fail, "pass pass pass", "goroutines were left running at " + testDir + "/notes.go:4; give each of them an end", "goleak"},
		{"forged", explain.Untrusted, "fail pass fail", "TestAddsUp reports more than one result", ""},
		{"forged-plain", explain.Fail, "fail pass fail", "start with TestAddsUp: Add(1, 2) = -1", ""},
		{"forged-all", explain.Untrusted, "pass pass pass", "the test that has to fail did not", ""},
		{"flag-run", explain.Untrusted, "pass not-run not-run", "without a result of TestAddsNothing", ""},
		{"flag-skip", explain.Untrusted, "pass pass not-run", "the test that has to fail did not", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := replay(t, recorded(t, c.name))
			r.Compiles = c.name == "vet"
			v := judge(recordedPlan(t), r, recordedEnding(r))
			if v.Status != c.status || statuses(v.Tests) != c.tests {
				t.Errorf("judged %s with tests %q, want %s with %q\nsummary: %s", v.Status, statuses(v.Tests), c.status, c.tests, v.Summary)
			}
			if !strings.Contains(v.Summary, c.summary) {
				t.Errorf("summary:\n%s\nwant in it:\n%s", v.Summary, c.summary)
			}
			if strings.Contains(v.Summary, "\n") {
				t.Errorf("the summary is more than one line: %q", v.Summary)
			}
			if !strings.Contains(v.Detail, c.detail) {
				t.Errorf("detail:\n%s\nwant in it: %s", v.Detail, c.detail)
			}
			for _, test := range v.Tests {
				if test.Status == explain.Fail && test.Message == "" {
					t.Errorf("%s failed without a message", test.Name)
				}
				if strings.Contains(test.Name+test.Message, "Canary") {
					t.Errorf("the canary shows: %+v", test)
				}
			}
		})
	}
}

func TestAFailureComesWithItsMessageAndPlace(t *testing.T) {
	r := replay(t, recorded(t, "fail"))
	v := judge(recordedPlan(t), r, recordedEnding(r))
	first := v.Tests[0]
	if want := "Add(1, 2) = -1; the answer is the sum\nlook at Add"; first.Message != want {
		t.Errorf("message %q, want %q: not what the test logs, not indented", first.Message, want)
	}
	if first.File != testSuite || first.Line != 13 {
		t.Errorf("the failure is at %s:%d, want line 13 of the suite", first.File, first.Line)
	}
	if !strings.Contains(first.Output, "adding 1 and 2") {
		t.Errorf("output %q lacks what the test logged", first.Output)
	}
	if passed := v.Tests[1]; passed.File != testSuite || passed.Line != 17 {
		t.Errorf("%s is at %s:%d, want its declaration", passed.Name, passed.File, passed.Line)
	}
}

func TestARaceNamesBothAccesses(t *testing.T) {
	r := replay(t, recorded(t, "race"))
	v := judge(recordedPlan(t), r, recordedEnding(r))
	want := "data race: a read at " + testDir + "/notes.go:7 and a write at " + testDir + "/notes.go:10"
	if got := v.Tests[0].Message; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
}

// TestOnePieceOfEvidenceLessIsNoPass takes single events out of a passing run,
// and doubles them.
func TestOnePieceOfEvidenceLessIsNoPass(t *testing.T) {
	lines := bytes.SplitAfter(recorded(t, "pass"), []byte("\n"))
	decisive := 0
	for i, line := range lines {
		if !bytes.Contains(line, []byte(`"Action":"run"`)) && !bytes.Contains(line, []byte(`"Action":"pass"`)) &&
			!bytes.Contains(line, []byte(`"Action":"fail"`)) && !bytes.Contains(line, []byte("canary sings")) {
			continue
		}
		if bytes.Contains(line, []byte("/zero")) {
			continue // a subtest answers to its parent
		}
		decisive++
		for what, stream := range map[string][][]byte{
			"without": append(append([][]byte{}, lines[:i]...), lines[i+1:]...),
			"twice":   append(append(append([][]byte{}, lines[:i]...), line), lines[i:]...),
		} {
			r := replay(t, bytes.Join(stream, nil))
			if v := judge(recordedPlan(t), r, gorun.Ending{}); v.Status != explain.Untrusted {
				t.Errorf("%s %s: judged %s (%s), want untrusted", what, line, v.Status, v.Summary)
			}
		}
	}
	if want := 3*2 + 4 + 1 + 1; decisive != want {
		t.Errorf("found %d decisive events, want %d", decisive, want)
	}
}

func TestATestTheSuiteDoesNotHaveIsRefused(t *testing.T) {
	for _, action := range []string{"run", "pass", "output"} {
		stream := append(recorded(t, "pass"), `{"Action":"`+action+`","Test":"TestMine"}`+"\n"...)
		v := judge(recordedPlan(t), replay(t, stream), gorun.Ending{})
		if v.Status != explain.Untrusted || !strings.Contains(v.Summary, "TestMine") {
			t.Errorf("%s: judged %s (%s), want untrusted because of TestMine", action, v.Status, v.Summary)
		}
	}
}

func TestARunPerCPUCountIsExpected(t *testing.T) {
	p := recordedPlan(t)
	if v := judge(p, replay(t, recorded(t, "cpu")), gorun.Ending{}); v.Status != explain.Untrusted {
		t.Errorf("two runs where one was asked for: judged %s, want untrusted", v.Status)
	}
	p.Repeat = 2
	if v := judge(p, replay(t, recorded(t, "cpu")), gorun.Ending{}); v.Status != explain.Pass {
		t.Errorf("judged %s (%s), want pass", v.Status, v.Summary)
	}
	if v := judge(p, replay(t, recorded(t, "pass")), gorun.Ending{}); v.Status != explain.Untrusted {
		t.Errorf("one run where two were asked for: judged %s, want untrusted", v.Status)
	}
}

func TestAStatusThatContradictsTheEventsIsNoPass(t *testing.T) {
	v := judge(recordedPlan(t), replay(t, recorded(t, "pass")), gorun.Ending{Exit: 66})
	if v.Status != explain.Fail {
		t.Errorf("judged %s (%s), want fail", v.Status, v.Summary)
	}
}

func TestWithoutTheRaceDetectorNothingPasses(t *testing.T) {
	p := recordedPlan(t)
	p.race = false
	v := judge(p, replay(t, recorded(t, "pass")), gorun.Ending{})
	if v.Status != explain.Unavailable || v.Race || !strings.Contains(v.Summary, "all 3 tests passed, but without the race detector") || !strings.Contains(v.Summary, "C compiler") {
		t.Errorf("judged %s, race %v: %s", v.Status, v.Race, v.Summary)
	}
	r := replay(t, recorded(t, "fail"))
	v = judge(p, r, recordedEnding(r))
	if v.Status != explain.Fail || len(v.Notes) != 1 {
		t.Errorf("a failure judged %s with notes %q, want fail with one note on the race detector", v.Status, v.Notes)
	}
}

func TestTroubleMakesARunUntrustedAndANoteElsewhere(t *testing.T) {
	for name, want := range map[string]explain.Status{"pass": explain.Untrusted, "fail": explain.Untrusted, "compile": explain.CompileError, "timeout": explain.Timeout} {
		p := recordedPlan(t)
		p.trouble = []string{"katas/internal/kit/kit.go is gone"}
		r := replay(t, recorded(t, name))
		v := judge(p, r, recordedEnding(r))
		told := strings.Contains(v.Summary, "kit.go is gone")
		if v.Status != explain.Untrusted {
			told = len(v.Notes) == 1 && strings.Contains(v.Notes[0], "kit.go is gone")
		}
		if v.Status != want || !told {
			t.Errorf("%s: judged %s (%s; notes %q), want %s that tells of the file", name, v.Status, v.Summary, v.Notes, want)
		}
	}
}

func TestAQuotedCrashOfAChildProcessIsAnOrdinaryFailure(t *testing.T) {
	quote := `{"Action":"output","Test":"TestAddsUp","Output":"        panic: test timed out after 1s\n"}` + "\n" +
		`{"Action":"output","Test":"TestAddsUp","Output":"        \n"}` + "\n" +
		`{"Action":"output","Test":"TestAddsUp","Output":"goroutine 1 [running]:\n"}` + "\n"
	stream := bytes.Replace(recorded(t, "fail"), []byte(`{"Package"`), []byte(`{"Package"`), 1)
	at := bytes.Index(stream, []byte(`--- FAIL: TestAddsUp`))
	at = bytes.LastIndexByte(stream[:at], '\n') + 1
	stream = append(append(append([]byte{}, stream[:at]...), quote...), stream[at:]...)
	r := replay(t, stream)
	if v := judge(recordedPlan(t), r, recordedEnding(r)); v.Status != explain.Fail || !strings.Contains(v.Summary, "2 of 3 tests failed") {
		t.Errorf("judged %s: %s", v.Status, v.Summary)
	}
}

// TestNoFailureIsDropped holds for every recorded run: what failed has a
// finding, and what passed has none.
func TestNoFailureIsDropped(t *testing.T) {
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded runs: %v", err)
	}
	for _, file := range files {
		r := replay(t, recorded(t, strings.TrimSuffix(filepath.Base(file), ".jsonl")))
		v := judge(recordedPlan(t), r, recordedEnding(r))
		if (len(v.Findings) == 0) != (v.Status == explain.Pass) {
			t.Errorf("%s: judged %s with %d findings", file, v.Status, len(v.Findings))
		}
		for _, f := range v.Findings {
			if f.Text == "" || strings.Contains(f.Text, "\n") || len(f.Text) > 603 || len(f.Stack) > 8<<10+100 {
				t.Errorf("%s: a finding of %d bytes with a stack of %d: %q", file, len(f.Text), len(f.Stack), f.Text)
			}
			for _, place := range f.Places {
				if !fs.ValidPath(place.File) || place.Line < 1 || place.What == "" {
					t.Errorf("%s: not a place below the module root: %+v", file, place)
				}
			}
		}
	}
}

func TestCompileErrorsAreAtMostTenAndInTheModule(t *testing.T) {
	r := gorun.NewReport()
	r.Broken = []string{"example.com/leakproof/katas/23-leaky-fanout"}
	r.Package = r.Broken[0]
	r.Build.WriteString("# example.com/leakproof/katas/23-leaky-fanout\n")
	for i := range 11 {
		fmt.Fprintf(&r.Build, "/tmp/leakproof-17/0_notes.go:%d:2: not enough arguments in call to f\n\thave ()\n\twant (int)\n", i+1)
	}
	v := judge(recordedPlan(t), r, gorun.Ending{Exit: 1})
	if v.Status != explain.CompileError || len(v.Findings) != 10 {
		t.Fatalf("judged %s with %d findings, want a compile error with 10", v.Status, len(v.Findings))
	}
	first := v.Findings[0]
	if want := (explain.Place{File: "katas/23-leaky-fanout/notes.go", Line: 1, What: "does not compile"}); len(first.Places) != 1 || first.Places[0] != want {
		t.Errorf("the places are %v, want %v", first.Places, want)
	}
	if first.Text != "notes.go:1: not enough arguments in call to f" || first.Stack != "have ()\nwant (int)\n" {
		t.Errorf("found %q with %q", first.Text, first.Stack)
	}
	if strings.Contains(v.Summary+v.Detail, "leakproof-17") {
		t.Errorf("the folder of the run shows: %s", v.Summary)
	}
}
