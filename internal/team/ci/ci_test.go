package ci

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/exp/golden"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
)

// hostile is text that code under test may print: what XML forbids, what ends a
// command or a table cell, what a terminal obeys.
const hostile = "a\x00\x01\x1b[31m\ufffe\xff]]>&<b attr=\"'\">\r\n::error file=x::forged\n##[add-mask]y | `c` [l](http://x) <img> 100%, a:b \u202e"

func kata(number int, id, title string) *course.Kata {
	const file = "notes.go"
	return &course.Kata{
		ID: id, Number: number, Name: id[3:], Title: title, File: file,
		Variants: []*course.Variant{{ID: "start", Files: map[string][]byte{file: nil}}},
	}
}

// verdicts has one of each kind, and says of everything what it is told.
func verdicts(says string) []Graded {
	fanout := kata(23, "23-leaky-fanout", "Leaky fan-out")
	test := func(name string, status explain.Status, message string) explain.Test {
		return explain.Test{Name: name, Status: status, Message: message, File: fanout.Dir() + "/brief_test.go", Line: 37, Elapsed: 40 * time.Millisecond}
	}
	contract := explain.Finding{
		Kind: explain.KindContract, Text: says, Test: "TestStops", Also: []string{"TestOrder"},
		Places: []explain.Place{{File: fanout.Dir() + "/brief_test.go", Line: 37, What: "fails"}},
	}
	race := explain.Finding{
		Kind: explain.KindRace, Text: "a data race: " + says, Test: "TestStops",
		Places: []explain.Place{{File: "katas/internal/kit/race.go", Line: 3}, {File: fanout.Path(), Line: 12}, {File: fanout.Path(), Line: 14}},
	}
	leak := explain.Finding{Kind: explain.KindLeak, Text: "two goroutines " + says}
	program := grade.Program{Version: "v1.2.0", Revision: "0123", Base: "4567", Suite: "89ab"}
	of := func(k *course.Kata, v grade.Verdict) Graded {
		v.Kata, v.Origin, v.Program, v.Elapsed = k.ID, "ci", program, 1500*time.Millisecond
		return Graded{k, v}
	}
	run := []explain.Test{test("TestStops", explain.Fail, says+"\nthe rest"), test("TestOrder", explain.Fail, says), test("TestLate", explain.NotRun, ""), test("TestPasses", explain.Pass, "")}
	return []Graded{
		of(kata(1, "01-loop-cancel", "Loop cancel"), grade.Verdict{Status: explain.Pass, Summary: "All 1 tests passed.", Tests: []explain.Test{test("TestEnds", explain.Pass, "")}}),
		of(fanout, grade.Verdict{Status: explain.Fail, Summary: "2 of 4 tests failed.", Tests: run, Findings: []explain.Finding{race, leak, contract}, Notes: []string{says}}),
		of(kata(2, "02-ticker", "Ticker"), grade.Verdict{
			Status: explain.CompileError, Summary: "notes.go:3: " + says, Detail: says, Notes: []string{says},
			Findings: []explain.Finding{{Kind: explain.KindCompile, Text: "notes.go:3: " + says, Places: []explain.Place{{File: "katas/02-ticker/notes.go", Line: 3}}}},
		}),
		of(kata(3, "03-map-race", "Map race"), grade.Verdict{Status: explain.Timeout, Summary: "TestStops hangs.", Tests: run[:1]}),
		of(kata(4, "04-channel-owner", "Channel owner"), grade.Verdict{Status: explain.Untrusted, Summary: "This run does not count: " + says, Tests: run[3:]}),
		of(kata(5, "05-lost-cancel", "Lost cancel"), grade.Verdict{Status: explain.Unavailable, Summary: "The disk is full: " + says}),
	}
}

func TestJUnit(t *testing.T) {
	out, err := JUnit(verdicts("it waits for ever (Restore 1)"))
	if err != nil {
		t.Fatal(err)
	}
	golden.RequireEqual(t, out)
}

// TestJUnitOfHostileTextIsXML reads every file back, with what the code said in
// it.
func TestJUnitOfHostileTextIsXML(t *testing.T) {
	for _, says := range []string{"", "plain", hostile, strings.Repeat(hostile, 100), string(allBytes()), "]]><testsuite>", "&#0;&bogus;"} {
		for _, all := range [][]Graded{nil, verdicts(says)} {
			for i := range all {
				all[i].Verdict.Program.Version = says
				all[i].Kata.Title = says
				for n := range all[i].Verdict.Tests {
					all[i].Verdict.Tests[n].Name, all[i].Verdict.Tests[n].File = says, says
				}
			}
			out, err := JUnit(all)
			if err != nil {
				t.Fatalf("%.80q: %v", says, err)
			}
			if !utf8.Valid(out) {
				t.Errorf("%.80q: the file is no UTF-8", says)
			}
			for d := xml.NewDecoder(bytes.NewReader(out)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%.80q: %v", says, err)
				}
			}
			var back testsuites
			if err := xml.Unmarshal(out, &back); err != nil {
				t.Fatalf("%.80q: %v", says, err)
			}
			if len(back.Suites) != len(all) || len(all) > 0 && (back.Errors != 1 || back.Failures != 7 || back.Skipped != 2 || back.Tests != 12) {
				t.Errorf("%.80q: %d suites, %+v", says, len(back.Suites), back.counts)
			}
		}
	}
	out, err := JUnit(verdicts(hostile))
	if err != nil {
		t.Fatal(err)
	}
	var back testsuites
	if err := xml.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	if got := back.Suites[1].Cases[1].Failure.Text; !strings.HasPrefix(got, "a\ufffd\ufffd\ufffd[31m\ufffd\ufffd]]>&<b attr=\"'\">\r\n::error") {
		t.Errorf("what XML allows is not as it was said: %q", got)
	}
}

func allBytes() []byte {
	var all []byte
	for b := range 256 {
		all = append(all, byte(b))
	}
	return all
}

func TestAnnotations(t *testing.T) {
	golden.RequireEqual(t, Annotations(verdicts("it waits for ever, 100%: (Restore 1)")))
}

// TestHostileTextIsNoCommand: what code says can neither begin a command of its
// own nor end the properties of ours.
func TestHostileTextIsNoCommand(t *testing.T) {
	all := verdicts(hostile)
	all[1].Kata.Title = hostile
	all[1].Verdict.Findings[0].Places = []explain.Place{{File: all[1].Kata.Dir() + "/a,line=9::x.go", Line: 1}}
	all[1].Kata.Variants[0].Files = map[string][]byte{"notes.go": nil, "more.go": nil} // any file is the learner's
	for line := range strings.Lines(Annotations(all)) {
		command, rest, _ := strings.Cut(strings.TrimPrefix(line, "::"), " ")
		properties, message, ok := strings.Cut(rest, "::")
		if command != "error" && command != "warning" || !ok || strings.ContainsAny(message[:len(message)-1], "\r\n\x1b") {
			t.Errorf("not one command: %q", line)
		}
		for property := range strings.SplitSeq(properties, ",") {
			if name, value, _ := strings.Cut(property, "="); name != "file" && name != "line" && name != "title" || strings.Contains(value, ":") {
				t.Errorf("property %q in %q", property, line)
			}
		}
	}
}

func TestSummary(t *testing.T) {
	golden.RequireEqual(t, Summary(verdicts("it waits for ever (Restore 1)"), "Somebody reads the code."))
}

func TestHostileTextStaysInItsLineOfTheSummary(t *testing.T) {
	harmless, got := Summary(verdicts("x"), ""), Summary(verdicts(hostile), "")
	if strings.Count(got, "\n") != strings.Count(harmless, "\n") {
		t.Errorf("there are other lines:\n%s", got)
	}
	for _, bad := range []string{" | `", " <img", " [l]", "\x1b"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q is in the summary:\n%s", bad, got)
		}
	}
	long := verdicts(strings.Repeat("x", 6000))
	for len(long[1].Verdict.Tests) < 500 {
		long[1].Verdict.Tests = append(long[1].Verdict.Tests, long[1].Verdict.Tests[0])
	}
	if got := Summary(long, ""); len(got) > 64<<10 || !strings.Contains(got, "more lines are in the log") {
		t.Errorf("the summary has %d bytes", len(got))
	}
}

func TestWorkflow(t *testing.T) {
	for name, clone := range map[string]bool{"clone": true, "workspace": false} {
		t.Run(name, func(t *testing.T) { golden.RequireEqual(t, Workflow(clone)) })
	}
}

// TestTheWorkflowKnowsTheKatas: its shell tells the learner's file of a kata by
// what the briefs say.
func TestTheWorkflowKnowsTheKatas(t *testing.T) {
	briefs, err := filepath.Glob(filepath.Join("..", "..", "..", "katas", "[0-9]*", "KATA.md"))
	if err != nil || len(briefs) == 0 {
		t.Fatalf("no briefs: %v", err)
	}
	tests := 0
	for _, brief := range briefs {
		text, err := os.ReadFile(brief)
		if err != nil {
			t.Fatal(err)
		}
		if asks := strings.Contains(string(text), "\nkind = \"test\"\n"); asks != strings.Contains(string(text), "\nfile = \"notes_test.go\"\n") {
			t.Errorf("%s: the workflow takes the wrong file", brief)
		} else if asks {
			tests++
		}
	}
	if tests == 0 {
		t.Error("no kata asks for a test")
	}
}
