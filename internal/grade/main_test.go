package grade

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
)

// ownedRoot is the variable that makes this test binary one that grades the
// workbook in the folder it names.
const ownedRoot = "LEAKPROOF_TEST_ROOT"

// begins is long enough for a run to be in its test, on a busy machine too.
const begins = 2 * time.Second

func TestMain(m *testing.M) {
	if root := os.Getenv(ownedRoot); root != "" {
		g := &Grader{Runner: &gorun.Runner{Root: root}, quick: true}
		v, err := g.Grade(context.Background(), suiteOf(workbook()))
		fmt.Fprintln(os.Stderr, "it was not killed while it ran:", v.Status, v.Summary, err)
		os.Exit(1)
	}
	// Where the project's own tests run is nothing to the workbooks that they
	// grade.
	if err := os.Unsetenv("CI"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

const (
	testFile = testDir + "/notes.go"
	testKit  = "katas/internal/kit/kit.go"
)

// goodAnswer passes the suite of workbook.
const goodAnswer = `package leakyfanout

func Add(a, b int) int { return a + b }
`

// badAnswer fails TestAdds.
const badAnswer = `package leakyfanout

func Add(a, b int) int { return a - b }
`

// workbook is a throw-away module with one kata.
func workbook() map[string]string {
	return map[string]string{
		"go.mod": "module example.com/workbook\n\ngo 1.26.0\n",
		testKit: `// Package kit is a suite kit.
package kit

import "testing"

// Positive fails the test if got is below 0; the failure is in the kit.
func Positive(t *testing.T, got int) {
	if got < 0 {
		t.Errorf("got %d;\nthe contract allows no negative sum", got)
	}
}

// Equal fails the test if got is not want.
func Equal(t *testing.T, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("got %d; the contract says %d", got, want)
	}
}
`,
		testSuite: `package leakyfanout_test

import (
	"testing"

	leakyfanout "example.com/workbook/katas/23-leaky-fanout"
	"example.com/workbook/katas/internal/kit"
)

// TestAdds holds the only sentence of the contract.
func TestAdds(t *testing.T) {
	kit.Equal(t, leakyfanout.Add(1, 2), 3)
}

// TestAddsZero holds it for zero.
func TestAddsZero(t *testing.T) {
	kit.Equal(t, leakyfanout.Add(0, 0), 0)
	kit.Positive(t, leakyfanout.Add(0, 1))
}
`,
		testDir + "/KATA.md": "a brief\n",
		testFile:             goodAnswer,
	}
}

// write puts files below root.
func write(t testing.TB, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		place := onDisk(root, name)
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// suiteOf is the pristine suite of a workbook.
func suiteOf(files map[string]string) Suite {
	s := Suite{Kata: testKata, Dir: testDir, File: "notes.go", Files: map[string][]byte{}}
	for name, content := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "katas/internal/") {
			s.Files[name] = []byte(content)
		}
	}
	return s
}

// bench is a workbook on disk, its suite and a grader for it.
type bench struct {
	t      testing.TB
	root   string
	suite  Suite
	grader *Grader
}

// newBench writes the workbook with changes, which are part of the suite as
// well. Its grader leaves the race detector out, which makes a run a second
// shorter; where a case is about races it is put back.
func newBench(t testing.TB, changes map[string]string) *bench {
	t.Helper()
	files := workbook()
	maps.Copy(files, changes)
	b := &bench{t: t, root: t.TempDir(), suite: suiteOf(files)}
	write(t, b.root, files)
	b.grader = &Grader{Runner: &gorun.Runner{Root: b.root}, quick: true}
	return b
}

// write changes files on disk only.
func (b *bench) write(files map[string]string) {
	b.t.Helper()
	write(b.t, b.root, files)
}

func (b *bench) remove(name string) {
	b.t.Helper()
	if err := os.RemoveAll(onDisk(b.root, name)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) grade() Verdict {
	b.t.Helper()
	// Only a run that hangs comes to the end of this.
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	v, err := b.grader.Grade(ctx, b.suite)
	if err != nil {
		b.t.Fatalf("Grade: %v", err)
	}
	return v
}

// want grades and checks the status and parts of the summary.
func (b *bench) want(status explain.Status, summary ...string) Verdict {
	b.t.Helper()
	v := b.grade()
	if v.Status != status {
		b.t.Errorf("judged %s, want %s\nsummary: %s\nnotes: %q\ndetail: %s", v.Status, status, v.Summary, v.Notes, v.Detail)
	}
	for _, part := range summary {
		if !strings.Contains(strings.ToLower(v.Summary), strings.ToLower(part)) {
			b.t.Errorf("summary %q\nlacks %q", v.Summary, part)
		}
	}
	return v
}
