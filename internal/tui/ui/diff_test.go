package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/theme"
)

// drawn draws a diff once its source is rendered.
func drawn(t theme.Theme, diff string, width int) []string {
	look := NewLook(t)
	Diff(look, diff, width, "then", "now")
	if render := look.Markdown.Pending(); render != nil {
		look.Markdown.Take(render().(RenderedMsg))
	}
	return Diff(look, diff, width, "then", "now")
}

func TestSideBySide(t *testing.T) {
	then := "package p\n\nvar a = 1\nvar b = 2\n\n-- odd\nend\n"
	now := "package p\n\nvar a = 10\nvar c = 3 // " + strings.Repeat("long ", 15) + "\nvar d = 4\n\nend\n"
	diff := udiff.Unified("then/p.go", "now/p.go", then, now)
	for _, th := range themes {
		var rows [][2]string
		for _, line := range drawn(th, diff, sideBySide) {
			if w := xansi.StringWidth(line); w > sideBySide {
				t.Errorf("a line of %d cells, %d are there: %q", w, sideBySide, line)
			}
			left, right, _ := strings.Cut(xansi.Strip(line), " │ ")
			rows = append(rows, [2]string{strings.TrimSpace(left), strings.TrimSpace(right)})
		}
		for _, want := range [][2]string{
			{"- then", "+ now"},
			{"package p", "package p"},
			{"- var a = 1", "+ var a = 10"},
			{"- var b = 2", "+ var c = 3 // long long long long long long long long long long long long"},
			{"", "↩ long long long"}, // nothing of a long line is lost, and no word is cut
			{"", "+ var d = 4"},      // more lines on the right than on the left
			{"- -- odd", ""},         // no file name, although it looks like one
		} {
			found := false
			for _, row := range rows {
				found = found || row == want
			}
			if !found {
				t.Errorf("%s: no row %q in:\n%q", th.Name, want, rows)
			}
		}
	}
}

func TestBelowThatWidthADiffIsUnified(t *testing.T) {
	diff := udiff.Unified("a", "b", "var x int\n", "var averylongname, anotherlongname string\n")
	for _, th := range themes {
		lines := drawn(th, diff, 30)
		for i, line := range lines {
			if w := xansi.StringWidth(line); w > 30 {
				t.Errorf("a line of %d cells: %q", w, line)
			}
			lines[i] = strings.TrimRight(xansi.Strip(line), " ")
		}
		got := strings.Join(lines, "\n")
		if !strings.HasSuffix(got, "\n- var x int\n+ var averylongname,\n↩ anotherlongname string") || strings.Contains(got, "---") {
			t.Errorf("%s: got:\n%s", th.Name, got)
		}
	}
	if got := strings.Join(drawn(themes[0], diff, sideBySide-1), "\n"); strings.Contains(got, "│") {
		t.Errorf("columns too early:\n%s", got)
	}
}

func TestADiffHasTheColorsOfGo(t *testing.T) {
	diff := udiff.Unified("a", "b", "\nvar x = `raw`\nreturn nil\n", "\nvar x = `raw`\nreturn err\n")
	got := strings.Join(drawn(themes[0], diff, 60), "\n")
	want := drawnGo(t, "return")
	if n := strings.Count(got, want); n != 2 {
		t.Errorf("%d of 2 changed lines have a keyword in its colour (%q):\n%q", n, want, got)
	}
	plain := strings.Join(drawn(themes[2], diff, 60), "\n")
	if xansi.Strip(plain) != plain && strings.Contains(plain, "\x1b[48") {
		t.Errorf("a ground without colours: %q", plain)
	}
}

// drawnGo is how a keyword starts in the first theme.
func drawnGo(t *testing.T, keyword string) string {
	t.Helper()
	md := NewMarkdown(themes[0])
	md.Go(keyword)
	md.Take(md.Pending()().(RenderedMsg))
	on, _, _ := strings.Cut(md.Go(keyword)[0], keyword)
	return strings.TrimLeft(on, " ") + keyword
}

func TestADiffSteersNoTerminal(t *testing.T) {
	diff := udiff.Unified("then/p.go", "now/p.go", "a\n", "\x1b]0;title\a\x1b[2J\n")
	for _, width := range []int{sideBySide, sideBySide - 1} {
		text := strings.Join(drawn(theme.New(theme.Auto, true, false), diff, width), "\n")
		if strings.Contains(text, "\x1b]") || strings.Contains(text, "\x1b[2J") || !strings.Contains(xansi.Strip(text), `\x1b]0;title\a`) {
			t.Errorf("at width %d: %q", width, text)
		}
	}
}

func TestAFenceIsBrokenAndNotCut(t *testing.T) {
	got := FoldFences("Some prose that is wide enough.\n\n```text\n02:10 WARN search failed\nok\n```\n", 20)
	if want := "```text\n02:10 WARN\n↩ search failed\nok\n```\n"; !strings.HasSuffix(got, want) || !strings.HasPrefix(got, "Some prose that is wide enough.\n") {
		t.Errorf("got:\n%s", got)
	}
}

func TestAPathStaysOneLine(t *testing.T) {
	const path = "/home/somebody/.local/state/leakproof/backups/23-leaky-fanout/20261129/notes.go"
	for width, want := range map[int]string{100: path, 40: "/…/23-leaky-fanout/20261129/notes.go", 12: "/…/notes.go"} {
		got := WrapNotice("It is at its start. Backup:\n"+path+"\nU undoes it.", width)
		if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+want+"\n") {
			t.Errorf("at width %d: %q", width, got)
		}
	}
}

func TestHunksOfSeveralFilesNameThem(t *testing.T) {
	diff := udiff.Unified("then/a.go", "now/a.go", "package a\n", "package b\n") + udiff.Unified("then/b.go", "now/b.go", "-- one\n", "++ two\n")
	var headings []string
	for _, h := range hunks(diff) {
		headings = append(headings, h.heading)
		for _, line := range h.lines {
			if strings.Contains(line.code, "then/") || strings.Contains(line.code, "now/") {
				t.Errorf("the name of a file is taken for a line: %q", line.code)
			}
		}
	}
	if want := []string{"a.go  @@ -1 +1 @@", "b.go  @@ -1 +1 @@"}; !slices.Equal(headings, want) {
		t.Errorf("%q, want %q", headings, want)
	}
}
