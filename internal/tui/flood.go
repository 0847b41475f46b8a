package tui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/keymap"
)

// A terminal without bracketed paste sends what is pasted as keys. Nobody types so many in so short a time, and no key repeats so
// quickly; those beyond that are left out until the keys pause.
const (
	floodKeys  = 128
	floodTime  = time.Second
	floodPause = 250 * time.Millisecond
)

// flood tells typing from a paste that comes as keys. To act on each of a million keys takes minutes, in which the program
// would be deaf to Ctrl+C.
type flood struct {
	since, last time.Time
	keys        int // since then
}

// floodMsg says that keys are being left out. It comes once for each paste.
type floodMsg struct{}

// filter leaves out the keys of a paste. Keys such as arrows are never pasted, and a wheel may send many of them.
func (f *flood) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	k, isKey := msg.(tea.KeyPressMsg)
	if !isKey || k.Code >= tea.KeyExtended || key.Matches(k, keymap.QuitNow) {
		return msg
	}
	now := time.Now()
	if now.Sub(f.last) >= floodPause || f.keys < floodKeys && now.Sub(f.since) >= floodTime {
		f.since, f.keys = now, 0
	}
	f.last = now
	if f.keys++; f.keys <= floodKeys {
		return msg
	}
	if f.keys == floodKeys+1 {
		return floodMsg{}
	}
	return nil
}
