package tui

import (
	"cmp"
	"context"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/tui/theme"
)

// look is how the screens are drawn: what the learner has chosen, and what the
// terminal is like.
type look struct {
	chosen    settings.Settings
	file      string // where they are kept
	asked     string // a theme for this run alone
	dark      bool   // the background
	noColor   bool
	onlyASCII bool
}

func newLook(opts Options) look {
	return look{
		chosen: opts.Settings, file: opts.SettingsFile, asked: opts.Theme,
		dark: !opts.LightBackground, noColor: opts.NoColor, onlyASCII: opts.OnlyASCII,
	}
}

func (l look) theme() theme.Theme {
	return theme.New(cmp.Or(l.asked, l.chosen.Get("theme")), l.dark, !l.noColor)
}

func (l look) mouse() bool { return l.chosen.Get("mouse") == "on" }

// ascii reports whether to draw with nothing else.
func (l look) ascii() bool {
	characters := l.chosen.Get("characters")
	return characters == "ascii" || characters == "auto" && l.onlyASCII
}

// Settings implements [page.Router].
func (a *app) Settings() settings.Settings { return a.look.chosen }

// Choose implements [page.Router].
func (a *app) Choose(name, value string) tea.Cmd {
	a.look.chosen = a.look.chosen.With(name, value)
	if name == "theme" {
		a.look.asked = ""
	}
	a.env.SetTheme(a.look.theme())
	chosen, file := a.look.chosen, a.look.file
	return a.Record(func(context.Context) error { return chosen.Save(file) })
}
