//go:build unix

package report

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/leakproof/internal/course/coursetest"
)

// TestAPipeIsNoReport: nobody waits for one.
func TestAPipeIsNoReport(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(pipe, coursetest.Course(t)); err == nil || !strings.Contains(err.Error(), "it is a named pipe") {
		t.Errorf("a pipe: %v", err)
	}
	if err := Write(pipe, solved(t)); err == nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("writing to a pipe: %v", err)
	}
	if _, _, err := Read("/dev/zero", coursetest.Course(t)); err == nil || !strings.Contains(err.Error(), "it is a device") {
		t.Errorf("a device: %v", err)
	}
}
