package solutions_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"

	"example.com/leakproof/internal/course"
)

// pristineClone is a module of the same name and requirements with the suites
// as they were committed: what a learner has done in katas/ decides nothing.
func pristineClone(t *testing.T, c *course.Course) string {
	t.Helper()
	root := cloneFolder(t)
	write := func(name string, data []byte) {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(name, data)
	}
	for _, k := range c.Katas {
		for name, data := range k.Suite {
			write(name, data)
		}
	}
	return root
}

// cloneFolder is an empty folder, the same in each run: what the go command has
// compiled it finds again by the folder it was compiled in, and building is
// most of the time to a verdict. A run that cannot have it, because another one
// does or there is no cache folder, gets one of its own.
func cloneFolder(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		return t.TempDir()
	}
	dir := filepath.Join(cache, "leakproof", "corpus")
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return t.TempDir()
	}
	lock := flock.New(dir + ".lock")
	if locked, err := lock.TryLock(); err != nil || !locked {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := lock.Unlock(); err != nil {
			t.Error(err)
		}
	})
	if os.RemoveAll(dir) != nil || os.Mkdir(dir, 0o700) != nil {
		return t.TempDir()
	}
	return dir
}
