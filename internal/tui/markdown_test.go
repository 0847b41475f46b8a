package tui

import (
	"strings"
	"testing"

	xansi "github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
)

func TestMarkdownWithoutColor(t *testing.T) {
	for _, tc := range []struct {
		name, markdown string
		width          int
		want           []string
	}{
		{"paragraphs break at blanks", "one two three\nfour\n\nfive", 9, []string{"one two", "three", "four", "", "five"}},
		{"a word that is too wide is cut", "go abcdefghijkl", 5, []string{"go", "abcde", "fghij", "kl"}},
		{"code spans keep their sign", "call `a b`.", 40, []string{"call `a b`."}},
		{"emphasis joins its neighbours", "**bold**, *it*alic", 40, []string{"bold, italic"}},
		{"a hard break stays", "one\\\ntwo", 40, []string{"one", "two"}},
		{"entities and escapes", "a &lt; b \\* c", 40, []string{"a < b * c"}},
		{"heading", "# Top\ntext", 40, []string{"Top", "", "text"}},
		{"tight list", "- one two three\n- four", 9, []string{"• one two", "  three", "• four"}},
		{"loose list", "1. one\n\n2. two", 9, []string{"1. one", "", "2. two"}},
		{"nested list", "- one\n  - two", 20, []string{"• one", "  • two"}},
		{"quote", "> one two\n> three", 9, []string{"│ one two", "│ three"}},
		{"code stands as it is", "```go\nif x {\n\ty()\n}\n```", 20, []string{"  if x {", "      y()", "  }"}},
		{"code that is too wide", "```text\nabcdefghij\n```", 8, []string{"  abcde…"}},
		{"table", "| a | b |\n| - | - |\n| one | two |", 40, []string{" a   │ b", "─────┼─────", " one │ two"}},
		{"link", "[docs](go.dev)", 40, []string{"docs (go.dev)"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lines := renderMarkdown(newTheme(true, false), tc.markdown, tc.width)
			for i, line := range lines {
				lines[i] = xansi.Strip(line)
			}
			if diff := cmp.Diff(tc.want, lines); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestMarkdownTableBreaksItsCells holds that a table which is too wide loses
// no word.
func TestMarkdownTableBreaksItsCells(t *testing.T) {
	const words = "| limit | what it stops |\n| - | - |\n| a number | more than that many goroutines at once |"
	lines := renderMarkdown(newTheme(true, true), words, 30)
	for _, line := range lines {
		if n := xansi.StringWidth(line); n > 30 {
			t.Errorf("%d cells: %q", n, line)
		}
	}
	drawn := xansi.Strip(strings.Join(lines, "\n"))
	for word := range strings.FieldsSeq("limit number goroutines once") {
		if !strings.Contains(drawn, word) {
			t.Errorf("%q is missing:\n%s", word, drawn)
		}
	}
}

// TestHighlightChangesNoCharacter runs the colours over source that does not
// scan as well.
func TestHighlightChangesNoCharacter(t *testing.T) {
	for _, source := range []string{
		"// A comment.\nfunc f() (int, error) {\n    return 0x1F, nil\n}",
		"/* one\ntwo */ x := `raw\nstring` + 'c'",
		"func ( \" # ' $",
		"",
	} {
		got := strings.Join(highlightGo(newTheme(true, true), source), "\n")
		if xansi.Strip(got) != source {
			t.Errorf("got %q, want %q", xansi.Strip(got), source)
		}
	}
}
