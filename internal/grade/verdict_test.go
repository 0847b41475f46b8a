package grade

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	testKata  = "12-leaky-fanout"
	testDir   = "katas/12-leaky-fanout"
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
	p := &plan{
		root: "/home/ada/workbook", kata: testKata, dir: testDir, file: testDir + "/notes.go",
		suite:  map[string][]byte{testSuite: suite},
		repeat: 1, race: true, limit: time.Minute,
		raceProblem: "the race detector needs a C compiler",
		canary:      canary{host: "TestCanary", name: "TestCanaryFails", message: "canary sings"},
	}
	if err := p.readSuite(); err != nil {
		t.Fatal(err)
	}
	return p
}

// replay feeds a recorded stream through the parser, in pieces.
func replay(t *testing.T, stream []byte) *report {
	t.Helper()
	r := newReport()
	w := writerOf(r, DefaultOutputLimit, func() { t.Error("the stream is over the limit") })
	for len(stream) > 0 {
		n := min(100, len(stream))
		if _, err := w.Write(stream[:n]); err != nil {
			t.Fatal(err)
		}
		stream = stream[n:]
	}
	return r
}

// writerOf is a writer whose events are all those of one report.
func writerOf(r *report, limit int, full func()) *eventWriter {
	return &eventWriter{of: func(event) *report { return r }, limit: limit, full: full, started: func(*report) {}, ended: func(*report) {}}
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
func recordedEnding(r *report) ending {
	if r.failed > 0 || len(r.broken) > 0 {
		return ending{exit: 1}
	}
	return ending{}
}

func statuses(tests []Test) string {
	var all []string
	for _, t := range tests {
		all = append(all, string(t.Status))
	}
	return strings.Join(all, " ")
}

func TestRecordedRunsAreJudged(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  Status
		tests   string
		summary string // a part of it
		detail  string // a part of it
	}{
		{"pass", Pass, "pass pass pass", "all 3 tests passed with the race detector on", ""},
		{"fail", Fail, "fail pass fail", "2 of 3 tests failed; start with TestAddsUp: Add(1, 2) = -1; the answer is the sum", ""},
		{"partial", Fail, "fail pass fail", "start with TestAddsUp: Add(1, 2) = -1; the answer is the sum", ""},
		{"compile", CompileError, "", testDir + "/notes.go:3:37: undefined: c; repair this first", "undefined: c"},
		{"vet", CompileError, "", testDir + "/notes.go:5:38: fmt.Printf format %d", "wrong type"},
		{"api", CompileError, "", testDir + "/notes_test.go:12:24: undefined: leakyfanout.Add: the suite does not compile against your code", "undefined"},
		{"clause", CompileError, "", "found packages other (notes.go) and leakyfanout (notes_test.go)", ""},
		{"import", CompileError, "", "cannot find module providing package github.com/no/such", ""},
		{"exit0", Untrusted, "not-run not-run not-run", "ended with status 0 without a result of TestAddsUp", ""},
		{"exit0-mid", Untrusted, "pass fail not-run", "calls os.Exit(0) during TestAddsNothing at " + testDir + "/notes.go:5; remove", "os.Exit(0x0)"},
		{"syscall-exit", Untrusted, "pass fail not-run", "ended with status 0 without a result of TestAddsNothing", ""},
		{"log-fatal", Fail, "pass fail not-run", "the process exited during TestAddsNothing; look for os.Exit or log.Fatal", "no zero"},
		{"init-exit1", Fail, "not-run not-run not-run", "the process exited with exit status 1 before the first test", ""},
		{"panic", Fail, "pass fail not-run", "TestAddsNothing ended the whole run: panic: assignment to entry in nil map at " + testDir + "/notes.go:6; start there", "goroutine "},
		{"panic-background", Fail, "pass fail not-run", "TestAddsNothing ended the whole run: panic: boom at " + testDir + "/notes.go:5", "goroutine "},
		{"parallel-panic", Fail, "pass pass fail", "TestAddsLast ended the whole run: panic: two at " + testDir + "/notes.go:5", "goroutine "},
		{"fatal", Fail, "fail not-run not-run", "TestAddsUp ended the whole run: fatal error: sync: unlock of unlocked mutex", "goroutine "},
		{"timeout", Timeout, "pass fail not-run", "TestAddsNothing had not ended after 1m0s (" + testDir + "/notes.go:5)", "goroutine "},
		{"race", Fail, "fail fail fail", "3 of 3 tests failed; start with TestAddsUp: data race: a ", raceHeading},
		{"goleak", Fail, "pass pass pass", "goroutines were left running at " + testDir + "/notes.go:4; give each of them an end", "goleak"},
		{"forged", Untrusted, "fail pass fail", "TestAddsUp reports more than one result", ""},
		{"forged-plain", Fail, "fail pass fail", "start with TestAddsUp: Add(1, 2) = -1", ""},
		{"forged-all", Untrusted, "pass pass pass", "the test that has to fail did not", ""},
		{"flag-run", Untrusted, "pass not-run not-run", "without a result of TestAddsNothing", ""},
		{"flag-skip", Untrusted, "pass pass not-run", "the test that has to fail did not", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := replay(t, recorded(t, c.name))
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
				if test.Status == Fail && test.Message == "" {
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
			if v := judge(recordedPlan(t), r, ending{}); v.Status != Untrusted {
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
		v := judge(recordedPlan(t), replay(t, stream), ending{})
		if v.Status != Untrusted || !strings.Contains(v.Summary, "TestMine") {
			t.Errorf("%s: judged %s (%s), want untrusted because of TestMine", action, v.Status, v.Summary)
		}
	}
}

func TestARunPerCPUCountIsExpected(t *testing.T) {
	p := recordedPlan(t)
	if v := judge(p, replay(t, recorded(t, "cpu")), ending{}); v.Status != Untrusted {
		t.Errorf("two runs where one was asked for: judged %s, want untrusted", v.Status)
	}
	p.repeat = 2
	if v := judge(p, replay(t, recorded(t, "cpu")), ending{}); v.Status != Pass {
		t.Errorf("judged %s (%s), want pass", v.Status, v.Summary)
	}
	if v := judge(p, replay(t, recorded(t, "pass")), ending{}); v.Status != Untrusted {
		t.Errorf("one run where two were asked for: judged %s, want untrusted", v.Status)
	}
}

func TestAStatusThatContradictsTheEventsIsNoPass(t *testing.T) {
	v := judge(recordedPlan(t), replay(t, recorded(t, "pass")), ending{exit: 66})
	if v.Status != Fail {
		t.Errorf("judged %s (%s), want fail", v.Status, v.Summary)
	}
}

func TestWithoutTheRaceDetectorNothingPasses(t *testing.T) {
	p := recordedPlan(t)
	p.race = false
	v := judge(p, replay(t, recorded(t, "pass")), ending{})
	if v.Status != Unavailable || v.Race || !strings.Contains(v.Summary, "all 3 tests passed, but without the race detector") || !strings.Contains(v.Summary, "C compiler") {
		t.Errorf("judged %s, race %v: %s", v.Status, v.Race, v.Summary)
	}
	r := replay(t, recorded(t, "fail"))
	v = judge(p, r, recordedEnding(r))
	if v.Status != Fail || len(v.Notes) != 1 {
		t.Errorf("a failure judged %s with notes %q, want fail with one note on the race detector", v.Status, v.Notes)
	}
}

func TestTroubleMakesARunUntrustedAndANoteElsewhere(t *testing.T) {
	for name, want := range map[string]Status{"pass": Untrusted, "fail": Untrusted, "compile": CompileError, "timeout": Timeout} {
		p := recordedPlan(t)
		p.trouble = []string{"katas/internal/kit/kit.go is gone"}
		r := replay(t, recorded(t, name))
		v := judge(p, r, recordedEnding(r))
		told := strings.Contains(v.Summary, "kit.go is gone")
		if v.Status != Untrusted {
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
	if v := judge(recordedPlan(t), r, recordedEnding(r)); v.Status != Fail || !strings.Contains(v.Summary, "2 of 3 tests failed") {
		t.Errorf("judged %s: %s", v.Status, v.Summary)
	}
}

func TestWhatIsPrintedCannotSteerATerminal(t *testing.T) {
	if got := clip("a\x1b[31mb\r\a\n\tc", 100); got != "a[31mb\n\tc" {
		t.Errorf("clip kept control characters: %q", got)
	}
	if got := firstLine("panic: \x1b]0;x\a" + strings.Repeat("y", 1000)); len(got) > sentenceLimit+3 || strings.ContainsRune(got, 0x1b) {
		t.Errorf("a sentence would carry %d bytes: %q", len(got), got)
	}
}

func TestLongOutputKeepsItsEnds(t *testing.T) {
	long := "first\n" + strings.Repeat("middle\n", 1000) + "last\n"
	got := clip(long, 200)
	if len(got) > 260 || !strings.HasPrefix(got, "first\n") || !strings.HasSuffix(got, "last\n") || !strings.Contains(got, "bytes left out") {
		t.Errorf("clipped to %d bytes: %q", len(got), got)
	}
}

func TestOutputOverTheLimitStopsTheRunOnce(t *testing.T) {
	for what, line := range map[string]string{
		"long lines":    `{"Action":"output","Test":"TestAddsUp","Output":"` + strings.Repeat("x", 90) + `"}` + "\n",
		"short lines":   `{"Action":"output","Test":"TestAddsUp","Output":"x"}` + "\n",
		"no line break": strings.Repeat("x", 100),
	} {
		stops := 0
		r := newReport()
		w := writerOf(r, 1000, func() { stops++ })
		for range 400 {
			if n, err := w.Write([]byte(line)); n != len(line) || err != nil {
				t.Fatalf("%s: Write = %d, %v", what, n, err)
			}
		}
		if stops != 1 {
			t.Errorf("%s: stopped %d times, want once", what, stops)
		}
		if kept := r.test("TestAddsUp").output.Len() + len(w.rest); kept > 2000 {
			t.Errorf("%s: kept %d bytes of a limit of 1000", what, kept)
		}
	}
}

func TestASummaryIsASentence(t *testing.T) {
	for said, want := range map[string]string{
		"all tests passed":           "All tests passed.",
		"notes.go:3:1: bad; mend it": "notes.go:3:1: bad; mend it.",
		"It ends.":                   "It ends.",
		"":                           "",
	} {
		if got := sentence(said); got != want {
			t.Errorf("sentence(%q) = %q, want %q", said, got, want)
		}
	}
}
