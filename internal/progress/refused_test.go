package progress_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/leakproof/internal/progress"
)

func TestNewerFileIsRefusedAndUntouched(t *testing.T) {
	for name, content := range map[string]string{
		"only line":          `{"v":2,"at":{"unix":1}}` + "\n",
		"among others":       `{"v":1,"kind":"read","lesson":"a","section":"s"}` + "\n" + `{"v":3}` + "\n" + `{"v":1,"kind":"read","lesson":"b","section":"s"}` + "\n",
		"after damage":       "garbage\n" + `{"v":2}` + "\n",
		"without a line end": `{"v":2}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := fileOf(t, content)
			l, err := progress.Open(dir)
			if !errors.Is(err, progress.ErrNewer) || l != nil {
				t.Fatalf("Open: %v, want ErrNewer", err)
			}
			for _, part := range []string{logFile(dir), "line ", "update Leakproof", "--state DIR", "LEAKPROOF_STATE"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			wantOnly(t, dir, content)
		})
	}
}

// A newer copy can start while this one runs.
func TestAppendRefusesAFileThatBecameNewer(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, lesson(1))
	content := contentOf(t, dir) + `{"v":2}` + "\n"
	if err := os.WriteFile(logFile(dir), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), lesson(2)); !errors.Is(err, progress.ErrNewer) {
		t.Errorf("Append: %v, want ErrNewer", err)
	}
	if err := l.Refresh(); !errors.Is(err, progress.ErrNewer) {
		t.Errorf("Refresh: %v, want ErrNewer", err)
	}
	if got := contentOf(t, dir); got != content {
		t.Errorf("the file changed:\n%s", got)
	}
	if s := l.State(); !s.SectionRead("lesson-1", "s") || s.SectionRead("lesson-2", "s") {
		t.Error("the state is not that of before the newer line")
	}
}

// wantOnly checks that a folder holds the log with these bytes and nothing else.
func wantOnly(t *testing.T, dir, content string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("the folder holds %v, want the log alone", entries)
	}
	if got := contentOf(t, dir); got != content {
		t.Errorf("the file changed:\n%s", got)
	}
}

func TestUnwritableFolderSaysWhatToDo(t *testing.T) {
	// A file in the folder's place is refused to every user, root included.
	dir := filepath.Join(t.TempDir(), "state")
	l := open(t, dir)
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := l.Append(t.Context(), lesson(1))
	if err == nil {
		t.Fatal("Append into a file succeeded")
	}
	for _, part := range []string{"not saved", dir, "--state DIR", "LEAKPROOF_STATE"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if l.State().SectionRead("lesson-1", "s") {
		t.Error("the state counts an event that was not saved")
	}
}

func TestUnreadableFileSaysWhatToDo(t *testing.T) {
	// A folder in the file's place is refused to every user, root included.
	dir := t.TempDir()
	if err := os.Mkdir(logFile(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := progress.Open(dir)
	if err == nil {
		t.Fatal("Open of a folder in the file's place succeeded")
	}
	for _, part := range []string{logFile(dir) + " is not a regular file", dir, "--state DIR", "LEAKPROOF_STATE"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestAppendRefusesWhatCannotBeReadBack(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if err := l.Append(t.Context(), progress.Event{Lesson: "of no kind"}); err == nil {
		t.Error("an event without a kind was accepted")
	}
	huge := progress.Event{Kind: progress.KindVerdict, Kata: "k", Failed: []string{strings.Repeat("x", 64<<10)}}
	if err := l.Append(t.Context(), huge); err == nil {
		t.Error("an event longer than a line may be was accepted")
	}
	if _, err := os.Stat(logFile(dir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a refused event left a file: %v", err)
	}
}
