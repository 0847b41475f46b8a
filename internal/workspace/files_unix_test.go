//go:build unix

package workspace

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/leakproof/internal/course"
)

// TestWhatIsNoFileIsReplaced: a reset is what the sentences about such a file
// advise, so it must not wait for it either.
func TestWhatIsNoFileIsReplaced(t *testing.T) {
	const helper = "katas/01-open-file/notes_test.go"
	for what, put := range map[string]func(place string) error{
		"a named pipe": func(place string) error { return syscall.Mkfifo(place, 0o600) },
		"a device":     func(place string) error { return os.Symlink("/dev/zero", place) },
	} {
		t.Run(what, func(t *testing.T) {
			w, k := clone(t)
			for _, place := range []string{w.Path(k), w.abs(helper)} {
				if err := os.Remove(place); err != nil {
					t.Fatal(err)
				}
				if err := put(place); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := w.Read(k); err == nil || !strings.Contains(err.Error(), "it is "+what+"): `leakproof reset 1`") {
				t.Errorf("read: %v", err)
			}
			if err := w.OnlyFiles(k); err == nil || !strings.Contains(err.Error(), "it is "+what) {
				t.Errorf("only files: %v", err)
			}
			backups, err := w.Reset(k, noon)
			if err != nil || len(backups) != 0 {
				t.Errorf("reset: %q, %v", backups, err)
			}
			requireContent(t, w.Path(k), string(k.Start()))
			if err := os.Symlink("somebody@machine.123:456", filepath.Join(w.Dir(k), ".#notes.go")); err != nil {
				t.Fatal(err)
			}
			if err := w.OnlyFiles(k); err != nil {
				t.Errorf("after the reset: %v", err)
			}
			requireContent(t, w.abs(helper), string(k.Suite[helper]))
		})
	}
}

func TestAHugeFileIsBackedUpAndNotRead(t *testing.T) {
	w, k := clone(t)
	if err := os.Truncate(w.Path(k), 50<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(k); err == nil || !strings.Contains(err.Error(), "it has more than 1 MiB") {
		t.Errorf("read: %v", err)
	}
	backups, err := w.Reset(k, noon)
	if err != nil || len(backups) != 1 {
		t.Fatalf("reset: %q, %v", backups, err)
	}
	if info, err := os.Stat(backups[0]); err != nil || info.Size() != 50<<20 {
		t.Errorf("the backup: %v, %v", info, err)
	}
}

func TestAnAttemptThatIsNoFileIsNotRead(t *testing.T) {
	w, k := clone(t)
	hash := course.Hash([]byte("mine"))
	place := filepath.Join(w.Attempts, k.ID, hash[:hashDigits]+".go")
	write(t, filepath.Join(filepath.Dir(place), "other"), "")
	if err := syscall.Mkfifo(place, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ReadAttempt(k, hash); err == nil || !strings.Contains(err.Error(), "it is a named pipe") {
		t.Errorf("read: %v", err)
	}
	if err := w.Keep(k, []byte("mine"), noon); err != nil {
		t.Errorf("kept in its place: %v", err)
	}
	if got, err := w.ReadAttempt(k, hash); err != nil || string(got) != "mine" {
		t.Errorf("%q, %v", got, err)
	}
}
