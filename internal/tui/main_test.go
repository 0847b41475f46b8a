package tui

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dlclark/regexp2"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // golden screens show times
	startHighlightersClock()
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}

// startHighlightersClock starts the clock that the highlighter's expressions
// share, for as long as the tests run: one that started in the virtual time of
// a test would wait there for the time of another.
func startHighlightersClock() {
	e := regexp2.MustCompile("x", regexp2.None)
	e.MatchTimeout = 24 * time.Hour
	if _, err := e.MatchString("x"); err != nil {
		panic(err)
	}
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
