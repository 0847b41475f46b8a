package ui

import "strings"

// glyphs are the figures of a timer, a row of blocks after the other.
var glyphs = map[rune][digitRows]string{
	'0': {"###", "# #", "# #", "# #", "###"},
	'1': {" # ", "## ", " # ", " # ", "###"},
	'2': {"###", "  #", "###", "#  ", "###"},
	'3': {"###", "  #", "###", "  #", "###"},
	'4': {"# #", "# #", "###", "  #", "  #"},
	'5': {"###", "#  ", "###", "  #", "###"},
	'6': {"###", "#  ", "###", "# #", "###"},
	'7': {"###", "  #", "  #", "  #", "  #"},
	'8': {"###", "# #", "###", "# #", "###"},
	'9': {"###", "# #", "###", "  #", "###"},
	':': {" ", "#", " ", "#", " "},
	'+': {"   ", " # ", "###", " # ", "   "},
}

const digitRows = 5

// Digits draws a time such as "08:42" so that the last row of a room can read it.
// Each block is so many cells wide; with two it is about square.
func Digits(time string, block int) []string {
	out := make([]string, digitRows)
	for i, r := range time {
		for row, cells := range glyphs[r] {
			if i > 0 {
				out[row] += strings.Repeat(" ", block)
			}
			for _, cell := range cells {
				if cell == '#' {
					cell = '█'
				}
				out[row] += strings.Repeat(string(cell), block)
			}
		}
	}
	return out
}
