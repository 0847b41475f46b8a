package course_test

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// TestMistakesInImplementationsAreRefused changes a kata whose learner writes the
// test in one place at a time.
func TestMistakesInImplementationsAreRefused(t *testing.T) {
	const kata, list, right = "25-leak-test", "25-leak-test/implementations.toml", "25-leak-test/implementations/right-group.go"
	alone := copied(t, solutions.FS) // with this kata only, the course loads in a fraction of the time
	maps.DeleteFunc(alone, func(name string, _ *fstest.MapFile) bool {
		return name != "pristine.txtar" && !strings.HasPrefix(name, kata)
	})
	archive := txtar.Parse(alone["pristine.txtar"].Data)
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
		return strings.HasPrefix(f.Name, "katas/") && !strings.HasPrefix(f.Name, "katas/"+kata) && !strings.HasPrefix(f.Name, "katas/internal/")
	})
	alone["pristine.txtar"] = &fstest.MapFile{Data: txtar.Format(archive)}
	curriculum, err := fs.ReadFile(lessons.FS, "curriculum.toml")
	if err != nil {
		t.Fatal(err)
	}
	noLessons := fstest.MapFS{"curriculum.toml": &fstest.MapFile{Data: curriculum}}
	for name, c := range map[string]struct{ file, old, new, want string }{
		"no entry":       {list, "wrong-no-room = ", "wrong-no-seat = ", "solutions/" + list + ": the implementation wrong-no-room has no entry"},
		"no file":        {list, "wrong-no-room = ", "wrong-no-seat = ", "solutions/" + list + ": there is no implementation wrong-no-seat"},
		"not the given":  {right, "search: %w", "searching: %w", "solutions/25-leak-test/implementations: no right-*.go is katas/25-leak-test/notes.go"},
		"built in place": {right, "//go:build ignore\n\n", "", "solutions/" + right + ":1: a variant begins with the line //go:build ignore"},
		"another kind":   {"pristine.txtar", "kind = \"test\"", "kind = \"tests\"", `unknown kind "tests"`},
		"no belief":      {"25-leak-test/tests.toml", "[no-real-sleep]", "[no-real-nap]", "25-leak-test/tests.toml: no-real-sleep has no entry"},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(alone)
			if !bytes.Contains(files[c.file].Data, []byte(c.old)) {
				t.Fatalf("%s has no %q", c.file, c.old)
			}
			files[c.file] = &fstest.MapFile{Data: bytes.Replace(files[c.file].Data, []byte(c.old), []byte(c.new), 1)}
			_, err := course.Load(course.Sources{Lessons: noLessons, Quiz: quiz.FS, Solutions: files})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// copied is a copy of a file system that a test may change.
func copied(t *testing.T, from fs.FS) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
