package page

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// GoOn is the action that leads from a step that is done to the one after it, in
// the place of its page.
func GoOn(e *Env, done workbook.Step) ui.Action {
	next, ok := e.Workbook.After(done)
	if !ok {
		return ui.On(keymap.GoOn, nil).Unless(true, workbook.AllDone)
	}
	return ui.On(keymap.Does(keymap.GoOn, fmt.Sprintf("on to the %s", next.Kind)), func() tea.Cmd {
		return e.Replace(RouteTo(next))
	})
}
