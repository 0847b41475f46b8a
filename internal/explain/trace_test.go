package explain

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/leakproof/internal/gorun"
)

// endWithCanary makes a run one that went on to its end.
func endWithCanary(r *gorun.Report) {
	r.Test("TestCanary").Runs, r.Test("TestCanary").Passes = 1, 1
	r.Test("TestCanaryFails").Runs, r.Test("TestCanaryFails").Fails = 1, 1
}

// sentences are the findings of one failing test that printed this.
func sentences(t *testing.T, output string) []Finding {
	t.Helper()
	r := gorun.NewReport()
	r.Started = true
	r.Test("TestSearch").Runs = 1
	r.Test("TestSearch").Fails = 1
	r.Test("TestSearch").Output.WriteString(output)
	endWithCanary(r)
	run := corpusRun("23-leaky-fanout", r)
	run.Answer[run.File] = []byte("package fanout\n\nfunc f() {\n\tio.ReadAll(body)\n\t<-done\n}\n")
	v := judge(run)
	if len(v.findings) == 0 {
		t.Errorf("no finding of %q", output)
	}
	for _, f := range v.findings {
		bounded(t, f)
	}
	return v.findings
}

const (
	learnerAt = "\t/home/ada/leakproof/katas/23-leaky-fanout/notes.go:%d +0x1d\n"
	learnerIn = "example.com/leakproof/katas/23-leaky-fanout."
)

func TestSentences(t *testing.T) {
	at := func(line int) string { return fmt.Sprintf(learnerAt, line) }
	bare := "panic: deadlock: all goroutines in bubble are blocked\n\n"
	alarm := "panic: test timed out after 5s\n\n"
	stuck := "    bubble.go:120: goroutines outlived the test and were still there 1m0s of virtual time later:\n"
	report := func(accesses string) string {
		return "==================\nWARNING: DATA RACE\n" + accesses + "==================\n"
	}
	raceAt := func(line int) string {
		return fmt.Sprintf("  %sf()\n      /home/ada/leakproof/katas/23-leaky-fanout/notes.go:%d +0x1d\n\n", learnerIn, line)
	}
	for name, c := range map[string]struct{ output, want string }{
		"nobody receives": {
			bare + "goroutine 7 [chan send (durable), 2 minutes, synctest bubble 1]:\n" + learnerIn + "f.func1({0x1, 0x2?}, ...)\n" + at(41) +
				"created by " + learnerIn + "f in goroutine 6\n" + at(32),
			"deadlock: one goroutine waits to send at notes.go:41; all are blocked, so nobody receives any more",
		},
		"a bubble whose test has ended": {
			"panic: deadlock: main bubble goroutine has exited but blocked goroutines remain\n\ngoroutine 7 [sync.Cond.Wait (durable), synctest bubble 1]:\n" + learnerIn + "f()\n" + at(3),
			"deadlock after the end of the test: one goroutine waits at a sync.Cond at notes.go:3; all are blocked, so nothing wakes them any more",
		},
		"a header with scheduler fields": {
			"fatal error: concurrent map read and map write\n\ngoroutine 18 gp=0xc00010e000 m=3 mp=0xc000045008 [running, synctest bubble 1]:\n" + learnerIn + "f()\n" + at(3),
			"fatal error at notes.go:3: concurrent map read and map write; the whole process ends, no recover helps",
		},
		"a path of Windows": {
			"panic: boom\n\ngoroutine 7 [running]:\n" + learnerIn + "f()\n\tC:/Users/ada/katas/23-leaky-fanout/notes.go:3 +0x1d\n",
			"panic at notes.go:3: boom",
		},
		"a panic that was recovered and repeated": {
			"panic: boom [recovered, repanicked]\n\ngoroutine 7 [running]:\n" + learnerIn + "f.func1()\n" + at(9) +
				"panic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:860 +0x13a\n" + learnerIn + "f()\n" + at(5),
			"panic at notes.go:5: boom",
		},
		"os.Exit(0)": {
			"panic: unexpected call to os.Exit(0) during test\n\ngoroutine 7 [running]:\nos.Exit(0x0)\n\t/usr/local/go/src/os/proc.go:67 +0x1d\n" + learnerIn + "f()\n" + at(3),
			"TestSearch ended the whole process: os.Exit is called at notes.go:3",
		},
		"type parameters": {
			"panic: boom\n\ngoroutine 7 [running]:\nslices.SortFunc[...](...)\n\t/usr/local/go/src/slices/sort.go:30\n" + learnerIn + "f[go.shape.[]example.com/x.Note]()\n" + at(3),
			"panic at notes.go:3: boom",
		},
		"a function that the parser cannot read": {
			"panic: boom\n\ngoroutine 7 [running]:\na.%41%41%41()\n" + at(3),
			"panic at an unknown place: boom",
		},
		"a stack of another thread": {
			alarm + "goroutine 7 [running]:\n\tgoroutine running on other thread; stack unavailable\ncreated by " + learnerIn + "f in goroutine 6\n" + at(3),
			"TestSearch had not ended after 5s: one goroutine runs at an unknown place",
		},
		"more than a sentence lists": {
			alarm + func() string {
				all := ""
				for i := range 6 {
					all += fmt.Sprintf("goroutine %d [semacquire]:\n%sf()\n%s\n", i+1, learnerIn, at(i+1))
				}
				return all
			}(),
			"TestSearch had not ended after 5s: one goroutine waits for a semaphore at notes.go:1, one goroutine waits for a semaphore at notes.go:2, " +
				"one goroutine waits for a semaphore at notes.go:3, one goroutine waits for a semaphore at notes.go:4 and goroutines in two more places",
		},
		"a select of the standard library": {
			alarm + "goroutine 7 [select]:\nnet/http.(*persistConn).roundTrip(0x1)\n\t/usr/local/go/src/net/http/transport.go:2817 +0x1\n" +
				"net/http.(*Client).Do(...)\n\t/usr/local/go/src/net/http/client.go:590\n" + learnerIn + "f()\n" + at(3),
			"TestSearch had not ended after 5s: one goroutine waits in a select in http.(*Client).Do, called at notes.go:3",
		},
		"a call that the suite kit leaves out": {
			stuck + "          goroutine [select] (*handler).create notes.go:4, started by http.(*Server).Serve server.go:3458\n",
			"one goroutine still waits in a select in a call at notes.go:4; it was started by http.(*Server).Serve",
		},
		"a line that receives": {
			stuck + "          12 goroutines [chan receive] f notes.go:5, started by TestSearch.func1 caller_test.go:7\n",
			"twelve goroutines still wait to receive at notes.go:5; they were started at caller_test.go:7",
		},
		"a leftover of the standard library": {
			stuck + "          goroutine [IO wait] http.(*persistConn).readLoop transport.go:2325, started by http.(*Transport).dialConn transport.go:1944\n",
			"one goroutine still waits on I/O in http.(*persistConn).readLoop; it was started by http.(*Transport).dialConn",
		},
		"a state from the future": {
			stuck + "          goroutine [dreaming] f notes.go:5\n",
			`one goroutine still is in state "dreaming" at notes.go:5`,
		},
		"a bubble that never rests": {
			"--- FAIL: TestSearch (10.00s)\n    the test had not ended after 10s of real time: virtual time moves, but goroutines wake again and again:\n      goroutine [sleep] f notes.go:9\nFAIL\n",
			"TestSearch does not end, because goroutines wake again and again: one goroutine sleeps at notes.go:9",
		},
		"an access without a stack": {
			report("Write at 0x00c000140228 by goroutine 16:\n" + raceAt(3) + "Previous atomic read at 0x00c000140228 by main goroutine:\n  [failed to restore the stack]\n\nGoroutine 16 (running) created at:\n" + strings.TrimSuffix(raceAt(2), "\n")),
			"data race: one goroutine writes at notes.go:3 and another reads at an unknown place, and nothing orders the two; the first was started at notes.go:2",
		},
		"a WaitGroup that is waited for and added to": {
			report("Write at 0x00c00041c138 by goroutine 16:\n  runtime.racewrite()\n      <autogenerated>:1 +0x1e\n\nPrevious read at 0x00c00041c138 by goroutine 17:\n  runtime.raceread()\n      <autogenerated>:1 +0x1e\n" +
				raceAt(3) + "Goroutine 16 (running) created at:\n" + raceAt(2) + "Goroutine 17 (running) created at:\n" + strings.TrimSuffix(raceAt(4), "\n")),
			"data race: a sync.WaitGroup is at zero, one goroutine adds to it at notes.go:3 while another begins to wait for it, and nothing orders the two; the one that waits was started at notes.go:2",
		},
		"a race report that breaks off": {
			"==================\nWARNING: DATA RACE\nWrite at 0x00c000140228 by goro",
			"data race: the report of the race detector is not complete; it is the stack of this finding",
		},
		"nothing at all": {"", "the test failed without a message"},
		"the suite's own words": {
			"    notes_test.go:7: deadlock: that is\n        what the contract says.\n",
			"deadlock: that is what the contract says",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sentences(t, c.output)[0].Text; got != c.want {
				t.Errorf("found %q\n want %q", got, c.want)
			}
		})
	}
}

func TestFindingsComeInTheirOrderAndOnce(t *testing.T) {
	dead := "    bubble.go:120: deadlock: all goroutines in bubble are blocked; nothing will wake them:\n          goroutine [chan send] f notes.go:5\n"
	leak := "    bubble.go:90: goroutines outlived the test and were still there 1m0s of virtual time later:\n          %s [chan send] f notes.go:6, started by f notes.go:4\n"
	r := gorun.NewReport()
	for i, output := range []string{
		"    notes_test.go:7: the contract\n" + dead + fmt.Sprintf(leak, "goroutine"),
		dead + fmt.Sprintf(leak, "3 goroutines"),
		fmt.Sprintf(leak, "goroutine") + fmt.Sprintf(leak, "goroutine"),
	} {
		test := r.Test(fmt.Sprintf("Test%d", i))
		test.Runs, test.Fails = 1, 1
		test.Output.WriteString(output)
	}
	r.Started = true
	endWithCanary(r)
	v := judge(corpusRun("23-leaky-fanout", r))
	want := `leak: one goroutine still waits to send at notes.go:6; it was started at notes.go:4
  Test0 and 2 more [notes.go:6 waits to send] [notes.go:4 started]
deadlock: deadlock: one goroutine waits to send at notes.go:5; all are blocked, so nobody receives any more
  Test0 and 1 more [notes.go:5 waits to send]
contract: the contract
  Test0 [notes_test.go:7 fails]
`
	if got := lines(v.findings, true); got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
	if also := v.findings[0].Also; !slices.Equal(also, []string{"Test1", "Test2"}) {
		t.Errorf("also in %q, want Test1 and Test2", also)
	}
}

func TestAStackHasTheLearnersFramesAlone(t *testing.T) {
	recursion := strings.Repeat(learnerIn+"f()\n"+fmt.Sprintf(learnerAt, 3), 50)
	all := sentences(t, "panic: boom\n\ngoroutine 7 [running]:\nslices.Sort(...)\n\t/usr/local/go/src/slices/sort.go:16\n"+recursion+
		"example.com/leakproof/katas/12-leaky-fanout_test.TestSearch()\n\t/home/ada/leakproof/katas/23-leaky-fanout/notes_test.go:9 +0x1\n"+
		"example.com/leakproof/katas/internal/kit/network.(*Listener).Accept()\n\t/home/ada/leakproof/katas/internal/kit/network/network.go:9 +0x1\n"+
		"example.com/leakproof/katas/internal/kit.Bubble()\n\t/home/ada/leakproof/katas/internal/kit/bubble.go:9 +0x1\n"+
		"go.uber.org/goleak.Find()\n\t/home/ada/go/pkg/mod/go.uber.org/goleak@v1.3.0/leaks.go:9 +0x1\n"+
		"golang.org/x/sync/errgroup.(*Group).Go.func1()\n\t/home/ada/go/pkg/mod/golang.org/x/sync@v0.24.0/errgroup/errgroup.go:93 +0x1\n"+
		"testing.tRunner()\n\t/usr/local/go/src/testing/testing.go:2036 +0x1\ntesting/synctest.Test()\n\t/usr/local/go/src/testing/synctest/synctest.go:290 +0x1\n")
	want := `goroutine 7 [running]:
  ... 1 frame of the standard library
  f
      katas/23-leaky-fanout/notes.go:3
  ... 49 frames of the same line
  ... 1 frame of the suite
  ... 2 frames of the suite kit
  ... 1 frame of goleak
  ... 1 frame of another module
  ... 2 frames of package testing
`
	if all[0].Stack != want {
		t.Errorf("folded to\n%s\nwant\n%s", all[0].Stack, want)
	}
}

func TestAFrozenBubbleIsNoExit(t *testing.T) {
	v := judge(corpusRun("23-leaky-fanout", recorded(t, "frozen-spin")))
	if strings.Contains(v.summary, "os.Exit") || !strings.Contains(v.summary, "virtual time stands still: one goroutine runs at notes.go:39") {
		t.Errorf("summary %q", v.summary)
	}
}

func FuzzFindings(f *testing.F) {
	files, err := filepath.Glob("testdata/findings/*.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		r := recorded(f, strings.TrimSuffix(filepath.Base(file), ".jsonl"))
		said := r.Outside.String() + r.Build.String()
		for _, name := range slices.Backward(r.Order) {
			said = r.Tests[name].Output.String() + said
		}
		if len(said) < 8<<10 {
			f.Add(said)
		}
	}
	f.Add("panic: \n\ngoroutine 1 [running]:\na.%41%41%41()\n\tx.go:1 +0x1\n")
	f.Add("WARNING: DATA RACE\ngoroutine 1 [running]:\nf()\n\tx.go:1\n\n==================\nWARNING: DATA RACE\nRead at 0x1 by goroutine 1:\n")
	f.Fuzz(func(t *testing.T, said string) {
		for _, broken := range []bool{false, true} {
			r := gorun.NewReport()
			r.Started = true
			test := r.Test("TestSearch")
			test.Runs = 1
			test.Output.WriteString(said)
			r.Outside.WriteString(said)
			if broken {
				r.Broken, r.Package = []string{"x"}, "x"
				r.Build.WriteString(said)
			}
			v := judge(corpusRun("23-leaky-fanout", r))
			if len(v.findings) == 0 {
				t.Errorf("no finding, and the summary is %q", v.summary)
			}
			for _, one := range v.findings {
				bounded(t, one)
			}
		}
	})
}
