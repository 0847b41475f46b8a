package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// screen is one page of the workbook. The root gives it the keys it does not
// take itself, its own results, and the size to draw for.
type screen interface {
	// title stands in the header: where the learner is.
	title() string
	// status stands at the right of the header.
	status() string
	// init starts what the screen needs. It runs when the screen is opened.
	init() tea.Cmd
	// update takes the result of one of the screen's own tasks.
	update(msg tea.Msg) tea.Cmd
	// actions are what keys do now. They drive both dispatch and help.
	actions() []action
	// lines draws the screen: at most height lines of at most width cells.
	lines(width, height int) []string
	// close ends everything the screen started.
	close()
}

// typist is a screen that at times takes every key as text.
type typist interface {
	// typing takes the key; it reports false when the screen takes no text now.
	typing(msg tea.KeyPressMsg) (tea.Cmd, bool)
}

// action is one thing that a key does.
type action struct {
	key.Binding
	off   string // why it cannot be done now; "" when it can
	quiet bool   // left out of the footer: help has it
	do    func() tea.Cmd
}

func on(do func() tea.Cmd, help, desc string, keys ...string) action {
	return action{Binding: key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc)), do: do}
}

func (a action) hushed() action {
	a.quiet = true
	return a
}

func (a action) unless(off bool, why string) action {
	if off {
		a.off = why
	}
	return a
}

// The messages with which a screen asks the root for something.
type (
	openMsg   struct{ start Start }
	overMsg   struct{ screen screen } // open it above this one
	backMsg   struct{}
	noticeMsg struct{ text string }
	askMsg    struct{ dialog *dialog }
)

func send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

// notice shows a sentence until the next key.
func notice(text string) tea.Cmd { return send(noticeMsg{text}) }

// warn shows an error, if there is one, as a notice.
func warn(err error) tea.Cmd {
	if err == nil {
		return nil
	}
	return notice(err.Error())
}

// recordedMsg tells how the recording of something in the progress log went.
type recordedMsg struct{ err error }

// recorded warns that progress cannot be kept, the first time that is so.
func (e *env) recorded(err error) tea.Cmd {
	if err == nil || e.unrecorded {
		return nil
	}
	e.unrecorded = true
	return notice(err.Error())
}
