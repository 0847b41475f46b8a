package kit_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// aRecorder hears what a test would have said.
type aRecorder struct {
	testing.TB
	failed, logged string
}

func (r *aRecorder) Helper() {}

func (r *aRecorder) Log(args ...any) { r.logged += fmt.Sprint(args...) }

func (r *aRecorder) Fatalf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
	panic(r)
}

func TestBegun(t *testing.T) {
	const start = "package p\n\nfunc TestIt() {}\n"
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte(start)))
	file := filepath.Join(t.TempDir(), "notes_test.go")
	begun := func() *aRecorder {
		r := &aRecorder{TB: t}
		func() {
			defer func() { _ = recover() }()
			kit.Begun(r, file, hash)
		}()
		return r
	}
	if got := begun().failed; !strings.Contains(got, "cannot be read") || !strings.Contains(got, "reset") {
		t.Errorf("without a file it says %q", got)
	}
	for name, c := range map[string]struct {
		src    string
		failed bool
	}{
		"as handed out":                      {start, true},
		"as handed out, with Windows' lines": {strings.ReplaceAll(start, "\n", "\r\n"), true},
		"begun":                              {start + "// mine\n", false},
	} {
		if err := os.WriteFile(file, []byte(c.src), 0o600); err != nil {
			t.Fatal(err)
		}
		r := begun()
		said := r.logged
		if c.failed {
			said = r.failed
		}
		if (r.failed != "") != c.failed || !strings.Contains(said, "go run ../.. check") {
			t.Errorf("%s: it fails with %q and logs %q", name, r.failed, r.logged)
		}
	}
}
