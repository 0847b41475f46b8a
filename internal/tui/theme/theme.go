// Package theme is the one place where the workbook's colours are set: for
// dark and light terminals, and without colour.
package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Theme is how things look. Every style has a second sign (a mark, a word, a
// place), so that nothing is lost without colour.
type Theme struct {
	Name string // "dark", "light" or "none"; it names the style of program text too

	Title, Accent, Dim, Good, Bad, Warn, Cursor, Bold lipgloss.Style
	Match                                             lipgloss.Style // what a search found
}

// palette is what a theme is made of, as hex colours.
type palette struct {
	accent, dim, good, bad, warn     string
	text, code, keyword, str, number string
}

var palettes = map[string]palette{
	"dark": {
		accent: "#87d7ff", dim: "#9e9e9e", good: "#87d787", bad: "#ff8787", warn: "#ffd787",
		text: "#d0d0d0", code: "#ffd787", keyword: "#afafff", str: "#afd787", number: "#ffd787",
	},
	"light": {
		accent: "#005f87", dim: "#626262", good: "#005f00", bad: "#af0000", warn: "#875f00",
		text: "#303030", code: "#875f00", keyword: "#5f00af", str: "#005f00", number: "#875f00",
	},
}

// New is the theme for a terminal with a dark or a light background, or
// without colours.
func New(dark, colored bool) Theme {
	name := "light"
	switch {
	case !colored:
		name = "none"
	case dark:
		name = "dark"
	}
	p := palettes[name]
	fg := func(hex string) lipgloss.Style {
		if hex == "" {
			return lipgloss.NewStyle()
		}
		return lipgloss.NewStyle().Foreground(lipgloss.Color(hex))
	}
	return Theme{
		Name:   name,
		Title:  fg(p.accent).Bold(true),
		Accent: fg(p.accent),
		Dim:    fg(p.dim),
		Good:   fg(p.good),
		Bad:    fg(p.bad),
		Warn:   fg(p.warn),
		Cursor: fg(p.accent).Bold(true),
		Bold:   lipgloss.NewStyle().Bold(true),
		Match:  fg(p.warn).Underline(true),
	}
}

// BarColor fills progress bars.
func (t Theme) BarColor() color.Color { return t.Accent.GetForeground() }

// Colored reports whether the theme has colours.
func (t Theme) Colored() bool { return t.Name != "none" }
