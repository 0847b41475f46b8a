package ui

import (
	"fmt"
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
	for p.NextMatch() {
		tops = append(tops, p.Top())
	}
	// Lines 7 and 70 to 79.
	if len(tops) != 11 || tops[0] != 0 || tops[1] != 68 {
		t.Errorf("the matches are seen from %v", tops)
	}
	p.Mark("", lipgloss.NewStyle())
	if p.NextMatch() {
		t.Error("nothing is marked, and there is a match")
	}
}
