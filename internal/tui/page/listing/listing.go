// Package listing shows Go source or a report, to be read and left.
package listing

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// Listing is a text under its heading.
type Listing struct {
	env   *page.Env
	route page.Route
	pager ui.Pager
}

// New shows the text of the route.
func New(e *page.Env, r page.Route) *Listing { return &Listing{env: e, route: r} }

// Title implements [page.Page].
func (l *Listing) Title() string { return l.route.ID }

// Status implements [page.Page].
func (l *Listing) Status() string {
	if l.pager.AtEnd() {
		return ""
	}
	return "more ↓"
}

// Init implements [page.Page].
func (l *Listing) Init() tea.Cmd { return nil }

// Update implements [page.Page].
func (l *Listing) Update(tea.Msg) tea.Cmd { return nil }

// Actions implements [page.Page].
func (l *Listing) Actions() []ui.Action { return l.pager.Scrolling() }

// Layout implements [page.Page].
func (l *Listing) Layout(width, height int) {
	lines := strings.Split(ui.Untab(l.route.Text), "\n")
	if l.route.Code {
		lines = l.env.Markdown.Go(l.route.Text)
	}
	var out []string
	for _, line := range lines {
		out = append(out, ui.MarkedCode(line, width)...)
	}
	l.pager.Set(out, width, height)
}

// Wheel implements [page.Pointed].
func (l *Listing) Wheel(_, _, lines int) { l.pager.Scroll(lines) }

// Click implements [page.Pointed].
func (l *Listing) Click(_, _ int) tea.Cmd { return nil }

// View implements [page.Page].
func (l *Listing) View() string { return l.pager.View() }

// Close implements [page.Page].
func (l *Listing) Close() {}
