package tui

import (
	"strings"

	bubbleshelp "charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
)

// help lists what keys do on the page below it, from the same actions that the
// keys run.
type help struct {
	keys  []key.Binding
	pager ui.Pager
}

func newHelp(actions []ui.Action) *help {
	h := &help{}
	for _, a := range actions {
		if a.Off == "" {
			h.keys = append(h.keys, a.Binding)
		}
	}
	h.keys = append(h.keys, keymap.QuitNow)
	return h
}

func (h *help) layout(t theme.Theme, width, height int) {
	list := helpModel(t).FullHelpView([][]key.Binding{h.keys})
	out := append([]string{t.Bold.Render("Keys on this page"), ""}, strings.Split(list, "\n")...)
	h.pager.Set(out, width, height)
}

// helpModel draws lists of keys.
func helpModel(t theme.Theme) bubbleshelp.Model {
	m := bubbleshelp.New()
	m.ShortSeparator = "  "
	m.Styles.ShortKey, m.Styles.FullKey = t.Accent, t.Accent
	m.Styles.ShortDesc, m.Styles.FullDesc = t.Dim, t.Dim
	m.Styles.ShortSeparator, m.Styles.FullSeparator, m.Styles.Ellipsis = t.Dim, t.Dim, t.Dim
	return m
}

// roomForBack is the width from which on the way back always stands in the
// footer: in a narrower one it leaves no room for what the page is about.
const roomForBack = 60

// footerKeys are the keys of the actions, as far as they fit into one line. The
// help, which is the last of them, always stands, and the way back before it.
func footerKeys(t theme.Theme, actions []ui.Action, width int) string {
	m := helpModel(t)
	n := len(actions) - 1
	if width >= roomForBack {
		n = max(0, n-1)
	}
	var last []key.Binding
	for _, a := range actions[n:] {
		if !a.Quiet && a.Off == "" {
			last = append(last, a.Binding)
		}
	}
	var shown []key.Binding
	room := width - xansi.StringWidth(m.ShortHelpView(last))
	for _, a := range actions[:n] {
		if a.Quiet || a.Off != "" {
			continue
		}
		w := xansi.StringWidth(m.ShortHelpView([]key.Binding{a.Binding}) + m.ShortSeparator)
		if w <= room {
			shown = append(shown, a.Binding)
			room -= w
		}
	}
	return m.ShortHelpView(append(shown, last...))
}
