package ui

import "strings"

// Picture draws with box and block characters what a lesson's author drew with
// the keys of a keyboard. Each character keeps its place, so a picture is as
// wide as it was written.
func Picture(drawn string) []string {
	lines := strings.Split(drawn, "\n")
	grid := make([][]rune, len(lines))
	for i, line := range lines {
		grid[i] = []rune(line)
	}
	out := make([]string, len(grid))
	for row, line := range grid {
		var b strings.Builder
		for column := range line {
			b.WriteRune(around(grid, row, column).glyph())
		}
		out[row] = b.String()
	}
	return out
}

// spot is a character of a picture and those around it; a blank beyond the
// edge.
type spot struct{ here, left, right, above, below rune }

func around(grid [][]rune, row, column int) spot {
	at := func(row, column int) rune {
		if row < 0 || row >= len(grid) || column < 0 || column >= len(grid[row]) {
			return ' '
		}
		return grid[row][column]
	}
	return spot{at(row, column), at(row, column-1), at(row, column+1), at(row-1, column), at(row+1, column)}
}

const (
	beside  = "-+<>|[]^" // what a line to the left or right may run into
	upright = "|+^v"     // ... above or below
)

// glyph is how the character is drawn.
func (s spot) glyph() rune {
	is := func(r rune, set string) bool { return strings.ContainsRune(set, r) }
	switch s.here {
	case '-':
		if is(s.left, beside) || is(s.right, beside) {
			return '─'
		}
	case '=':
		if s.left == '=' || s.right == '=' {
			return '━'
		}
	case '|':
		if s.left == '-' && s.right == '-' {
			return '┼'
		}
		return '│'
	case '+':
		return s.joint()
	case '>':
		if is(s.left, "-=") {
			return '▶'
		}
	case '<':
		if is(s.right, "-=") {
			return '◀'
		}
	case 'v':
		if is(s.above, upright) && s.left == ' ' && s.right == ' ' {
			return '▼'
		}
	case '^':
		return '▲'
	case '#':
		return '█'
	case '*':
		switch {
		case s.left == '*' || s.right == '*':
			return '█'
		case is(s.left, " -=|") || is(s.right, " -="):
			return '●'
		}
	}
	return s.here
}

// joint is a plus sign where lines meet: one in a sum stays what it is.
func (s spot) joint() rune {
	if s.left == '*' && s.above == '*' { // the foot of a step in a plot
		return '█'
	}
	joints := map[[4]bool]rune{ // left, right, above, below
		{true, true, false, false}: '┬', {true, false, false, false}: '┐', // marks on the axis of a plot
		{false, false, true, true}: '│',
		{false, true, false, true}: '┌', {true, false, false, true}: '┐', {false, true, true, false}: '└', {true, false, true, false}: '┘',
		{false, true, true, true}: '├', {true, false, true, true}: '┤', {true, true, false, true}: '┬', {true, true, true, false}: '┴',
		{true, true, true, true}: '┼',
	}
	meets := [4]bool{s.left == '-', s.right == '-', strings.ContainsRune("|+", s.above), strings.ContainsRune("|+", s.below)}
	if joint, ok := joints[meets]; ok {
		return joint
	}
	return s.here
}

// ASCII draws a line for a terminal or a locale that has nothing but ASCII.
// Each of our own characters becomes one of the same width; the learner's stay.
func ASCII(line string) string { return ascii.Replace(line) }

var ascii = strings.NewReplacer(append(braille(),
	"─", "-", "━", "=", "│", "|", "┃", "|", "┌", "+", "┐", "+", "└", "+", "┘", "+", "╭", "+", "╮", "+", "╰", "+", "╯", "+",
	"├", "+", "┤", "+", "┬", "+", "┴", "+", "┼", "+", "╌", "-", "┊", ":",
	"▶", ">", "◀", "<", "▼", "v", "▲", "^", "█", "#", "▞", "x", "●", "*", "▌", "|", "▸", "+", "▾", "-", "░", ".", "▒", ":", "▓", "%",
	"→", ">", "←", "<", "↑", "^", "↓", "v", "›", ">", "‹", "<", "…", "~", "•", "*", "·", ".", "✓", "+", "✗", "x", "○", "o", "◐", "~",
	"“", `"`, "”", `"`, "‘", "'", "’", "'", "×", "x", "–", "-", "—", "-", "■", "#", "□", ".", "↩", "<",
)...)

// braille are the dots of curves, each with the character that has its ink at
// about the same height.
func braille() (pairs []string) {
	const top, middle, bottom = 0x09, 0x36, 0xc0 // the dots of a row or, in the middle, of two
	for dots := range 0x100 {
		c := ":"
		switch at := func(rows int) bool { return dots&rows != 0 }; {
		case dots == 0:
			c = " "
		case !at(middle | bottom):
			c = "'"
		case !at(top | bottom):
			c = "-"
		case !at(top | middle):
			c = "_"
		case at(top) && at(middle) && at(bottom):
			c = "|"
		case !at(top):
			c = "."
		}
		pairs = append(pairs, string(rune(0x2800+dots)), c)
	}
	return pairs
}
