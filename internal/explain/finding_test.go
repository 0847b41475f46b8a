package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/gosource"
)

// corpusRun is a run in testdata/findings. Those runs are of real suites, of
// which only the names of the files and tests matter here.
func corpusRun(kata string, r *gorun.Report) *Run {
	dir := "katas/" + kata
	s := &Subject{
		Dir: dir, File: dir + "/notes.go", Suite: map[string][]byte{}, Answer: map[string][]byte{}, Repeat: 1, Limit: 5 * time.Second,
		Canary: Canary{Host: "TestCanary", Name: "TestCanaryFails", File: "zz_canary_test.go"},
	}
	for _, name := range []string{"notes_test.go", "fakes_test.go", "caller_test.go", "client_test.go"} {
		s.Suite[dir+"/"+name] = []byte("package notes_test\n")
	}
	for _, name := range []string{"bubble", "gauge", "stacks", "watchdog", "network/network"} {
		s.Suite["katas/internal/kit/"+name+".go"] = []byte("package kit\n")
	}
	for _, name := range r.Order {
		if !strings.HasPrefix(name, "TestCanary") {
			s.Tests = append(s.Tests, gosource.Test{Name: name, File: dir + "/notes_test.go", Line: 1})
		}
	}
	return &Run{Subject: s, Report: r, Ending: gorun.Ending{Exit: 1}}
}

// judged is what a run that is no pass comes to.
type judged struct {
	summary  string
	tests    []Test
	findings []Finding
}

func judge(r *Run) judged {
	j := judged{tests: r.Results()}
	status := Fail
	switch {
	case len(r.Report.Broken) > 0:
		status, j.tests = CompileError, nil
		_, first := FirstError(r.BuildOutput())
		j.summary = DoesNotCompile(first)
	case r.TimedOut():
		status = Timeout
		j.summary, _ = r.Hangs()
	default:
		j.summary, _ = r.Failure(j.tests)
	}
	j.findings = r.Findings(status, j.tests, j.summary)
	return j
}

// recorded is the report of a run in testdata/findings.
func recorded(t testing.TB, name string) *gorun.Report {
	t.Helper()
	stream, err := os.ReadFile(filepath.Join("testdata", "findings", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
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

// lines are findings as a list to read, contracts left out where the run is
// about something else.
func lines(all []Finding, contracts bool) string {
	var b strings.Builder
	for _, f := range all {
		if f.Kind == KindContract && !contracts {
			continue
		}
		fmt.Fprintf(&b, "%s: %s\n ", f.Kind, f.Text)
		if f.Test != "" {
			b.WriteString(" " + f.Test)
		}
		if len(f.Also) > 0 {
			fmt.Fprintf(&b, " and %d more", len(f.Also))
		}
		for _, place := range f.Places {
			fmt.Fprintf(&b, " [%s:%d %s]", path.Base(place.File), place.Line, place.What)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestFindingsOfRealRuns(t *testing.T) {
	for _, c := range []struct {
		name, kata string
		source     string // the learner's file, where the finding needs it
		want       string
	}{
		{"compile", "23-leaky-fanout", "", `
compile: notes.go:6: "fmt" imported and not used
  [notes.go:6 does not compile]
compile: notes.go:7: "slices" imported and not used
  [notes.go:7 does not compile]
compile: notes.go:37: declared and not used: a
  [notes.go:37 does not compile]
compile: notes.go:38: declared and not used: i
  [notes.go:38 does not compile]
compile: notes.go:39: declared and not used: err
  [notes.go:39 does not compile]
compile: notes.go:39: shard.Find undefined (type Shard has no field or method Find)
  [notes.go:39 does not compile]
compile: notes.go:40: undefined: x
  [notes.go:40 does not compile]
compile: notes.go:42: cannot use 3 (untyped int constant) as []Note value in return statement
  [notes.go:42 does not compile]
`},
		{"panic-in-the-test", "23-leaky-fanout", "", `
panic: panic at notes.go:40: assignment to entry in nil map
  TestCallerEndsTheSearch and 3 more [notes.go:40 panics]
`},
		{"panic-in-a-goroutine", "23-leaky-fanout", "", `
panic: panic at notes.go:43: runtime error: index out of range [99] with length 0; the goroutine was started at notes.go:41
  TestCallerEndsTheSearch [notes.go:43 panics] [notes.go:41 started]
`},
		{"fatal-map-writes", "23-leaky-fanout", "", `
fatal: fatal error at notes.go:44: concurrent map writes; the whole process ends, no recover helps; the goroutine was started at notes.go:42
  TestCallerEndsTheSearch [notes.go:44 fatal error] [notes.go:42 started]
`},
		{"exit", "23-leaky-fanout", strings.Repeat("\n", 39) + "\tos.Exit(3)\n", `
exit: the process exited during TestCallerEndsTheSearch; notes.go:40 calls os.Exit
  TestCallerEndsTheSearch [notes.go:40 calls os.Exit]
`},
		{"race", "23-leaky-fanout", "", `
race: data race: one goroutine reads at notes.go:50 and another writes at notes.go:45, and nothing orders the two; the first was started at notes.go:47
  TestCallerEndsTheSearch and 5 more [notes.go:50 read] [notes.go:47 started] [notes.go:45 write]
leak: three goroutines still wait in a select in byQuery.Search (fakes_test.go:86), called at notes.go:49; they were started at notes.go:47
  TestSearchesAreIndependent [notes.go:49 calls byQuery.Search] [notes.go:47 started] [fakes_test.go:86 waits in a select]
leak: one goroutine still sleeps in (*shard).Search (fakes_test.go:72), called at notes.go:49 when the test ends; the last leftover is gone only 1s of virtual time later; it was started at notes.go:47
  TestFirstErrorStaysWhenTheCallerLeavesLater [notes.go:49 calls (*shard).Search] [notes.go:47 started] [fakes_test.go:72 sleeps]
`},
		{"leak-stuck", "23-leaky-fanout", "", `
leak: two goroutines still wait to send at notes.go:51; they were started at notes.go:49
  TestCallerEndsTheSearch and 6 more [notes.go:51 waits to send] [notes.go:49 started]
`},
		{"leak-late", "23-leaky-fanout", "", `
leak: three goroutines still wait in a select in byQuery.Search (fakes_test.go:86), called at notes.go:47; they were started at notes.go:46
  TestSearchesAreIndependent [notes.go:47 calls byQuery.Search] [notes.go:46 started] [fakes_test.go:86 waits in a select]
leak: one goroutine still sleeps in (*shard).Search (fakes_test.go:72), called at notes.go:47 when the test ends; the last leftover is gone only 1s of virtual time later; it was started at notes.go:46
  TestFirstErrorStaysWhenTheCallerLeavesLater [notes.go:47 calls (*shard).Search] [notes.go:46 started] [fakes_test.go:72 sleeps]
`},
		{"leak-after-the-run", "23-leaky-fanout", "", `
leak: one goroutine still waits to receive at notes.go:49; it was started at notes.go:48
  [notes.go:49 waits to receive] [notes.go:48 started]
leak: one goroutine still waits for a lock at notes.go:56; it was started at notes.go:53
  [notes.go:56 waits for a lock] [notes.go:53 started]
leak: one goroutine still sleeps at notes.go:58; it was started at notes.go:58
  [notes.go:58 sleeps] [notes.go:58 started]
`},
		{"leak-verify-none", "99-x", "", `
race: data race: one goroutine writes in atomic.AddInt64 and another writes at notes.go:34, and nothing orders the two; the first was started at notes.go:33
  TestAtomic [notes.go:33 started] [notes.go:34 write]
leak: three goroutines still wait to send at notes.go:11; they were started at notes.go:11
  TestLeak [notes.go:11 waits to send] [notes.go:11 started]
`},
		{"deadlock", "23-leaky-fanout", "", `
deadlock: deadlock: one goroutine waits in a select at notes.go:60; all are blocked, so nothing wakes them any more
  TestShardsGetTheDeadlineOfTheCaller and 4 more [notes.go:60 waits in a select]
`},
		{"deadlock-waitgroup", "23-leaky-fanout", "", `
deadlock: deadlock: one goroutine waits to receive at notes.go:60; all are blocked, so nothing wakes them any more
  TestCallerEndsTheSearch and 1 more [notes.go:60 waits to receive]
`},
		{"deadlock-bare", "99-x", "", `
deadlock: deadlock: one goroutine waits to send at notes.go:17 and one goroutine waits for ever in an empty select at notes.go:18; all are blocked, so nothing wakes them any more
  TestDead [notes.go:17 waits to send] [notes.go:18 waits for ever in an empty select]
`},
		{"frozen-mutex", "23-leaky-fanout", "", `
hang: TestCallerEndsTheSearch does not end, because virtual time stands still: one goroutine waits for a lock at notes.go:47; meanwhile one goroutine waits to receive at notes.go:53, which may hold the lock
  TestCallerEndsTheSearch [notes.go:47 waits for a lock] [notes.go:53 waits to receive]
`},
		{"frozen-spin", "23-leaky-fanout", "", `
hang: TestCallerEndsTheSearch does not end, because virtual time stands still: one goroutine runs at notes.go:39
  TestCallerEndsTheSearch [notes.go:39 runs]
`},
		{"timeout-io", "23-leaky-fanout", "", `
hang: TestCallerEndsTheSearch had not ended after 5s: one goroutine waits on I/O in net.(*TCPListener).Accept, called at notes.go:44
  TestCallerEndsTheSearch [notes.go:44 waits on I/O]
`},
		{"timeout-mutex", "23-leaky-fanout", "", `
hang: TestCallerEndsTheSearch had not ended after 5s: one goroutine waits for a lock at notes.go:47 and one goroutine waits to receive at notes.go:53
  TestCallerEndsTheSearch [notes.go:47 waits for a lock] [notes.go:53 waits to receive]
`},
		{"contract", "09-server-timeouts", "", `
contract: a long answer, of which the client reads the beginning: its handler was still writing after 30s; the contract is that it has come back
  TestAStalledReaderIsCut [notes_test.go:199 fails]
contract: a client that reads one byte a second kept its connection open for 10m0s, with 1 handlers still writing then; the contract is 30s and none
  TestASlowReaderIsCut [notes_test.go:229 fails]
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := corpusRun(c.kata, recorded(t, c.name))
			if c.source != "" {
				r.Answer[r.File] = []byte(c.source)
			}
			v := judge(r)
			if got := lines(v.findings, c.name == "contract"); got != strings.TrimPrefix(c.want, "\n") {
				t.Errorf("found\n%s\nwant%s", got, c.want)
			}
			for _, f := range v.findings {
				bounded(t, f)
				if strings.Contains(f.Test+f.Text, "Canary") {
					t.Errorf("the canary shows: %+v", f)
				}
			}
			for _, test := range v.tests {
				told := func(f Finding) bool { return f.Test == test.Name || slices.Contains(f.Also, test.Name) }
				if test.Status == Fail && !slices.ContainsFunc(v.findings, told) {
					t.Errorf("%s failed and no finding says so", test.Name)
				}
			}
		})
	}
}

// bounded checks what holds for every finding.
func bounded(t *testing.T, f Finding) {
	t.Helper()
	if f.Text == "" || strings.Contains(f.Text, "\n") || len(f.Text) > textLimit+3 {
		t.Errorf("not a sentence: %q", f.Text)
	}
	if len(f.Stack) > stackLimit+100 {
		t.Errorf("a stack of %d bytes", len(f.Stack))
	}
	for _, place := range f.Places {
		if !fs.ValidPath(place.File) || place.Line < 1 || place.What == "" {
			t.Errorf("not a place below the module root: %+v", place)
		}
	}
}
