// Package theme is the one place where the workbook's colours are set: for
// dark and light terminals, for those who need more contrast, and without
// colour.
package theme

import (
	"image/color"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
)

// Theme is how things look. Every style has a second sign (a mark, a word, a
// place), so that nothing is lost without colour.
type Theme struct {
	Name string // of its palette; it names the style of program text too

	Heading lipgloss.Style // what a part of a page is called
	Accent  lipgloss.Style // what can be done: keys, links
	Cursor  lipgloss.Style // what is selected
	Dim     lipgloss.Style // what can be passed over
	Bold    lipgloss.Style
	Picture lipgloss.Style // drawings and frames
	Good    lipgloss.Style // right, solved, added
	Bad     lipgloss.Style // wrong, refused, removed
	Warn    lipgloss.Style // notices, what is begun
	Match   lipgloss.Style // what a search found

	Curves [2]lipgloss.Style // the lines of a plot; the second one is dashed

	Added   lipgloss.Style // the ground of a line of a diff
	Removed lipgloss.Style

	badges [3]lipgloss.Style
}

// Kind is what a badge says.
type Kind int

// The kinds of badges.
const (
	Neutral  Kind = iota // where one is, what cannot be decided
	Positive             // a pass, a right answer
	Negative             // a fail, a wrong answer
)

// The names that a theme can be asked for by.
const (
	Auto     = "auto" // as the terminal's background asks
	Dark     = "dark"
	Light    = "light"
	Contrast = "contrast" // more of it, on the terminal's background
	None     = "none"     // no colours
)

// palette is what a theme is made of, as hex colours.
type palette struct {
	accent, dim, heading, picture, good, bad, warn string
	text, code, keyword, str, number               string
	onBadge, badge                                 string // text on a badge, and the neutral badge
	added, removed                                 string // behind lines of a diff
}

// uncoloured names the palette without colours.
const uncoloured = "none"

var palettes = map[string]palette{
	"dark": {
		accent: "#87d7ff", dim: "#9e9e9e", heading: "#ffffff", picture: "#b2b2d0", good: "#87d787", bad: "#ff8787", warn: "#ffd787",
		text: "#d0d0d0", code: "#ffd7af", keyword: "#afafff", str: "#afd787", number: "#ffd787",
		onBadge: "#1c1c1c", badge: "#bcbcbc", added: "#14301c", removed: "#4a1820",
	},
	"light": {
		accent: "#005f87", dim: "#626262", heading: "#000000", picture: "#5f5f87", good: "#005f00", bad: "#af0000", warn: "#875f00",
		text: "#303030", code: "#87005f", keyword: "#5f00af", str: "#005f00", number: "#875f00",
		onBadge: "#ffffff", badge: "#585858", added: "#d7f5dd", removed: "#ffe0e2",
	},
	"contrast-dark": {
		accent: "#00ffff", dim: "#e4e4e4", heading: "#ffffff", picture: "#ffffff", good: "#00ff5f", bad: "#ff8787", warn: "#ffff00",
		text: "#ffffff", code: "#ffff87", keyword: "#afd7ff", str: "#afff87", number: "#ffff87",
		onBadge: "#000000", badge: "#ffffff", added: "#003a12", removed: "#560008",
	},
	"contrast-light": {
		accent: "#00005f", dim: "#262626", heading: "#000000", picture: "#000000", good: "#003f00", bad: "#870000", warn: "#5f3f00",
		text: "#000000", code: "#5f005f", keyword: "#00005f", str: "#003f00", number: "#5f3f00",
		onBadge: "#ffffff", badge: "#000000", added: "#d0ffd8", removed: "#ffd8d8",
	},
}

// New is the theme of a name, for a terminal with a dark or a light background,
// with or without colours.
func New(name string, dark, colored bool) Theme {
	switch {
	case !colored, name == None:
		name = uncoloured
	case name == Contrast && dark:
		name = "contrast-dark"
	case name == Contrast:
		name = "contrast-light"
	case name == Dark, name != Light && dark:
		name = "dark"
	default:
		name = "light"
	}
	p := palettes[name]
	fg := func(hex string) lipgloss.Style {
		if hex == "" {
			return lipgloss.NewStyle()
		}
		return lipgloss.NewStyle().Foreground(lipgloss.Color(hex))
	}
	t := Theme{
		Name:    name,
		Heading: fg(p.heading).Bold(true),
		Accent:  fg(p.accent),
		Cursor:  fg(p.accent).Bold(true),
		Dim:     fg(p.dim),
		Bold:    lipgloss.NewStyle().Bold(true),
		Picture: fg(p.picture),
		Good:    fg(p.good),
		Bad:     fg(p.bad),
		Warn:    fg(p.warn),
		Match:   fg(p.warn).Underline(true),
		Curves:  [2]lipgloss.Style{fg(p.accent), fg(p.warn)},
	}
	if t.Colored() {
		for kind, hex := range []string{p.badge, p.good, p.bad} {
			t.badges[kind] = fg(p.onBadge).Background(lipgloss.Color(hex)).Bold(true).Padding(0, 1)
		}
		t.Added = t.Added.Background(lipgloss.Color(p.added))
		t.Removed = t.Removed.Background(lipgloss.Color(p.removed))
	}
	return t
}

// Badge is a word on a filled ground; in brackets where there are no colours.
func (t Theme) Badge(k Kind, word string) string {
	if !t.Colored() {
		return t.Bold.Render("[" + word + "]")
	}
	return t.badges[k].Render(word)
}

// BarColor fills progress bars.
func (t Theme) BarColor() color.Color { return t.Accent.GetForeground() }

// Colored reports whether the theme has colours.
func (t Theme) Colored() bool { return t.Name != uncoloured }

// DarkBackground reads COLORFGBG, in which some terminals say which of the
// sixteen colours their text and their background have ("0;15"). Where it says
// nothing, the background counts as dark.
func DarkBackground(colorfgbg string) bool {
	background, err := strconv.Atoi(colorfgbg[strings.LastIndexByte(colorfgbg, ';')+1:])
	return err != nil || background < 7 || background == 8
}
