package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"
)

// help lists what keys do on the screen below it, from the same actions that
// the keys run.
type help struct {
	env     *env
	actions []action
	pager   pager
	closing action
}

func newHelp(r *root) *help {
	return &help{
		env:     r.env,
		actions: r.actions(),
		closing: on(func() tea.Cmd { return nil }, "esc", "close help", "esc", "?", "q"),
	}
}

func (h *help) lines(width, height int) []string {
	t := h.env.theme
	wide := 0
	actions := append(slices.Clone(h.actions), on(nil, "ctrl+c", "quit at once", "ctrl+c"))
	for _, a := range actions {
		wide = max(wide, xansi.StringWidth(a.Help().Key))
	}
	out := []string{t.bold.Render("Keys on this screen"), ""}
	for _, a := range actions {
		desc := a.Help().Desc
		if a.off != "" {
			desc += " (not now: " + a.off + ")"
		}
		prefix := "  " + t.accent.Render(a.Help().Key) + strings.Repeat(" ", wide-xansi.StringWidth(a.Help().Key)) + "  "
		out = append(out, indent(prefix, wrap(desc, width-wide-4))...)
	}
	h.pager.set(out, height)
	return h.pager.window()
}
