package grade

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
)

const testPackage = "example.com/workbook/" + testDir

// stream is what `go test -json` prints for these events.
func stream(t *testing.T, events ...gorun.Event) []byte {
	t.Helper()
	var out []byte
	for _, e := range events {
		e.Package = testPackage
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, line...), '\n')
	}
	return out
}

// TestWhatEndedARunIsToldByName: what the machine did is no verdict on the
// code, and the sentence says what it was.
func TestWhatEndedARunIsToldByName(t *testing.T) {
	broken := func(said ...string) []gorun.Event {
		var events []gorun.Event
		for _, line := range said {
			events = append(events, gorun.Event{Action: "build-output", ImportPath: testPackage + ".test", Output: line + "\n"})
		}
		return append(events, gorun.Event{Action: "build-fail", ImportPath: testPackage + ".test"}, gorun.Event{Action: "start"}, gorun.Event{Action: "fail"})
	}
	// ran is a run that ended in TestAddsUp, or with "" before it.
	ran := func(test string, said ...string) []gorun.Event {
		events := []gorun.Event{{Action: "start"}}
		if test != "" {
			events = append(events, gorun.Event{Action: "run", Test: test})
		}
		for _, line := range said {
			events = append(events, gorun.Event{Action: "output", Test: test, Output: line + "\n"})
		}
		return append(events, gorun.Event{Action: "output", Output: "FAIL\t" + testPackage + "\t0.3s\n"}, gorun.Event{Action: "fail"})
	}
	exit1 := gorun.Ending{Exit: 1}
	for name, c := range map[string]struct {
		events []gorun.Event
		end    gorun.Ending
		answer string
		status explain.Status
		want   string
	}{
		"the go command killed at once":  {nil, gorun.Ending{Exit: -1, Signal: "killed"}, "", explain.Unavailable, "the go command was killed by a signal from outside (killed)"},
		"the go command killed later":    {ran("TestAddsUp")[:2], gorun.Ending{Exit: -1, Signal: "killed"}, "", explain.Unavailable, "the go command was killed by a signal from outside (killed)"},
		"the go command not started":     {nil, gorun.Ending{Exit: -1, Cause: errors.New("fork/exec /usr/bin/go: resource temporarily unavailable")}, "", explain.Unavailable, "the machine allows no further process"},
		"no space for the go command":    {nil, gorun.Ending{Exit: 1, Stderr: "go: creating work dir: mkdir /tmp/x: no space left on device\n"}, "", explain.Unavailable, "there is no space left for the build"},
		"the linker killed":              {broken(testPackage + ".test: /usr/local/go/pkg/tool/linux_amd64/link: signal: killed"), exit1, "", explain.Unavailable, "the Go linker was killed by a signal from outside"},
		"the compiler killed":            {broken(testPackage + ": /usr/local/go/pkg/tool/linux_amd64/compile: signal: killed"), exit1, "", explain.Unavailable, "the Go compiler was killed by a signal from outside"},
		"no space for the linker":        {broken("# x.test", "/go/link: mapping output file failed: no space left on device"), exit1, "", explain.Unavailable, "there is no space left for the build"},
		"the C linker fails":             {broken("# x.test", "/go/link: running gcc failed: exit status 1", "/usr/bin/ld: cannot find -lnope"), exit1, "", explain.Unavailable, "the C compiler that the race detector needs fails"},
		"the learner's own C code":       {broken("# x.test", "/go/link: running gcc failed: exit status 1", "/usr/bin/ld: undefined reference to nope"), exit1, "package p\n\nimport \"C\"\n", explain.CompileError, "running gcc failed"},
		"a folder without execution":     {ran("", "fork/exec "+t.TempDir()+"/a.test: permission denied"), exit1, "", explain.Unavailable, "the temporary folder "},
		"no memory for the detector":     {ran("", "==5==ERROR: ThreadSanitizer failed to allocate 0x5fb0000 (100335616) bytes at address 2 (errno: 12)"), exit1, "", explain.Unavailable, "the machine is out of memory"},
		"the suite killed":               {ran("TestAddsUp", "=== RUN   TestAddsUp", "signal: killed"), exit1, "", explain.Unavailable, "the tests were killed by a signal (killed) during TestAddsUp, which came from outside, as when memory is short, or from the code itself"},
		"the suite killed at the start":  {ran("", "signal: killed"), exit1, "", explain.Unavailable, "killed by a signal (killed) before the first test"},
		"the suite told to quit":         {ran("TestAddsUp", "SIGQUIT: quit\nPC=0x4c m=0 sigcode=0\n\ngoroutine 1 [running]:", "exit status 2"), exit1, "", explain.Unavailable, "killed by a signal (quit)"},
		"the output not taken":           {ran("TestAddsUp", "=== RUN   TestAddsUp", "*** Test I/O incomplete 6s after exiting.", "exec: WaitDelay expired before I/O complete"), exit1, "", explain.Unavailable, "the output of the tests broke off during TestAddsUp: a process that the code started may still hold it, or this machine is too busy"},
		"the code sends the signal":      {ran("TestAddsUp", "signal: killed"), exit1, "package p\n\nfunc Add(a, b int) int {\n\tsyscall.Kill(syscall.Getpid(), 9)\n\treturn 0\n}\n", explain.Unavailable, "or from notes.go:4, which calls syscall.Kill; remove that call"},
		"a panic that ends in a signal":  {ran("TestAddsUp", "panic: boom", "", "goroutine 1 [running]:", "signal: aborted (core dumped)"), exit1, "", explain.Fail, "panic: boom"},
		"no memory for the suite":        {ran("TestAddsUp", "fatal error: runtime: out of memory", "", "goroutine 1 [running]:", "runtime.sysMapOS(0xc000400000, 0x4000000, {0x1, 0x2})"), exit1, "", explain.Unavailable, "the machine had no memory or thread left during TestAddsUp (fatal error: runtime: out of memory)"},
		"more memory than any run gets":  {ran("TestAddsUp", "fatal error: runtime: out of memory", "", "goroutine 1 [running]:", "runtime.sysMapOS(0xc000400000, 0x4000000000, {0x1, 0x2})"), exit1, "", explain.Fail, "fatal error: runtime: out of memory"},
		"a failure that speaks of space": {ran("TestAddsUp", "--- FAIL: TestAddsUp (0.00s)", "    notes_test.go:13: no space left on device"), exit1, "", explain.Fail, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := recordedPlan(t)
			p.MemoryLimit = gorun.DefaultMemoryLimit
			p.Answer = map[string][]byte{testFile: []byte(c.answer)}
			v := judge(p, replay(t, stream(t, c.events...)), c.end)
			if v.Status != c.status || !strings.Contains(v.Summary, c.want) {
				t.Errorf("judged %s: %s\nwant %s: %s", v.Status, v.Summary, c.status, c.want)
			}
			if c.status == explain.Unavailable && (len(v.Findings) > 0 || !strings.Contains(v.Summary, "; ")) {
				t.Errorf("findings %v, or no next action: %s", v.Findings, v.Summary)
			}
		})
	}
}

// TestVetsFindingsAreItsOwn runs the go command: only that knows who refused.
func TestVetsFindingsAreItsOwn(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{testFile: "package leakyfanout\n\nimport \"fmt\"\n\nfunc Add(a, b int) int {\n\t_ = fmt.Sprintf(\"%d\", \"x\")\n\treturn a + b\n}\n"})
	v := b.want(explain.Fail, "go vet, which runs before the tests, refuses "+testFile+":6:19: fmt.Sprintf format %d", "repair this first")
	if len(v.Findings) != 1 || v.Findings[0].Kind != explain.KindVet || !strings.HasPrefix(v.Findings[0].Text, "go vet refuses notes.go:6: ") ||
		!slices.Equal(v.Findings[0].Places, []explain.Place{{File: testFile, Line: 6, What: "go vet refuses it"}}) {
		t.Errorf("findings: %+v", v.Findings)
	}
	b.write(map[string]string{testFile: "package leakyfanout\n\nimport \"fmt\"\n\nfunc Add(a, b int) int {\n\t_ = fmt.Sprintf(\"%d\", \"x\")\n\treturn a + c\n}\n"})
	if v := b.want(explain.CompileError, "undefined: c"); v.Findings[0].Kind != explain.KindCompile {
		t.Errorf("findings: %+v", v.Findings)
	}
}

// TestAnotherVersionOfTheCloneIsNoEdit: what the clone's archive has as well was
// not changed by the learner, and a reset would take it back.
func TestAnotherVersionOfTheCloneIsNoEdit(t *testing.T) {
	const comment = "\n// a comment\n"
	files := workbook()
	pristine := func(changes map[string]string) string {
		out := "An archive.\n\n"
		for _, name := range []string{testKit, testSuite, testDir + "/KATA.md", "katas/13-other/notes_test.go", testDir + "/more_test.go"} {
			if content, ok := changes[name]; ok {
				out += "-- " + name + " --\n" + content
			} else if content, ok := files[name]; ok {
				out += "-- " + name + " --\n" + content
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		onDisk, archive map[string]string
		status          explain.Status
		names           string
	}{
		"the same":        {nil, nil, explain.Pass, ""},
		"edited":          {map[string]string{testSuite: files[testSuite] + comment}, nil, explain.Untrusted, "`leakproof reset 23` restores it"},
		"updated":         {map[string]string{testSuite: files[testSuite] + comment}, map[string]string{testSuite: files[testSuite] + comment}, explain.Unavailable, testSuite},
		"updated, edited": {map[string]string{testSuite: comment}, map[string]string{testSuite: files[testSuite] + comment}, explain.Unavailable, testSuite},
		"a new kit":       {nil, map[string]string{testKit: files[testKit] + comment}, explain.Unavailable, testKit},
		"a new test":      {nil, map[string]string{testDir + "/more_test.go": comment}, explain.Unavailable, testDir + "/more_test.go"},
		"another kata":    {nil, map[string]string{"katas/13-other/notes_test.go": comment}, explain.Pass, ""},
		"another brief":   {nil, map[string]string{testDir + "/KATA.md": "new\n"}, explain.Pass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.write(c.onDisk)
			b.write(map[string]string{archive: pristine(c.archive)})
			v := b.want(c.status, c.names)
			if newer := strings.Contains(v.Summary, "of another version than this program"); newer != (c.status == explain.Unavailable) || newer && strings.Contains(v.Summary, "reset") {
				t.Errorf("summary: %s", v.Summary)
			}
		})
	}
}

func TestATrialPassesWhereSuitesCanRun(t *testing.T) {
	b := newBench(t, nil)
	b.grader.quick = false
	if !b.grader.Runner.Probe(t.Context()).Race {
		t.Skip("there is no race detector here")
	}
	b.write(map[string]string{testSuite: "an edited suite is not the machine's fault\n"})
	try := func(status explain.Status, summary string) {
		t.Helper()
		v, err := b.grader.Try(t.Context(), []Suite{b.suite})
		if err != nil || v.Status != status || !strings.Contains(v.Summary, summary) {
			t.Errorf("judged %s, %v: %s\n%s\nwant %s: %s", v.Status, err, v.Summary, v.Detail, status, summary)
		}
	}
	try(explain.Pass, "")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.grader.Try(ctx, []Suite{b.suite}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}

	b.write(map[string]string{archive: "-- " + testSuite + " --\n"})
	try(explain.Unavailable, "of another version than this program")
	b.remove(archive)

	// A real linker that fails; not every system links race binaries with that of C.
	t.Setenv("CGO_LDFLAGS", "-lnope")
	b.grader = &Grader{Runner: &gorun.Runner{Root: b.root}}
	v, err := b.grader.Try(t.Context(), []Suite{b.suite})
	if linked := runtime.GOOS != "linux" && v.Status == explain.Pass; err != nil || !linked && (v.Status != explain.Unavailable || !strings.Contains(v.Summary, "CGO_LDFLAGS=-lnope")) {
		t.Errorf("judged %s, %v: %s", v.Status, err, v.Summary)
	}
}
