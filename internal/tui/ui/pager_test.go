package ui

import (
	"fmt"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
)

func numbered(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("line %d", i))
	}
	return out
}

func TestRevealScrollsAsLittleAsItTakes(t *testing.T) {
	var p Pager
	p.Set(numbered(100), 20, 10)
	for _, step := range []struct {
		show Span
		top  int
	}{
		{Span{3, 4}, 0}, {Span{12, 14}, 5}, {Span{14, 14}, 5}, {Span{2, 3}, 2}, {Span{50, 70}, 50}, {Span{99, 99}, 90},
	} {
		if p.Reveal(step.show); p.Top() != step.top {
			t.Errorf("after %v the top is %d, want %d", step.show, p.Top(), step.top)
		}
	}
	p.Set(numbered(5), 20, 10)
	if p.Top() != 0 || !p.AtEnd() {
		t.Errorf("five lines in a window of ten begin at %d", p.Top())
	}
}

func TestNextMatch(t *testing.T) {
	var p Pager
	p.Set(numbered(100), 20, 10)
	p.Mark("LINE 7", lipgloss.NewStyle())
	var tops []int
	for n := 0; p.ShowMatch(n); n++ {
		tops = append(tops, p.Top())
	}
	// Lines 7 and 70 to 79.
	if len(tops) != 11 || tops[0] != 0 || tops[1] != 68 {
		t.Errorf("the matches are seen from %v", tops)
	}
	p.Mark("", lipgloss.NewStyle())
	if p.ShowMatch(0) {
		t.Error("nothing is marked, and there is a match")
	}
}

func TestAMatchMayCrossALineBreak(t *testing.T) {
	if got := Matches([]string{"every", "  way out. Every way", "way"}, "every way"); len(got) != 2 {
		t.Errorf("%d matches, want 2: %v", len(got), got)
	}
}

// TestMatchesAreMarkedInStyledText: styles have no width.
func TestMatchesAreMarkedInStyledText(t *testing.T) {
	var p Pager
	red := lipgloss.NewStyle().Foreground(lipgloss.Color("#ff0000"))
	p.Set([]string{red.Render("é one") + " and", red.Render("two") + " one"}, 20, 3)
	p.Mark("and two", lipgloss.NewStyle().Italic(true))
	var got []string
	for line := range strings.SplitSeq(p.View(), "\n") {
		_, marked, _ := strings.Cut(line, "\x1b[3;7")
		if _, marked, ok := strings.Cut(marked, "m"); ok {
			text, _, _ := strings.Cut(marked, "\x1b")
			got = append(got, text)
		}
	}
	if strings.Join(got, "|") != "and|two" {
		t.Errorf("%q are marked in %q", got, p.View())
	}
}

// TestATurnedPageSaysWhereToGoOn: the last line of a screen stands on the next
// one too; scrolling line by line needs no mark.
func TestATurnedPageSaysWhereToGoOn(t *testing.T) {
	var p Pager
	p.Set(numbered(100), 20, 10)
	marked := func() string {
		line, ok := p.Turned()
		if !ok {
			return ""
		}
		return strings.TrimSpace(strings.Split(p.View(), "\n")[line])
	}
	if got := marked(); got != "" {
		t.Errorf("%q is marked at first", got)
	}
	for _, step := range []struct {
		move func()
		want string
	}{
		{p.PageDown, "line 9"},
		{p.PageDown, "line 18"},
		{p.PageUp, "line 18"},
		{func() { p.Scroll(1) }, ""},
		{func() { p.ScrollTo(88) }, ""},
		{p.PageDown, "line 97"}, // the end comes before a whole page
		{p.PageDown, ""},
	} {
		step.move()
		if got := marked(); got != step.want {
			t.Errorf("from line %d on, %q is marked, want %q", p.Top(), got, step.want)
		}
	}
}
