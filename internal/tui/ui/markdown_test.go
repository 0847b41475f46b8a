package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	xansi "github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

var themes = []theme.Theme{theme.New(theme.Auto, true, true), theme.New(theme.Auto, false, true), theme.New(theme.Auto, true, false)}

// prose renders at once, as plain text.
func prose(t theme.Theme, markdown string, width int) []string {
	lines := rendered(withGlamour, t, pageKey{markdown, width, t.Name})
	for i, line := range lines {
		lines[i] = xansi.Strip(line)
	}
	return lines
}

func TestProse(t *testing.T) {
	for _, tc := range []struct {
		name, markdown string
		width          int
		want           []string
	}{
		{"paragraphs break at blanks", "one two three\nfour\n\nfive", 12, []string{"one two", "three four", "", "five"}},
		{"code spans keep their sign", "call `a b`.", 40, []string{"call `a b`."}},
		{"emphasis joins its neighbours", "**bold**, *it*alic", 40, []string{"bold, italic"}},
		{"entities and escapes", "a &lt; b \\* c", 40, []string{"a < b * c"}},
		{"heading", "# Top\ntext", 40, []string{"Top", "", "text"}},
		{"items hang", "- one two three\n- four", 14, []string{" • one two", "   three", " • four"}},
		{"numbers hang", "1. one two three\n2. four", 14, []string{"1. one two", "   three", "2. four"}},
		{"nested list", "- one\n  - two", 20, []string{" • one", "    • two"}},
		{"quote", "> one two\n> three", 11, []string{"│ one two", "│ three"}},
		{"table", "| a | b |\n| - | - |\n| one | two |", 14, []string{" a    │ b", "──────┼──────", " one  │ two"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, prose(theme.New(theme.Auto, true, false), tc.markdown, tc.width)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestTheCourseLosesNoWord renders all prose of the course: every word is
// there, and no line is too wide.
func TestTheCourseLosesNoWord(t *testing.T) {
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, l := range c.Lessons {
		for _, s := range l.Sections {
			for _, b := range s.Blocks {
				if b.Kind == course.Prose {
					texts = append(texts, b.Text)
				}
			}
		}
	}
	for _, k := range c.Katas {
		texts = append(texts, k.Incident, k.Restore, k.Keep, k.Rules, k.FinePrint)
		for _, h := range k.Hints {
			texts = append(texts, h.Text)
		}
	}
	for i, text := range texts {
		at := themes[i%len(themes)]
		width := []int{76, 56, 40}[i%3]
		if strings.Contains(text, "| -") { // the head of a narrow table is cut, with a mark that says so
			width = 76
		}
		lines := prose(at, text, width)
		if n := Widest(lines); n > width {
			t.Errorf("%d cells of %d:\n%s", n, width, strings.Join(lines, "\n"))
		}
		if want, got := letters(text), letters(strings.Join(lines, "\n")); want != got {
			t.Errorf("want the letters of\n%s\ngot\n%s", text, strings.Join(lines, "\n"))
		}
	}
}

// letters are the letters and digits of a text, without what says how to draw
// it: the languages of code blocks.
func letters(text string) string {
	out := strings.Builder{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			continue
		}
		for _, r := range line {
			if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
				out.WriteRune(r)
			}
		}
	}
	// In their order but for tables, whose cells stand side by side.
	sorted := []byte(out.String())
	slices.Sort(sorted)
	return string(sorted)
}

// TestCodeLosesNoCharacter runs the highlighter also over source that does not
// scan.
func TestCodeLosesNoCharacter(t *testing.T) {
	for _, source := range []string{
		"// A comment.\nfunc f() (int, error) {\n    return 0x1F, nil\n}",
		"/* one\ntwo */ x := `raw\nstring` + 'c'",
		"func ( \" # ' $",
		"var long = \"" + strings.Repeat("x", 300) + "\"",
	} {
		for _, at := range themes {
			m := NewMarkdown(at)
			m.Go(source)
			m.Take(m.Pending()().(RenderedMsg))
			want := prefix("  ", strings.Split(source, "\n"))
			got := m.Go(source)
			for i := range got {
				got[i] = xansi.Strip(got[i])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", at.Name, diff)
			}
		}
	}
}

// TestThemesDiffer: glamour keeps the colours of the first code it draws unless
// each theme names its own.
func TestThemesDiffer(t *testing.T) {
	var drawn []string
	for _, at := range themes {
		m := NewMarkdown(at)
		drawn = append(drawn, strings.Join(rendered(withGlamour, at, m.source("func f() {}")), "\n"))
	}
	if drawn[0] == drawn[1] || drawn[1] == drawn[2] || drawn[0] == drawn[2] {
		t.Errorf("dark, light and no colour: %q", drawn)
	}
	if strings.Contains(drawn[2], "\x1b") {
		t.Errorf("without colour: %q", drawn[2])
	}
}

func TestWhatIsNotRenderedYetIsShownAsItIsWritten(t *testing.T) {
	m := NewMarkdown(theme.New(theme.Auto, true, false))
	m.Begin()
	if got := m.Prose("some *text*", 40); !slices.Equal(got, []string{"some *text*"}) || m.Complete() {
		t.Errorf("got %q, complete %t", got, m.Complete())
	}
	pending := m.Pending()
	m.Prose("some *text*", 40)
	if m.Pending() != nil {
		t.Error("it is asked for twice")
	}
	m.Take(pending().(RenderedMsg))
	m.Begin()
	if got := m.Prose("some *text*", 40); xansi.Strip(got[0]) != "some text" || !m.Complete() {
		t.Errorf("got %q, complete %t", got, m.Complete())
	}
}

func TestWhatCannotBeRenderedIsShownAsItIsWritten(t *testing.T) {
	for name, draw := range map[string]func(theme.Theme, pageKey) (string, error){
		"error": func(theme.Theme, pageKey) (string, error) { return "", errors.New("no such style") },
		"panic": func(theme.Theme, pageKey) (string, error) { panic("no such element") },
	} {
		got := rendered(draw, theme.New(theme.Auto, true, true), pageKey{"some *text*", 40, "dark"})
		if !slices.Equal(got, []string{"some *text*"}) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
