package ui

import "example.com/leakproof/internal/tui/theme"

// Look is how everything is drawn. It is shared by all pages and changes when
// the terminal says that its background is another one.
type Look struct {
	Theme    theme.Theme
	Markdown *Markdown
}

// NewLook draws in the theme.
func NewLook(t theme.Theme) *Look { return &Look{Theme: t, Markdown: NewMarkdown(t)} }

// SetTheme changes how things look from now on.
func (l *Look) SetTheme(t theme.Theme) {
	l.Theme = t
	l.Markdown.SetTheme(t)
}
