package gorun

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAProcessThatNobodyWaitsForHasEnded: in a container without an init it
// stays in the process table, in its group and with its limits.
func TestAProcessThatNobodyWaitsForHasEnded(t *testing.T) {
	m := newMark()
	cmd := exec.CommandContext(t.Context(), "sleep", "600")
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	if err := markLimit(pid, m.limit); err != nil {
		t.Skipf("processes cannot be marked here: %v", err)
	}
	if !groupRuns(pid) || !m.on(pid) {
		t.Errorf("a process that runs: its group runs: %t, it is marked: %t", groupRuns(pid), m.on(pid))
	}
	if newMark().on(pid) {
		t.Error("it has the mark of another run")
	}
	if !m.kill() {
		t.Error("it was not found by its mark")
	}
	for stat := ""; !strings.Contains(stat, ") Z "); time.Sleep(time.Millisecond) {
		content, err := os.ReadFile(inProc(pid, "stat"))
		if err != nil {
			t.Fatal(err)
		}
		stat = string(content)
	}
	if syscall.Kill(-pid, 0) != nil {
		t.Fatal("it is not in the process table any more")
	}
	if groupRuns(pid) || m.on(pid) || m.kill() {
		t.Errorf("a process that has ended: its group runs: %t, it is marked: %t", groupRuns(pid), m.on(pid))
	}
	_ = cmd.Wait() // it was killed
}
