// Package page is what the pages of the workbook have in common: what the root
// asks of a page, and what a page can ask of the root.
package page

import (
	"context"
	"math/rand/v2"
	"os/exec"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// Page is one page of the workbook. Its methods run in the event loop and do
// nothing that waits: no file, lock, process or clock. What needs one is a
// command.
type Page interface {
	// Title stands in the header: where the learner is.
	Title() string
	// Status stands at the right of the header.
	Status() string
	// Init starts what the page needs. It runs when the page is opened.
	Init() tea.Cmd
	// Update takes a message that is no key: of a widget, or of the whole program.
	Update(msg tea.Msg) tea.Cmd
	// Actions are what keys do now.
	Actions() []ui.Action
	// Layout fits the page to a size of width by height cells. It runs after
	// each message that the page may have changed with.
	Layout(width, height int)
	// View draws the page as it was laid out.
	View() string
	// Close ends everything that the page started.
	Close()
}

// Typist is a page that at times takes every key as text.
type Typist interface {
	Page
	// Typing reports whether keys and what is pasted are text now.
	Typing() bool
	// TypingActions are what keys do then that are no text.
	TypingActions() []ui.Action
	// Type takes a key that is text, or what was pasted.
	Type(msg tea.Msg) tea.Cmd
}

// Shown is a page that wants to know when it has been laid out: only then is it
// known what the learner has seen of it.
type Shown interface {
	Page
	Shown() tea.Cmd
}

// Turner is a page of text that is read screen by screen.
type Turner interface {
	Page
	// Turned is the line to go on at after a screen was turned; the margin beside
	// it is marked.
	Turned() (line int, ok bool)
}

// Resumer is a page that wants to know when it is on top again, or when what
// the learner did has been recorded meanwhile.
type Resumer interface {
	Page
	Resume() tea.Cmd
}

// Pointed is a page that the mouse does something on. Places are cells of the
// page, from its upper left corner.
type Pointed interface {
	Page
	// Wheel scrolls what lies at a place by so many lines, down if they are
	// positive.
	Wheel(x, y, lines int)
	// Click takes a click at a place.
	Click(x, y int) tea.Cmd
}

// Name names a kind of page.
type Name string

// The pages.
const (
	Home       Name = ""
	Welcome    Name = "welcome"
	Lesson     Name = "lesson" // ID: the lesson, Section: where to open it
	Quiz       Name = "quiz"   // ID: the lesson; "" is the whole bank
	Kata       Name = "kata"
	Review     Name = "review"
	Progress   Name = "progress"
	Settings   Name = "settings"
	Candidates Name = "candidates" // ID: the kata
	TestOut    Name = "testout"    // ID: the module
	Listing    Name = "listing"    // ID: the heading, Text: what is listed
	Lab        Name = "lab"        // ID: the lab
	Session    Name = "session"    // Text: the plan, as package agenda reads it
)

// Route says which page to show.
type Route struct {
	Page    Name
	ID      string
	Section string
	Text    string
	Code    bool // the text is Go source
}

// RouteTo is the page of a step of the path.
func RouteTo(s workbook.Step) Route {
	switch s.Kind {
	case workbook.QuizStep:
		return Route{Page: Quiz, ID: s.ID()}
	case workbook.LabStep:
		return Route{Page: Lab, ID: s.ID()}
	case workbook.RepairStep:
		return Route{Page: Kata, ID: s.ID()}
	default:
		return Route{Page: Lesson, ID: s.ID()}
	}
}

// Router is what a page asks of the root. The methods change what is shown at
// once; the command is what follows.
type Router interface {
	// Open shows a page above this one, or goes back to it if it is open.
	Open(Route) tea.Cmd
	// Replace shows a page in place of this one, so that going back from it leads
	// to where going back from this one would have.
	Replace(Route) tea.Cmd
	// Back goes one level up.
	Back() tea.Cmd
	// Notify shows a sentence until the next key.
	Notify(text string) tea.Cmd
	// Ask asks a question whose answer is yes or no.
	Ask(question string, yes func() tea.Cmd) tea.Cmd
	// Record keeps something in the progress log, in the order of the calls.
	Record(save func(context.Context) error) tea.Cmd
	// Settings are what the learner has chosen.
	Settings() settings.Settings
	// Choose changes a setting, here at once and in its file; "" is the default.
	Choose(name, value string) tea.Cmd
	// Recorded tells, if err is not nil, that something could not be kept, once
	// for as long as that is so.
	Recorded(err error) tea.Cmd
}

// Env is what every page needs: the workbook, how things look, and the effects,
// injected so that a test can stand in for the machine.
type Env struct {
	Router
	*ui.Look
	Workbook *workbook.Workbook
	Jobs     *ui.Jobs
	Shuffle  *rand.Rand
	Exec     func(*exec.Cmd, tea.ExecCallback) tea.Cmd // runs an editor that takes the terminal
	Detach   func(context.Context, *exec.Cmd) error    // starts an editor with a window of its own
}

// Warn shows an error, if there is one, as a notice.
func (e *Env) Warn(err error) tea.Cmd {
	if err == nil {
		return nil
	}
	return e.Notify(err.Error())
}
