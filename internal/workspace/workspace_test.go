package workspace

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// clone is a workspace with the small course's kata at its start.
func clone(t *testing.T) (Workspace, *course.Kata) {
	t.Helper()
	w := Workspace{Root: t.TempDir(), Backup: filepath.Join(t.TempDir(), "backups"), Attempts: filepath.Join(t.TempDir(), "attempts")}
	k := coursetest.Course(t).Katas[0]
	write(t, w.Path(k), string(k.Start()))
	for name, data := range k.Suite {
		write(t, w.abs(name), string(data))
	}
	return w, k
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func requireContent(t *testing.T, name, want string) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s holds:\n%s\nwant:\n%s", name, got, want)
	}
}

func TestFindLooksUpwards(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "// a comment\nmodule example.com/leakproof\n")
	below := filepath.Join(root, "katas", "01-open-file")
	write(t, filepath.Join(below, "notes.go"), "")
	for _, dir := range []string{root, below} {
		if got, err := Find(dir); err != nil || got != root {
			t.Errorf("Find(%s) = %q, %v", dir, got, err)
		}
	}
	write(t, filepath.Join(root, "go.mod"), "module example.com/other\n")
	if _, err := Find(below); !errors.Is(err, ErrNotFound) {
		t.Errorf("in another module: %v", err)
	}
}

func TestResetKeepsWhatTheLearnerWrote(t *testing.T) {
	w, k := clone(t)
	suite := w.abs("katas/01-open-file/notes_test.go")
	write(t, w.Path(k), "mine")
	write(t, suite, "edited")
	if err := os.Remove(w.abs("katas/internal/kit/kit.go")); err != nil {
		t.Fatal(err)
	}
	backups, err := w.Reset(k, noon)
	if err != nil {
		t.Fatal(err)
	}
	if len(backups) != 2 {
		t.Fatalf("backups: %q, want the kata's file and the suite's", backups)
	}
	requireContent(t, w.Path(k), string(k.Start()))
	for name, data := range k.Suite {
		requireContent(t, w.abs(name), string(data))
	}
	for i, want := range map[int]string{0: "mine", 1: "edited"} {
		requireContent(t, backups[i], want)
	}

	first := backups[0]
	// A second reset has nothing to do, a third one keeps its own backup.
	if more, err := w.Reset(k, noon); err != nil || len(more) != 0 {
		t.Errorf("reset of a kata at its start: %q, %v", more, err)
	}
	write(t, w.Path(k), "mine again")
	again, err := w.Reset(k, noon.Add(time.Nanosecond))
	if err != nil || len(again) != 1 {
		t.Fatalf("%q, %v", again, err)
	}
	requireContent(t, again[0], "mine again")
	requireContent(t, first, "mine")
}

func TestResetReplacesAFolderInTheFilesPlace(t *testing.T) {
	w, k := clone(t)
	if err := os.Remove(w.Path(k)); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.Path(k), "inside.txt"), "kept")
	backups, err := w.Reset(k, noon)
	if err != nil || len(backups) != 1 {
		t.Fatalf("%q, %v", backups, err)
	}
	requireContent(t, w.Path(k), string(k.Start()))
	requireContent(t, filepath.Join(backups[0], "inside.txt"), "kept")
}

func TestResetWithoutBackupChangesNothing(t *testing.T) {
	w, k := clone(t)
	write(t, w.Path(k), "mine")
	write(t, w.Backup, "a file where the folder would be")
	_, err := w.Reset(k, noon)
	if err == nil || !strings.Contains(err.Error(), "--state") {
		t.Errorf("the error names no next action: %v", err)
	}
	requireContent(t, w.Path(k), "mine")
}

func TestResetIgnoresLineEndings(t *testing.T) {
	w, k := clone(t)
	write(t, w.Path(k), strings.ReplaceAll(string(k.Start()), "\n", "\r\n"))
	if backups, err := w.Reset(k, noon); err != nil || len(backups) != 0 {
		t.Errorf("%q, %v", backups, err)
	}
}

func TestReadOfAMissingFileSaysWhatToDo(t *testing.T) {
	w, k := clone(t)
	if err := os.Remove(w.Path(k)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(k); err == nil || !strings.Contains(err.Error(), "leakproof reset 1") {
		t.Errorf("got %v", err)
	}
}

func TestDiff(t *testing.T) {
	_, k := clone(t)
	if got := Diff(k, "a", "b", []byte("x\n"), []byte("x\n")); got != "" {
		t.Errorf("same files: %q", got)
	}
	if got := Diff(k, "a", "b", []byte("x\n"), []byte("y\n")); !strings.Contains(got, "--- a/notes.go\n+++ b/notes.go\n") || !strings.Contains(got, "-x\n+y\n") {
		t.Errorf("got %q", got)
	}
}

func TestFirstHunkIsNeverTheWhole(t *testing.T) {
	_, k := clone(t)
	between := strings.Repeat("\n", 8)
	before, after := "one\n"+between+"two\n", "1\n"+between+"2\n"
	if got := FirstHunk(k, "a", "b", []byte(before), []byte(after)); !strings.Contains(got, "-one\n+1\n") || strings.Contains(got, "two") {
		t.Errorf("of two hunks:\n%s", got)
	}
	for _, b := range []string{before, "1\n" + between + "two\n"} {
		if got := FirstHunk(k, "a", "b", []byte(before), []byte(b)); got != "" {
			t.Errorf("of one hunk or none:\n%s", got)
		}
	}
}
