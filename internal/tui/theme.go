package tui

import (
	"charm.land/lipgloss/v2"
)

// theme is how things look. Every style has a second sign (a mark, a word, a
// place), so that nothing is lost without colour.
type theme struct {
	dark, color bool

	title, accent, dim, good, bad, warn, cursor, bold lipgloss.Style
	code, keyword, text, number                       lipgloss.Style // of program text
}

func newTheme(dark, color bool) theme {
	pick := lipgloss.LightDark(dark)
	fg := func(light, darkColor string) lipgloss.Style {
		s := lipgloss.NewStyle()
		if color {
			s = s.Foreground(pick(lipgloss.Color(light), lipgloss.Color(darkColor)))
		}
		return s
	}
	return theme{
		dark: dark, color: color,
		title:  fg("#005f87", "#87d7ff").Bold(true),
		accent: fg("#005f87", "#87d7ff"),
		dim:    fg("#626262", "#9e9e9e"),
		good:   fg("#005f00", "#87d787"),
		bad:    fg("#af0000", "#ff8787"),
		warn:   fg("#875f00", "#ffd787"),
		cursor: fg("#005f87", "#87d7ff").Bold(true),
		bold:   lipgloss.NewStyle().Bold(true),

		code:    fg("#875f00", "#ffd787"),
		keyword: fg("#5f00af", "#afafff"),
		text:    fg("#005f00", "#afd787"),
		number:  fg("#875f00", "#ffd787"),
	}
}
