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

// footerKeys are the keys of the actions, as far as they fit into one line. The
// last one always stands.
func footerKeys(t theme.Theme, actions []ui.Action, width int) string {
	m := helpModel(t)
	last := m.ShortHelpView([]key.Binding{actions[len(actions)-1].Binding})
	room := width - xansi.StringWidth(last)
	var shown []key.Binding
	for _, a := range actions[:len(actions)-1] {
		if a.Quiet || a.Off != "" {
			continue
		}
		if with := append(shown, a.Binding); xansi.StringWidth(m.ShortHelpView(with))+2 <= room {
			shown = with
		}
	}
	if len(shown) == 0 {
		return last
	}
	return m.ShortHelpView(shown) + "  " + last
}
