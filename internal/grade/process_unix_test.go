//go:build unix

package grade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// gone tells whether no process with the number in the kata's file "pid" runs
// any more. A zombie has ended; its parent has not asked for its status yet.
func (b *bench) gone() bool {
	b.t.Helper()
	content, err := os.ReadFile(onDisk(b.root, testDir+"/pid"))
	if err != nil {
		b.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		b.t.Fatal(err)
	}
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
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
	b.want(Fail, "all tests passed, but a process that the code started was still running")
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
	b.want(Pass)
	if !b.gone() {
		t.Error("the process outlives the run")
	}
}

// stopsItself cannot print a stack dump any more when its time is up.
const stopsItself = `package leakyfanout

import (
	"os"
	"strconv"
	"syscall"
)

func Add(a, b int) int {
	os.WriteFile("pid", []byte(strconv.Itoa(os.Getpid())), 0o600)
	syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	select {}
}
`

func TestARunThatCannotEndItselfIsEnded(t *testing.T) {
	b := newBench(t, nil)
	b.grader.Limit = 200 * time.Millisecond
	b.grader.grace = 100 * time.Millisecond
	b.write(map[string]string{testFile: stopsItself})
	b.want(Timeout, "TestAdds had not ended after 200ms")
	if !b.gone() {
		t.Error("the process outlives the run")
	}
}

func TestCancellingEndsTheWholeRun(t *testing.T) {
	temp := t.TempDir()
	b := newBench(t, nil)
	t.Setenv("TMPDIR", temp)
	b.write(map[string]string{testFile: strings.Replace(stopsItself, "	syscall.Kill(os.Getpid(), syscall.SIGSTOP)\n", "	_ = syscall.Getpid\n", 1)})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if pid, err := os.ReadFile(onDisk(b.root, testDir+"/pid")); err == nil && len(pid) > 0 {
				cancel() // the test is running
			}
			time.Sleep(time.Millisecond)
		}
	}()
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
}
