//go:build unix

package lab

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// apart gives a process a session of its own.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func suspend(pid int) { _ = syscall.Kill(pid, syscall.SIGSTOP) }

// gone requires that processes have ended. Where there is no init, one that nobody
// waits for stays in the table.
func gone(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		if runs(pid) {
			t.Errorf("process %d still runs", pid)
		}
	}
}

func runs(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return os.IsNotExist(err) && !hasProc()
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z") && !strings.HasPrefix(after, "X")
}

func hasProc() bool {
	_, err := os.Stat("/proc/self/stat")
	return err == nil
}

// playWorkbook runs a lab, says its processes, and ends as it is told to.
func playWorkbook(how string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	limits := usualLimits
	if how == "frozen" {
		limits.quiet = frozenQuiet
	}
	r := start(ctx, shards(), dir, limits, fake(how))
	defer r.Stop()
	for {
		u, ok := r.Next(ctx)
		if !ok {
			return
		}
		if u.Sample != nil && how == "frozen" {
			fmt.Println("sample")
		}
		if u.Event == nil {
			continue
		}
		fmt.Println(u.Event.Text)
		go func() {
			if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err == nil {
				panic("on purpose")
			}
		}()
	}
}

// TestEndsOfTheWorkbook: however the workbook ends, and whatever its lab does,
// nothing of the lab is left.
func TestEndsOfTheWorkbook(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"well", "deaf", "stopped"} {
		for name, end := range map[string]func(*exec.Cmd, *os.File){
			"SIGTERM": func(cmd *exec.Cmd, _ *os.File) { _ = cmd.Process.Signal(syscall.SIGTERM) },
			"SIGHUP":  func(cmd *exec.Cmd, _ *os.File) { _ = cmd.Process.Signal(syscall.SIGHUP) },
			"SIGKILL": func(cmd *exec.Cmd, _ *os.File) { _ = cmd.Process.Kill() },
			"panic":   func(_ *exec.Cmd, in *os.File) { _, _ = in.WriteString("\n") },
		} {
			t.Run(how+" "+name, func(t *testing.T) {
				t.Parallel()
				self, err := os.Executable()
				if err != nil {
					t.Fatal(err)
				}
				workbook := exec.CommandContext(t.Context(), self)
				workbook.Env = append(os.Environ(), fakeWorkbook+"="+how, "TMPDIR="+t.TempDir())
				read, in, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _, _ = read.Close(), in.Close() }()
				workbook.Stdin = read
				out, err := workbook.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := workbook.Start(); err != nil {
					t.Fatal(err)
				}
				pids := make([]int, 2)
				if _, err := fmt.Fscanf(out, "processes %d %d\n", &pids[0], &pids[1]); err != nil {
					t.Fatal(err)
				}
				end(workbook, in)
				_ = workbook.Wait() // it was killed, or has panicked
				// After a kill it is the guard who ends the lab.
				for runs(pids[0]) || runs(pids[1]) {
					select {
					case <-t.Context().Done():
						t.Fatalf("of %d something still runs", pids)
					case <-time.After(5 * time.Millisecond):
					}
				}
			})
		}
	}
}

// frozenQuiet is how long the lab of a workbook that is stopped may say nothing.
const frozenQuiet = 2 * time.Second

// A workbook that was stopped together with its lab, as by a machine that sleeps,
// does not take the lab for silent.
func TestAWorkbookThatWasStopped(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	workbook := exec.CommandContext(t.Context(), self)
	workbook.Env = append(os.Environ(), fakeWorkbook+"=frozen", "TMPDIR="+t.TempDir())
	out, err := workbook.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := workbook.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = workbook.Process.Signal(syscall.SIGTERM), workbook.Wait() }()
	var pids [2]int
	if _, err := fmt.Fscanf(out, "processes %d %d\n", &pids[0], &pids[1]); err != nil {
		t.Fatal(err)
	}
	suspend(pids[0])
	suspend(workbook.Process.Pid)
	<-time.After(2 * frozenQuiet)
	for _, pid := range []int{workbook.Process.Pid, pids[0]} {
		if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
	lines := bufio.NewScanner(out)
	for range 200 { // more than was waiting
		if !lines.Scan() {
			t.Fatal("the run has ended")
		}
	}
}
