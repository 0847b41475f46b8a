package workspace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
)

func requireKept(t *testing.T, w Workspace, k *course.Kata, src string, want bool) {
	t.Helper()
	kept, err := w.Kept(k)
	if err != nil {
		t.Fatal(err)
	}
	if got := kept(course.Hash([]byte(src))); got != want {
		t.Errorf("%q is kept: %t, want %t", src, got, want)
	}
}

func TestAttemptsAreReadByTheirHash(t *testing.T) {
	w, k := clone(t)
	requireKept(t, w, k, "one", false)
	for _, src := range []string{"one", "two", "one"} {
		if err := w.Keep(k, []byte(src), noon); err != nil {
			t.Fatal(err)
		}
	}
	requireKept(t, w, k, "one", true)
	got, err := w.ReadAttempt(k, course.Hash([]byte("two")))
	if err != nil || string(got) != "two" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := w.ReadAttempt(k, course.Hash([]byte("three"))); !errors.Is(err, ErrNoAttempt) || !strings.Contains(err.Error(), "leakproof attempts 1") {
		t.Errorf("of a version that was never kept: %v", err)
	}
}

func TestOnlyTheNewestAttemptsAreKept(t *testing.T) {
	w, k := clone(t)
	keep := func(n int, after time.Duration) {
		t.Helper()
		if err := w.Keep(k, fmt.Append(nil, n), noon.Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range maxAttempts {
		keep(i, time.Duration(i)*time.Second)
	}
	keep(0, time.Hour) // checked again, so it is no longer the oldest
	keep(maxAttempts, 2*time.Hour)
	requireKept(t, w, k, "0", true)
	requireKept(t, w, k, "1", false)
	requireKept(t, w, k, "2", true)
	files, err := os.ReadDir(filepath.Join(w.Attempts, k.ID))
	if err != nil || len(files) != maxAttempts {
		t.Errorf("%d files, want %d: %v", len(files), maxAttempts, err)
	}
}

func TestAHugeFileIsNotKept(t *testing.T) {
	w, k := clone(t)
	if err := w.Keep(k, make([]byte, maxAttemptBytes), noon); err != nil {
		t.Error(err)
	}
	if err := w.Keep(k, make([]byte, maxAttemptBytes+1), noon); err == nil || !strings.Contains(err.Error(), "the limit is 256 KiB") {
		t.Errorf("one byte too many: %v", err)
	}
}

func TestAnAttemptThatWasEditedIsNone(t *testing.T) {
	w, k := clone(t)
	hash := course.Hash([]byte("mine"))
	if err := w.Keep(k, []byte("mine"), noon); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.Attempts, k.ID, hash[:hashDigits]+".go"), "somebody else's")
	if _, err := w.ReadAttempt(k, hash); !errors.Is(err, ErrNoAttempt) {
		t.Errorf("got %v", err)
	}
	if err := w.Keep(k, []byte("mine"), noon); err != nil {
		t.Fatal(err)
	}
	if got, err := w.ReadAttempt(k, hash); err != nil || string(got) != "mine" {
		t.Errorf("after it was checked again: %q, %v", got, err)
	}
}

func TestAHashThatIsNoneNamesNoFile(t *testing.T) {
	w, k := clone(t)
	write(t, filepath.Join(w.Attempts, k.ID, "../../escaped!!.go"), "")
	for _, hash := range []string{"", "abc", "../../escaped!!", strings.Repeat("z", 64)} {
		if _, err := w.ReadAttempt(k, hash); !errors.Is(err, ErrNoAttempt) {
			t.Errorf("%q: %v", hash, err)
		}
	}
}

func TestAttemptsThatCannotBeWrittenSayWhatToDo(t *testing.T) {
	w, k := clone(t)
	write(t, w.Attempts, "a file where the folder would be")
	if err := w.Keep(k, []byte("mine"), noon); err == nil || !strings.Contains(err.Error(), "--state") {
		t.Errorf("got %v", err)
	}
}

func TestRestoreKeepsWhatItReplaces(t *testing.T) {
	w, k := clone(t)
	write(t, w.Path(k), "now")
	backups, err := w.Restore(k, []byte("then"), noon)
	if err != nil || len(backups) != 1 {
		t.Fatalf("%q, %v", backups, err)
	}
	requireContent(t, w.Path(k), "then")
	requireContent(t, backups[0], "now")
	if backups, err := w.Restore(k, []byte("then"), noon); err != nil || len(backups) != 0 {
		t.Errorf("of what is there already: %q, %v", backups, err)
	}
}

func TestUndoOfAReset(t *testing.T) {
	w, k := clone(t)
	if _, _, err := w.Undo(k, noon); !errors.Is(err, ErrNoBackup) || !strings.Contains(err.Error(), "leakproof reset") {
		t.Errorf("before any reset: %v", err)
	}
	write(t, w.Path(k), "mine")
	reset, err := w.Reset(k, noon)
	if err != nil {
		t.Fatal(err)
	}
	// A later reset that replaced the suite alone is not the one to undo.
	write(t, w.abs("katas/01-open-file/notes_test.go"), "edited")
	if _, err := w.Reset(k, noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	restored, backups, err := w.Undo(k, noon) // on a clock that was put back
	if err != nil || restored != reset[0] || len(backups) != 1 {
		t.Fatalf("restored %q (want %q), backups %q, %v", restored, reset[0], backups, err)
	}
	requireContent(t, w.Path(k), "mine")
	requireContent(t, restored, "mine")
	requireContent(t, backups[0], string(k.Start()))
	// And back again.
	if _, _, err := w.Undo(k, noon.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	requireContent(t, w.Path(k), string(k.Start()))
}
