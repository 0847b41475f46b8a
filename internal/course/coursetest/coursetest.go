// Package coursetest is a small course for tests: one lesson with every kind
// of block, a lab, a quiz with every kind of question, and one kata with its
// corpus.
package coursetest

import (
	"embed"
	"io/fs"
	"testing"
	"testing/fstest"

	"example.com/leakproof/internal/course"
)

//go:embed all:testdata
var files embed.FS

// Files returns a copy of the small course that a test may change. The first
// element of a path is the content folder: "lessons/01-close/lesson.md".
func Files(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(files, "testdata", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(name)
		out[name[len("testdata/"):]] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Load loads what Files returned.
func Load(t testing.TB, files fstest.MapFS) (*course.Course, error) {
	t.Helper()
	return course.Load(Sources(t, files))
}

// Sources are the content folders of what Files returned.
func Sources(t testing.TB, files fstest.MapFS) course.Sources {
	t.Helper()
	sub := func(dir string) fs.FS {
		f, err := fs.Sub(files, dir)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	return course.Sources{Lessons: sub("lessons"), Quiz: sub("quiz"), Solutions: sub("solutions")}
}

// Course returns the small course.
func Course(t testing.TB) *course.Course {
	t.Helper()
	c, err := Load(t, Files(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
