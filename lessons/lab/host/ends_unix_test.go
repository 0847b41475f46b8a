//go:build unix

package host

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A service that hangs is ended, and the lab says so.
func TestAServiceThatHangs(t *testing.T) {
	change(t, &patience, 2*time.Second)
	r := start(t, testLab(patientTime))
	n := r.sample("a sample", func(n map[string]float64) bool { return n["pid"] > 0 })
	if err := syscall.Kill(int(n["pid"]), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if got := r.problem(); !strings.Contains(got, "said nothing for 2s and was ended") {
		t.Errorf("it says %q", got)
	}
	gone(t, n["pid"])
}

// gone waits until there is no such process, or only its entry in the table.
func gone(t *testing.T, pid float64) {
	t.Helper()
	late := time.Now().Add(soonEnough)
	for !errors.Is(syscall.Kill(int(pid), 0), syscall.ESRCH) {
		if stat, err := os.ReadFile(fmt.Sprintf("/proc/%.0f/stat", pid)); err == nil && strings.Contains(string(stat), ") Z ") {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("process %v is still there", pid)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
