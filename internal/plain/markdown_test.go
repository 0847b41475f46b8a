package plain

import (
	"strings"
	"testing"
)

func TestParagraphsDropMarkupAndKeepsWhatItSays(t *testing.T) {
	for _, test := range []struct{ name, markdown, want string }{
		{"emphasis", "a **bold** and *lean* `*http.Client` word", "a bold and lean *http.Client word"},
		{"escapes", `2 \* 3 &lt; 7 and ` + "`\\*`", `2 * 3 < 7 and \*`},
		{"identifiers", "my_long_name stays", "my_long_name stays"},
		{"link", "see [the docs](https://go.dev/doc)", "see the docs (https://go.dev/doc)"},
		{"bare link", "<https://go.dev>", "https://go.dev"},
		{"picture", "![a box](box.png)", "Picture: a box"},
		{"soft breaks join", "one\ntwo", "one two"},
		{"hard breaks stay", "one\\\ntwo", "one\ntwo"},
		{"paragraphs", "one\n\ntwo", "one\n\ntwo"},
		{"heading", "### The idea\n\ntext", "The idea\n\ntext"},
		{"quote", "> said\n> twice", "Quote: said twice"},
		{"tight list", "- one\n- two", "- one\n- two"},
		{"loose list", "- one\n\n- two", "- one\n\n- two"},
		{"numbered list", "3. one\n4. two", "3. one\n4. two"},
		{"nested list", "- one\n  - in\n- two", "- one\n  - in\n- two"},
		{"list with code", "- one:\n\n      x := 1\n", "- one:\n\n      x := 1"},
		{"fence", "see\n\n```text\na  b\n\n\tc\n```\nend", "see\n\n    a  b\n\n        c\n\nend"},
		{"html is text", "a <T> b", "a <T> b"},
		{"html block", "<status>\n", "<status>"},
		{"rule", "a\n\n---\n\nb", "a\n\n\nb"},
		{"table", "| status | code |\n| --- | --- |\n| 404 | `not_found` |\n| 500 | internal |", "- status: 404; code: not_found\n- status: 500; code: internal"},
		{"empty", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := paragraphs(test.markdown); got != test.want {
				t.Errorf("paragraphs(%q):\n%q, want\n%q", test.markdown, got, test.want)
			}
		})
	}
}

func TestParagraphsBreakLinesAtBlanks(t *testing.T) {
	long := strings.Repeat("word ", 40)
	got := paragraphs("- " + long + "\n- " + strings.Repeat("x", 200))
	lines := strings.Split(got, "\n")
	for _, line := range lines[:len(lines)-1] {
		if len(line) > columns {
			t.Errorf("a line of %d columns: %q", len(line), line)
		}
	}
	if !strings.HasPrefix(lines[1], "  word") {
		t.Errorf("the second line of an item starts with %q", lines[1])
	}
	if last := lines[len(lines)-1]; last != "- "+strings.Repeat("x", 200) {
		t.Errorf("a word that does not fit became %q", last)
	}
	if n := strings.Count(got, "word"); n != 40 {
		t.Errorf("%d of 40 words are left", n)
	}
}

func TestNumberedCodeKeepsItsShape(t *testing.T) {
	code := strings.Repeat("a\n", 8) + "\tb\n\nc"
	want := ""
	for _, line := range []string{" 1  a", " 2  a", " 3  a", " 4  a", " 5  a", " 6  a", " 7  a", " 8  a", " 9      b", "10", "11  c"} {
		want += "    " + line + "\n"
	}
	if got := numbered(code); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
