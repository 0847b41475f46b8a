package ui

import (
	"strings"
	"testing"

	xansi "github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
)

func TestPicture(t *testing.T) {
	for name, c := range map[string]struct{ drawn, want string }{
		"arrows":       {"ids --> jobs <-- R", "ids ──▶ jobs ◀── R"},
		"a time line":  {"|-- 5 s ->|", "│── 5 s ─▶│"},
		"joints":       {"a --+\nb --+--[lock]\nc --+", "a ──┐\nb ──┼──[lock]\nc ──┘"},
		"a tree":       {"|\n+-- note\n|\n+-- index", "│\n├── note\n│\n└── index"},
		"down and up":  {"|   ^\nv   |", "│   ▲\n▼   │"},
		"a step":       {"10 |    ****\n 0 *****+", "10 │    ████\n 0 ██████"},
		"an axis":      {"9k |  *\n 0 *---+---+", "9k │  ●\n 0 ●───┬───┐"},
		"a point":      {"10 |*----*\n 5*3", "10 │●────●\n 5*3"},
		"an end":       {"done here -^", "done here ─▲"},
		"words stay":   {"fan-out v1.2 a+b x > y 5*3", "fan-out v1.2 a+b x > y 5*3"},
		"dashes apart": {"x - - - |", "x - - - │"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(Picture(c.drawn), "\n")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestASCIIKeepsTheWidth: a screen is laid out before it is drawn in ASCII.
func TestASCIIKeepsTheWidth(t *testing.T) {
	const ours = "─━│┃┌┐└┘╭╮╰╯├┤┬┴┼╌▶◀▼▲█●▌▸▾░▒→←↑↓›‹…•·✓✗○◐“”‘’×–—■□↩"
	got := ASCII(ours)
	if xansi.StringWidth(got) != xansi.StringWidth(ours) {
		t.Errorf("%q is %d cells wide, %q is %d", ours, xansi.StringWidth(ours), got, xansi.StringWidth(got))
	}
	if i := strings.IndexFunc(got, func(r rune) bool { return r > 127 }); i >= 0 {
		t.Errorf("%q is not ASCII", got[i:])
	}
}
