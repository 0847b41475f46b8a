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

// TestAPipeInTheLogsPlaceIsNotWaitedFor: nor a device without an end.
func TestAPipeInTheLogsPlaceIsNotWaitedFor(t *testing.T) {
	for _, name := range []string{"progress.jsonl", "progress.lock"} {
		for kind, make := range map[string]func(path string) error{
			"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
			"device": func(path string) error { return os.Symlink("/dev/zero", path) },
		} {
			t.Run(name+" is a "+kind, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), name)
				if err := make(path); err != nil {
					t.Fatal(err)
				}
				log, err := progress.Open(filepath.Dir(path))
				if err == nil {
					err = log.Append(t.Context(), lesson(1))
				}
				if err == nil || !strings.Contains(err.Error(), path+" is not a regular file") {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}
