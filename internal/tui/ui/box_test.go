package ui

import (
	"strings"
	"testing"

	xansi "github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/tui/theme"
)

func TestABoxIsAsWideAsItIsTold(t *testing.T) {
	plain := theme.New(theme.None, true, false)
	got := strings.Join(Box(plain, "a.go:7", "more", Fold([]string{"short", "a line that is too long"}, 16), 20), "\n")
	want := strings.Join([]string{
		"╭─ a.go:7 ─────────╮",
		"│ short            │",
		"│ a line that    ↩ │",
		"│     is too long  │",
		"╰─ more ───────────╯",
	}, "\n")
	if diff := cmp.Diff(want, xansi.Strip(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, line := range Box(plain, strings.Repeat("long", 9), "", []string{"x"}, 20) {
		if n := xansi.StringWidth(line); n != 20 {
			t.Errorf("%q is %d cells wide", line, n)
		}
	}
}
