package workspace

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
)

// severalFiles is a workspace whose kata has the files a.go and notes.go to
// repair.
func severalFiles(t *testing.T) (Workspace, *course.Kata) {
	t.Helper()
	const dir = "solutions/01-open-file/"
	files := coursetest.Files(t)
	files[dir+"start/notes.go"] = files[dir+"start.go"]
	files[dir+"start/a.go"] = &fstest.MapFile{Data: []byte("//go:build ignore\n\npackage openfile\n")}
	delete(files, dir+"start.go")
	c, err := coursetest.Load(t, files)
	if err != nil {
		t.Fatal(err)
	}
	w := Workspace{Root: t.TempDir(), Backup: filepath.Join(t.TempDir(), "backups"), Attempts: filepath.Join(t.TempDir(), "attempts")}
	k := c.Katas[0]
	if _, err := w.Reset(k, noon); err != nil {
		t.Fatal(err)
	}
	return w, k
}

// requireFiles requires that the learner's files have these contents.
func requireFiles(t *testing.T, w Workspace, k *course.Kata, want map[string]string) {
	t.Helper()
	names, err := w.repaired(k)
	if err != nil || len(names) != len(want) {
		t.Errorf("the files are %q, %v", names, err)
	}
	for name, content := range want {
		requireContent(t, filepath.Join(w.Dir(k), name), content)
	}
}

func TestSeveralFilesGoTogether(t *testing.T) {
	w, k := severalFiles(t)
	start := map[string]string{}
	for name, data := range k.Variant("start").Files {
		start[name] = string(data)
	}
	requireFiles(t, w, k, start)
	// One is renamed, one edited, one added; a test and an editor's file are nobody's business.
	if err := os.Rename(filepath.Join(w.Dir(k), "a.go"), filepath.Join(w.Dir(k), "z.go")); err != nil {
		t.Fatal(err)
	}
	mine := map[string]string{"z.go": start["a.go"], "notes.go": "package openfile // mine\n", "more.go": "package openfile\n"}
	for name, content := range mine {
		write(t, filepath.Join(w.Dir(k), name), content)
	}
	write(t, filepath.Join(w.Dir(k), "own_test.go"), "package openfile\n")
	write(t, filepath.Join(w.Dir(k), ".#notes.go"), "")
	src, err := w.Read(k)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Keep(k, src, noon); err != nil {
		t.Fatal(err)
	}
	backups, err := w.Reset(k, noon.Add(time.Minute))
	if err != nil || len(backups) != 3 {
		t.Fatalf("backups %q, %v", backups, err)
	}
	requireFiles(t, w, k, start)
	requireContent(t, filepath.Join(w.Dir(k), "own_test.go"), "package openfile\n")
	restored, _, err := w.Undo(k, noon.Add(2*time.Minute))
	if err != nil || filepath.Base(restored) != k.ID {
		t.Fatalf("restored %q, %v", restored, err)
	}
	requireFiles(t, w, k, mine)
	if _, _, err := w.Undo(k, noon.Add(3*time.Minute)); err != nil {
		t.Fatal(err)
	}
	requireFiles(t, w, k, start)
	kept, err := w.ReadAttempt(k, course.Hash(src))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Restore(k, kept, noon.Add(4*time.Minute)); err != nil {
		t.Fatal(err)
	}
	requireFiles(t, w, k, mine)
	diff := Diff(k, "start", "yours", k.Start(), src)
	for _, want := range []string{"--- start/a.go\n+++ yours/a.go\n", "--- start/notes.go\n+++ yours/notes.go\n", "+++ yours/more.go\n"} {
		if !strings.Contains(diff, want) {
			t.Errorf("the diff lacks %q:\n%s", want, diff)
		}
	}
}

func TestAnUndoBringsAnUnchangedFileBackToo(t *testing.T) {
	w, k := severalFiles(t)
	write(t, filepath.Join(w.Dir(k), "a.go"), "package openfile // mine\n")
	if _, err := w.Reset(k, noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Undo(k, noon.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	requireFiles(t, w, k, map[string]string{"a.go": "package openfile // mine\n", "notes.go": string(k.Variant("start").Files["notes.go"])})
}

func TestALineLikeAHeadingIsNotTakenApart(t *testing.T) {
	w, k := severalFiles(t)
	write(t, filepath.Join(w.Dir(k), "a.go"), "package openfile\n\nconst data = `\n-- ../../main.go --\n`\n")
	src, err := w.Read(k)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Restore(k, src, noon); err == nil || !strings.Contains(err.Error(), "by hand") {
		t.Errorf("got %v", err)
	}
}
