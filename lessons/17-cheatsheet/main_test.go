package cheatsheet

import (
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lessonText is lesson.md, which prints what these tests measure.
func lessonText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("lesson.md")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

func mustSay(t *testing.T, texts ...string) {
	t.Helper()
	lesson := lessonText(t)
	for _, text := range texts {
		if !strings.Contains(lesson, text) {
			t.Errorf("lesson.md does not have what this test measured; print it there:\n%s", text)
		}
	}
}
