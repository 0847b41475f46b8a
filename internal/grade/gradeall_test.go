package grade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/nightly"
)

// many is a workbook with one kata for each answer, named 01-a, 02-b and so on.
func many(t testing.TB, answers ...string) (*Grader, []Suite) {
	t.Helper()
	files := workbook()
	delete(files, testFile)
	one := files[testSuite]
	delete(files, testSuite)
	var suites []Suite
	for i, answer := range answers {
		kata := fmt.Sprintf("%02d-%c", i+1, 'a'+i)
		dir := "katas/" + kata
		files[dir+"/notes.go"] = answer
		files[dir+"/notes_test.go"] = strings.ReplaceAll(one, "23-leaky-fanout", kata)
		s := Suite{Kata: kata, Dir: dir, File: "notes.go", Files: map[string][]byte{}}
		for _, name := range []string{testKit, dir + "/notes_test.go"} {
			s.Files[name] = []byte(files[name])
		}
		suites = append(suites, s)
	}
	root := t.TempDir()
	write(t, root, files)
	return &Grader{Runner: &gorun.Runner{Root: root}, quick: true}, suites
}

// TestManySuitesGetTheVerdictsTheyGetAlone: whatever one of them does, the
// others are judged as if it were not there, and none twice. At night each is run
// alone to compare, else the one that prints without end.
func TestManySuitesGetTheVerdictsTheyGetAlone(t *testing.T) {
	const prints = "package leakyfanout\n\nimport \"fmt\"\n\nfunc Add(a, b int) int {\n\tfor {\n\t\tfmt.Println(a)\n\t}\n}\n"
	g, suites := many(t,
		goodAnswer,
		badAnswer,
		"package leakyfanout\n\nfunc Add(a, b int) int { return a + c }\n",
		"package leakyfanout\n\nimport \"os\"\n\nfunc init() { os.Exit(0) }\n\nfunc Add(a, b int) int { return a + b }\n",
		"package leakyfanout\n\nfunc Add(a, b int) int {\n\tselect {}\n}\n",
		prints,
		"package leakyfanout\n\nfunc Add(a, b int) int { panic(\"a defect\") }\n",
		goodAnswer,
	)
	g.Limit, g.OutputLimit = 2*time.Second, 64<<10
	want := []explain.Status{explain.Pass, explain.Fail, explain.CompileError, explain.Untrusted, explain.Timeout, explain.Fail, explain.Fail, explain.Pass}
	got := make([]*Verdict, len(suites))
	err := g.GradeAll(t.Context(), suites, func(i int, v Verdict) {
		if got[i] != nil {
			t.Errorf("%s was told twice", suites[i].Kata)
		}
		got[i] = &v
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range suites {
		if got[i] == nil {
			t.Errorf("%s was not told", s.Kata)
			continue
		}
		if got[i].Status != want[i] || got[i].Kata != s.Kata {
			t.Errorf("%s: judged %s (%s), want %s", s.Kata, got[i].Status, got[i].Summary, want[i])
		}
		if i != 5 && !nightly.On() {
			continue
		}
		alone, err := g.Grade(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if got[i].Status != alone.Status || got[i].Summary != alone.Summary {
			t.Errorf("%s: judged %s (%s)\nalone: %s (%s)", s.Kata, got[i].Status, got[i].Summary, alone.Status, alone.Summary)
		}
	}
}

// TestSuitesThatPassAreRunOnce: the verdicts on them come from one go command.
func TestSuitesThatPassAreRunOnce(t *testing.T) {
	g, suites := many(t, goodAnswer, badAnswer, goodAnswer)
	told := 0
	if err := g.gradeTogether(t.Context(), suites, func(int, Verdict) { told++ }); err != nil {
		t.Fatal(err)
	}
	if told != len(suites) {
		t.Errorf("one go command gave %d verdicts for %d suites that ran to their end", told, len(suites))
	}
}

// TestAVerdictHoldsNoOtherSuiteUp: the go command fails a suite whose output
// nobody takes for some seconds, and judging what another one printed can last
// that long. Here it lasts until the suite has ended.
func TestAVerdictHoldsNoOtherSuiteUp(t *testing.T) {
	const prints = `package leakyfanout

import (
	"fmt"
	"os"
	"strings"
	"time"
)

func Add(a, b int) int {
	for {
		if _, err := os.Stat("judging"); err == nil || a == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	for range 10_000 {
		fmt.Println(strings.Repeat("x", 100))
	}
	_ = os.WriteFile("printed", nil, 0o644)
	return a + b
}
`
	g, suites := many(t, goodAnswer, prints)
	kata := onDisk(g.Runner.Root, suites[1].Dir)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := g.gradeTogether(ctx, suites, func(i int, v Verdict) {
		if v.Status != explain.Pass {
			t.Errorf("%s: %s", suites[i].Kata, v.Summary)
		}
		if i != 0 {
			return
		}
		write(t, kata, map[string]string{"judging": ""})
		for {
			if _, err := os.Stat(filepath.Join(kata, "printed")); err == nil {
				return
			}
			if ctx.Err() != nil {
				t.Error("the other suite waits until somebody takes what it prints")
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestACancelledCheckOfManyEnds(t *testing.T) {
	g, suites := many(t, goodAnswer, "package leakyfanout\n\nfunc Add(a, b int) int {\n\tselect {}\n}\n")
	ctx, cancel := context.WithCancel(t.Context())
	err := g.GradeAll(ctx, suites, func(i int, v Verdict) {
		if i == 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("GradeAll: %v, want context.Canceled", err)
	}
}
