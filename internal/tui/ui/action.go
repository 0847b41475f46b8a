package ui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/keymap"
)

// Action is one thing that a key does on a page now. The actions of a page
// drive its keys, its footer and its help, so that what is shown is what works.
type Action struct {
	key.Binding
	Off   string // why it cannot be done now, told to who presses the key; "" when it can
	Quiet bool   // left out of the footer: help has it
	Do    func() tea.Cmd
}

// On is the action that a binding stands for.
func On(b key.Binding, do func() tea.Cmd) Action { return Action{Binding: b, Do: do} }

// Hushed is the action without its place in the footer.
func (a Action) Hushed() Action {
	a.Quiet = true
	return a
}

// Unless is the action with the reason why it cannot be done now, if it is off.
func (a Action) Unless(off bool, why string) Action {
	if off {
		a.Off = why
	}
	return a
}

// Distinct leaves each key to the first action that has it. An action without a
// key of its own is left out: it could not be reached.
func Distinct(actions []Action) []Action {
	taken := map[string]bool{}
	var out []Action
	for _, a := range actions {
		free := slices.DeleteFunc(slices.Clone(a.Keys()), func(k string) bool { return taken[k] })
		if len(free) == 0 {
			continue
		}
		for _, k := range free {
			taken[k] = true
		}
		if len(free) < len(a.Keys()) {
			a.Binding = keymap.Only(a.Binding, free...)
		}
		out = append(out, a)
	}
	return out
}

// Find is the first action that a key stands for.
func Find(actions []Action, k tea.KeyPressMsg) (Action, bool) {
	for _, a := range actions {
		if key.Matches(k, a.Binding) {
			return a, true
		}
	}
	return Action{}, false
}

// Do is an action's effect on the model, where no command follows.
func Do(f func()) func() tea.Cmd {
	return func() tea.Cmd {
		f()
		return nil
	}
}

// Before runs f ahead of each action.
func Before(f func(), actions []Action) []Action {
	out := make([]Action, len(actions))
	for i, a := range actions {
		do := a.Do
		a.Do = func() tea.Cmd {
			f()
			return do()
		}
		out[i] = a
	}
	return out
}
