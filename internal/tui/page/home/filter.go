package home

import (
	"fmt"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// newInput is the field that the filter is typed into.
func newInput() textinput.Model {
	input := textinput.New()
	input.Prompt = "/"
	input.CharLimit = 60
	styles := input.Styles()
	styles.Cursor.Blink = false
	input.SetStyles(styles)
	return input
}

func (h *Home) startFilter() {
	h.opened = nil
	h.input.Reset()
	h.input.Focus()
	h.list.search("")
}

func (h *Home) clearFilter() {
	h.input.Blur()
	h.input.Reset()
	on, ok := h.list.selected()
	h.list.search("")
	if ok && on.step != nil {
		h.list.find(*on.step)
	}
}

// Typing implements [page.Typist].
func (h *Home) Typing() bool { return h.input.Focused() }

// Type implements [page.Typist].
func (h *Home) Type(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	h.input, cmd = h.input.Update(msg)
	h.list.search(h.input.Value())
	return cmd
}

// TypingActions implements [page.Typist].
func (h *Home) TypingActions() []ui.Action {
	return []ui.Action{
		ui.On(keymap.FilterKeep, ui.Do(h.input.Blur)),
		ui.On(keymap.FilterClear, ui.Do(h.clearFilter)),
	}
}

// filterLine is the filter and how much it finds; "" while there is none.
func (h *Home) filterLine() string {
	t := h.env.Theme
	if !h.Typing() && h.list.filter == "" {
		return ""
	}
	found := t.Dim.Render(fmt.Sprintf("%d of %d match", h.list.matches(), h.steps()))
	if h.Typing() {
		return h.input.View() + "  " + found
	}
	return t.Bold.Render("/"+h.input.Value()) + "  " + found + t.Dim.Render(", "+keymap.Name(keymap.FilterClear)+" shows all")
}
