package workspace

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/tools/asbuilt"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// smallContents are those of the small course.
func smallContents(t *testing.T) Contents {
	t.Helper()
	c, err := NewContents(coursetest.Sources(t, coursetest.Files(t)), coursetest.Course(t), "v1.2.0")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// made is a new workspace.
func made(t *testing.T, c Contents) Workspace {
	t.Helper()
	root := filepath.Join(t.TempDir(), "new", "leakproof")
	if err := Create(root, "/home/somebody", c); err != nil {
		t.Fatal(err)
	}
	return Workspace{Root: root, Backup: filepath.Join(t.TempDir(), "backups"), Attempts: filepath.Join(t.TempDir(), "attempts")}
}

// TestKatasAndLabsBuildInAWorkspace makes one from the program's own content.
func TestKatasAndLabsBuildInAWorkspace(t *testing.T) {
	src := course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS}
	c, err := course.Load(src)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := NewContents(src, c, "v1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	back, err := readRecord(contents.record())
	if err != nil || len(back.Files) != len(contents.Files) {
		t.Fatalf("of %d files the record has %d: %v", len(contents.Files), len(back.Files), err)
	}
	for name, data := range contents.Files {
		if !same(back.Files[name], data) {
			t.Errorf("the record has another %s", name)
		}
	}
	w := made(t, contents)
	if done, err := w.Update(contents, noon); err != nil || !done.None() || len(done.Kept)+len(done.Contract)+len(done.New) > 0 {
		t.Errorf("an update at once: %+v, %v", done, err)
	}
	vet := exec.CommandContext(t.Context(), "go", append(append([]string{"vet"}, asbuilt.Flags()...), "./katas/01-loop-cancel", "./lessons/01-four-habits/...", "./lessons/13-fan-out-safely/leaky-fan-out")...)
	vet.Dir = w.Root
	vet.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off")
	if out, err := vet.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAWorkspaceIsMadeWholeOrNotAtAll(t *testing.T) {
	c, home := smallContents(t), t.TempDir()
	full := t.TempDir()
	write(t, filepath.Join(full, "thesis.txt"), "years of work")
	for dir, want := range map[string]string{
		home: "home folder",
		full: "is not empty (it has thesis.txt)",
		filepath.Join(made(t, c).Root, "katas", "new"): "is a workspace already",
		filepath.Join(full, "thesis.txt", "below"):     "cannot",
	} {
		if err := Create(dir, home, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", dir, err, want)
		}
	}
	requireContent(t, filepath.Join(full, "thesis.txt"), "years of work")
	if entries, err := os.ReadDir(full); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v were left", entries, err)
	}
	empty := t.TempDir()
	if err := Create(empty, home, c); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	if root, err := Find(filepath.Join(empty, "katas", c.katas[0].ID)); err != nil || root != empty {
		t.Errorf("found %q, %v", root, err)
	}
}

func TestAnUpdateKeepsWhatTheLearnerWrote(t *testing.T) {
	old := smallContents(t)
	w, k := made(t, old), old.katas[0]
	suite := k.Dir() + "/notes_test.go"
	if old.Files[suite] == nil {
		t.Fatalf("the small course has no %s", suite)
	}
	write(t, w.Path(k), "package mine\n")
	write(t, w.abs("README.md"), "my own\n")
	write(t, w.abs("lessons/mine.txt"), "notes\n")
	old.Files["lessons/gone.go"] = []byte("package gone\n")
	write(t, w.abs("lessons/gone.go"), "package gone\n")
	write(t, w.abs(record), string(old.record()))

	fresh := smallContents(t)
	fresh.Version = "v1.3.0"
	fresh.Files[suite] = append([]byte("// another suite\n"), fresh.Files[suite]...)
	fresh.Files[k.Path()] = []byte("package start // another one\n")
	fresh.Files["README.md"] = []byte("new\n")
	fresh.Files["lessons/01-close/new.go"] = []byte("package p\n")
	done, err := w.Update(fresh, noon)
	if err != nil {
		t.Fatal(err)
	}
	requireContent(t, w.Path(k), "package mine\n")
	requireContent(t, w.abs("lessons/mine.txt"), "notes\n")
	requireContent(t, w.abs("README.md"), "new\n")
	requireContent(t, w.abs(suite), string(fresh.Files[suite]))
	if _, err := os.Stat(w.abs("lessons/gone.go")); err == nil {
		t.Error("a file that the version no longer has is still there")
	}
	if len(done.Backups) != 1 || len(done.Kept) != 1 || done.Kept[0] != k.Path() || len(done.Contract) != 1 || len(done.Added) != 1 || len(done.Removed) != 1 {
		t.Errorf("%+v", done)
	} else {
		requireContent(t, done.Backups[0], "my own\n")
	}
	if again, err := w.Update(fresh, noon.Add(time.Minute)); err != nil || !again.None() || len(again.Backups)+len(again.Contract) > 0 {
		t.Errorf("once more: %+v, %v", again, err)
	}
}

func TestAnUpdateOfWhatIsNoWorkspaceOfOurs(t *testing.T) {
	c := smallContents(t)
	w := made(t, c)
	older := c
	older.Version = "v1.1.9"
	if _, err := w.Update(older, noon); err == nil || !strings.Contains(err.Error(), "made by leakproof v1.2.0, which is newer") {
		t.Errorf("of an older program: %v", err)
	}
	write(t, w.abs(record), "leakproof.workspace/2 v9.0.0\n-- a --\n")
	if _, err := w.Update(c, noon); err == nil || !strings.Contains(err.Error(), "v9.0.0, which is newer") {
		t.Errorf("of a format to come: %v", err)
	}
	write(t, w.abs(record), "")
	if _, err := w.Update(c, noon); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("of a record that was cut off: %v", err)
	}
	if err := os.Remove(w.abs(record)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Update(c, noon); err == nil || !strings.Contains(err.Error(), "git pull") {
		t.Errorf("of a clone: %v", err)
	}
}
