//go:build unix

package progress_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/leakproof/internal/progress"
)

// TestALogThatIsNoFileIsRefused would hang, or fill the memory, if it were read or
// written.
func TestALogThatIsNoFileIsRefused(t *testing.T) {
	for what, put := range map[string]func(place string) error{
		"a named pipe": func(place string) error { return syscall.Mkfifo(place, 0o600) },
		"a device":     func(place string) error { return os.Symlink("/dev/zero", place) },
		"a folder":     func(place string) error { return os.Mkdir(place, 0o700) },
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			log := open(t, dir)
			if err := put(logFile(dir)); err != nil {
				t.Fatal(err)
			}
			if _, err := progress.Open(dir); err == nil || !strings.Contains(err.Error(), "it is "+what) || !strings.Contains(err.Error(), "--state") {
				t.Errorf("opened: %v", err)
			}
			if err := log.Append(t.Context(), lesson(1)); err == nil || !strings.Contains(err.Error(), logFile(dir)+" is not a regular file") {
				t.Errorf("appended: %v", err)
			}
		})
	}
}

func TestALockThatIsNoFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	log := open(t, dir)
	lock := filepath.Join(dir, "progress.lock")
	if err := syscall.Mkfifo(lock, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := log.Append(t.Context(), lesson(1)); err == nil || !strings.Contains(err.Error(), lock+" is not a regular file") {
		t.Errorf("appended: %v", err)
	}
}
