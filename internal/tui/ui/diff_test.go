package ui

import (
	"strings"
	"testing"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/workspace"
)

func TestSideBySide(t *testing.T) {
	then := "package p\n\nvar a = 1\nvar b = 2\n\n-- odd\nend\n"
	now := "package p\n\nvar a = 10\nvar c = 3 // " + strings.Repeat("long ", 12) + "\nvar d = 4\n\nend\n"
	text := workspace.Diff("then/p.go", "now/p.go", []byte(then), []byte(now))
	const width = sideBySide
	var rows [][2]string
	for _, line := range Diff(theme.New(theme.Auto, true, false), text, width, "then", "now") {
		if w := xansi.StringWidth(line); w > width {
			t.Errorf("a line of %d cells, %d are there: %q", w, width, line)
		}
		left, right, _ := strings.Cut(xansi.Strip(line), " │ ")
		rows = append(rows, [2]string{strings.TrimSpace(left), strings.TrimSpace(right)})
	}
	for _, want := range [][2]string{
		{"then", "now"},
		{"package p", "package p"},
		{"- var a = 1", "+ var a = 10"},
		{"- var b = 2", "+ var c = 3 // long long long long long long long lon"},
		{"", "g long long long long"}, // nothing of a long line is lost
		{"", "+ var d = 4"},           // more lines on the right than on the left
		{"- -- odd", ""},              // no file name, although it looks like one
	} {
		found := false
		for _, row := range rows {
			found = found || row == want
		}
		if !found {
			t.Errorf("no row %q in:\n%q", want, rows)
		}
	}
}

func TestBelowThatWidthADiffIsUnified(t *testing.T) {
	text := workspace.Diff("a", "b", []byte("x\n"), []byte("y\n"))
	got := xansi.Strip(strings.Join(Diff(theme.New(theme.Auto, true, false), text, sideBySide-1, "a", "b"), "\n"))
	if !strings.Contains(got, "-x\n+y") {
		t.Errorf("got:\n%s", got)
	}
}

func TestADiffSteersNoTerminal(t *testing.T) {
	diff := workspace.Diff("then/p.go", "now/p.go", []byte("a\n"), []byte("\x1b]0;title\a\x1b[2J\n"))
	for _, width := range []int{sideBySide, sideBySide - 1} {
		text := strings.Join(Diff(theme.New(theme.Auto, true, false), diff, width, "then", "now"), "\n")
		if strings.Contains(text, "\x1b]") || strings.Contains(text, "\x1b[2J") || !strings.Contains(text, `\x1b]0;title\a`) {
			t.Errorf("at width %d: %q", width, text)
		}
	}
}
