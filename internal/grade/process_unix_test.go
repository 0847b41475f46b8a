//go:build unix

package grade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/nightly"
)

// pids are the processes that the kata has noted in its file "pid".
func (b *bench) pids() []int {
	content, err := os.ReadFile(onDisk(b.root, testDir+"/pid"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		b.t.Error(err)
	}
	var pids []int
	for word := range strings.FieldsSeq(string(content)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			b.t.Error(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// gone tells whether none of the processes that the kata has noted runs any
// more.
func (b *bench) gone() bool {
	b.t.Helper()
	pids := b.pids()
	if len(pids) == 0 {
		b.t.Fatal("the kata has noted no process")
	}
	return !slices.ContainsFunc(pids, alive)
}

// alive looks for a process in the process table. A zombie has ended; its
// parent has not asked for its status yet.
func alive(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	if runtime.GOOS == "linux" {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err == nil && !strings.Contains(string(stat), ") Z ")
	}
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(state)), "Z")
}

func TestAProcessLeftBehindIsAFailureAndEnded(t *testing.T) {
	b := newBench(t, nil)
	b.grader.Limit = 20 * time.Second // go test waits a tenth of it for the pipe, but 5 s at least
	b.write(map[string]string{testFile: `package leakyfanout

import (
	"os"
	"os/exec"
	"strconv"
)

func Add(a, b int) int {
	if a == 0 {
		cmd := exec.Command("sleep", "600")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		os.WriteFile("pid", []byte(strconv.Itoa(cmd.Process.Pid)), 0o600)
	}
	return a + b
}
`})
	b.want(explain.Fail, "all tests passed, but a process that the code started was still running")
	if !b.gone() {
		t.Error("the process outlives the run")
	}
}

// TestASilentProcessLeftBehindIsEnded: it holds no pipe, so that go test does
// not wait for it.
func TestASilentProcessLeftBehindIsEnded(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{testFile: `package leakyfanout

import (
	"os"
	"os/exec"
	"strconv"
)

func Add(a, b int) int {
	if a == 0 {
		cmd := exec.Command("sleep", "600")
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		os.WriteFile("pid", []byte(strconv.Itoa(cmd.Process.Pid)), 0o600)
	}
	return a + b
}
`})
	b.want(explain.Pass)
	if !b.gone() {
		t.Error("the process outlives the run")
	}
}

// TestASuiteThatKillsItselfDecidesNothing: who sent the signal cannot be told.
func TestASuiteThatKillsItselfDecidesNothing(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{testFile: `package leakyfanout

import "syscall"

func Add(a, b int) int {
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGKILL); err != nil {
		panic(err)
	}
	select {}
}
`})
	v := b.want(explain.Unavailable, "the tests were killed by a signal (killed) during TestAdds", "notes.go:6, which calls syscall.Kill; remove that call")
	if len(v.Findings) > 0 {
		t.Errorf("findings: %+v", v.Findings)
	}
}

// TestARunThatCannotEndItselfIsEnded: it is stopped, so that it cannot print a
// stack dump any more when its time is up.
func TestARunThatCannotEndItselfIsEnded(t *testing.T) {
	b := newBench(t, nil)
	b.grader.Limit = begins
	b.grader.grace = 100 * time.Millisecond
	b.write(map[string]string{testFile: endlessTests["stopped"]})
	b.want(explain.Timeout, "TestAdds had not ended after 2s")
	if !b.gone() {
		t.Error("the process outlives the run")
	}
}

// whenRunning calls f once the kata has noted n processes.
func (b *bench) whenRunning(ctx context.Context, n int, f func()) {
	for ctx.Err() == nil {
		if len(b.pids()) >= n {
			f()
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// runaway is a kata whose Add notes its process and then does something.
func runaway(imports, does string) string {
	return fmt.Sprintf(`package leakyfanout

import (
	"fmt"
	"os"
	%s
)

// note adds to the file in one write.
func note(pids ...any) {
	f, err := os.OpenFile("pid", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintln(f, append(pids, os.Getpid(), os.Getppid())...)
	}
	if err != nil {
		panic(err)
	}
}

func Add(a, b int) int {
	%s
	return a + b
}
`, imports, does)
}

// endlessTests are those that only somebody else can end. How they are ended does
// not look at what they do, so only the hardest is tried in each way by day.
var endlessTests = map[string]string{
	"waits":             runaway("", "note(); select {}"),
	"spins":             runaway("", "note(); for {}"),
	"ignores":           runaway(`"os/signal"`, "signal.Ignore(); note(); select {}"),
	"stopped":           runaway(`"syscall"`, "note(); syscall.Kill(os.Getpid(), syscall.SIGSTOP); select {}"),
	"its group stopped": runaway(`"syscall"`, "note(); syscall.Kill(0, syscall.SIGSTOP); select {}"),
	hardest: runaway(`"os/exec"`, `cmd := exec.Command("sh", "-c", "trap '' INT TERM HUP QUIT; sleep 600 & wait; sleep 600")
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	note(cmd.Process.Pid)
	select {}`),
}

const hardest = "a child ignores"

func TestCancellingEndsTheWholeRun(t *testing.T) {
	for name, code := range endlessTests {
		if name != hardest && !nightly.On() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			b := newBench(t, nil)
			t.Setenv("TMPDIR", temp)
			b.write(map[string]string{testFile: code})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go b.whenRunning(ctx, 2, cancel)
			v, err := b.grader.Grade(ctx, b.suite)
			if !errors.Is(err, context.Canceled) || v.Status != "" || v.Summary != "" {
				t.Errorf("Grade = %+v, %v, want nothing and context.Canceled", v, err)
			}
			if !b.gone() {
				t.Error("the process outlives the run")
			}
			if left, err := filepath.Glob(filepath.Join(temp, "*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %q, %v", left, err)
			}
		})
	}
}

func TestARunWithoutEndIsEndedAtItsLimit(t *testing.T) {
	beforeTheTests := strings.Replace(runaway("", ""), "func Add", "func init() {\n\tnote()\n\tfor {\n\t}\n}\n\nfunc Add", 1)
	for name, tc := range map[string]struct{ code, summary string }{
		"a loop in a test":           {runaway("", "note(); for {}"), "TestAdds had not ended after 2s"},
		"a loop before the tests":    {beforeTheTests, "the run had not ended after 2s"},
		"a test that cannot be told": {endlessTests["ignores"], "TestAdds had not ended after 2s"},
	} {
		if name == "a loop in a test" && !nightly.On() { // it is told as one that waits is
			continue
		}
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.grader.Limit = begins
			b.grader.grace = time.Second
			b.write(map[string]string{testFile: tc.code})
			b.want(explain.Timeout, tc.summary, "look for what waits or spins without an end")
			if !b.gone() {
				t.Error("the process outlives the run")
			}
		})
	}
}

func TestARunEndsWithItsOwner(t *testing.T) {
	for name, code := range endlessTests {
		if name != hardest && !nightly.On() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.write(map[string]string{testFile: code})
			b.endsWithItsOwner(2)
		})
	}
}

// endsWithItsOwner kills the process that grades, once the kata has noted n
// processes, as the kernel does when memory is short. So dies one that panics
// where nobody recovers.
func (b *bench) endsWithItsOwner(n int) {
	b.t.Helper()
	self, err := os.Executable()
	if err != nil {
		b.t.Fatal(err)
	}
	owner := exec.CommandContext(b.t.Context(), self)
	owner.Env = append(os.Environ(), ownedRoot+"="+b.root, "TMPDIR="+b.t.TempDir())
	owner.Stderr = os.Stderr
	if err := owner.Start(); err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	go b.whenRunning(ctx, n, func() {
		if err := owner.Process.Kill(); err != nil {
			b.t.Error(err)
		}
	})
	if _ = owner.Wait(); owner.ProcessState.Exited() {
		b.t.Fatalf("it ended by itself: %v", owner.ProcessState)
	}
	for !b.gone() {
		if ctx.Err() != nil {
			b.t.Fatal("the run outlives the process that graded")
		}
		time.Sleep(time.Millisecond)
	}
}

// BenchmarkCancel measures from cancelling a run to the moment when none of
// its processes runs and it has returned. It says most where nobody reaps:
// unshare --pid --fork --mount-proc go test ...
func BenchmarkCancel(b *testing.B) {
	w := newBench(b, nil)
	w.grader.quick = false
	w.write(map[string]string{testFile: endlessTests["spins"]})
	var took []time.Duration
	for b.Loop() {
		w.remove(testDir + "/pid")
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = w.grader.Grade(ctx, w.suite) // it is cancelled
		}()
		w.whenRunning(ctx, 2, func() {
			began := time.Now()
			cancel()
			for !w.gone() {
				time.Sleep(100 * time.Microsecond)
			}
			<-ended
			took = append(took, time.Since(began))
		})
		cancel()
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "median-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1e3, "max-ms")
}
