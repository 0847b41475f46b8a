package gorun

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newRunner writes a throw-away module with these files and returns a runner
// for it.
func newRunner(t *testing.T, files map[string]string) *Runner {
	t.Helper()
	r := &Runner{Root: t.TempDir()}
	write := func(name, content string) {
		place := filepath.Join(r.Root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/workbook\n\ngo 1.26.0\n")
	for name, content := range files {
		write(name, content)
	}
	return r
}
