// Package keymap is the one place where the workbook's keys are set. Pages
// dispatch by these bindings; the footer, the help and every sentence that
// names a key are made from them.
package keymap

import (
	"slices"

	"charm.land/bubbles/v2/key"
)

// Keys that mean the same on every page.
var (
	Quit     = bind("q", "quit", "q", "esc")
	QuitNow  = bind("ctrl+c", "quit at once", "ctrl+c")
	Suspend  = bind("ctrl+z", "suspend", "ctrl+z")
	Back     = bind("q", "back", "q", "esc")
	Help     = bind("?", "help", "?")
	HelpDone = bind("esc", "close help", "esc", "?", "q")
	Yes      = bind("y", "yes", "y", "Y")
	No       = bind("n", "no", "n", "N", "esc", "q")
)

// Moving within a page.
var (
	LineUp   = bind("up", "one line up", "up", "k")
	LineDown = bind("down", "one line down", "down", "j")
	PageUp   = bind("pgup", "one page up", "pgup", "ctrl+b")
	PageDown = bind("pgdn", "one page down", "pgdown", "ctrl+f")
	Top      = bind("home", "to the top", "home", "g")
	Bottom   = bind("end", "to the end", "end", "G")
)

// Moving a cursor through a list, and taking what is under it.
var (
	Previous = bind("up", "previous", "up", "k")
	Next     = bind("down", "next", "down", "j")
	First    = bind("home", "first", "home", "g")
	Last     = bind("end", "last", "end", "G")
	Open     = bind("enter", "open", "enter", "right", "l")
	Enter    = bind("enter", "open", "enter")
)

// GoOn leads from what is done to the next step of the path.
var GoOn = bind("n", "next step", "n")

// The home page.
var (
	Continue = bind("c", "continue", "c")
	Review   = bind("r", "review", "r")
	Progress = bind("s", "progress", "s")
	QuizAll  = bind("Q", "quiz over all lessons", "Q")
	TestOut  = bind("T", "test out of a module", "T")

	Fold        = bind("space", "open or close the module", "space")
	Inward      = bind("→", "into the module", "right", "l")
	Outward     = bind("←", "to the module, close it", "left", "h")
	Filter      = bind("/", "filter", "/")
	FilterKeep  = bind("enter", "to the matches", "enter")
	FilterClear = bind("esc", "clear the filter", "esc")
)

// Settings.
var (
	Settings      = bind(",", "settings", ",")
	NextValue     = bind("→", "next value", "right", "l", "enter", "space")
	PreviousValue = bind("←", "value before", "left", "h")
)

// The progress page.
var CopyReport = bind("y", "copy as Markdown", "y")

// Lessons.
var (
	Onward          = bind("space", "read on", "space")
	Answer          = bind("enter", "answer", "enter")
	NextSection     = bind("→", "next section", "right", "l", "n")
	PreviousSection = bind("←", "previous section", "left", "h", "p")
	Contents        = bind("t", "contents", "t")
	ContentsDone    = bind("t", "close contents", "t", "esc", "left", "q")
	Search          = bind("/", "search", "/")
	SearchGo        = bind("enter", "find", "enter")
	SearchLeave     = bind("esc", "leave the search", "esc")
	SearchDone      = bind("esc", "leave the search", "esc", "q")
	NextMatch       = bind("n", "next match", "n")
	PreviousMatch   = bind("N", "match before", "N")
	Proof           = bind("v", "the proof", "v")
	Copy            = bind("y", "copy the code", "y")
	OpenKata        = bind("o", "open the kata", "o")
	OpenLab         = bind("w", "watch the lab", "w")
	RunProgram      = bind("x", "run it", "x")
	ToText          = bind("esc", "back to the text", "esc", "tab", "q")
)

// Questions.
var (
	Choose   = bind("space", "choose", "space")
	Commit   = bind("enter", "answer", "enter")
	Leave    = bind("esc", "back", "esc")
	Go       = bind("enter", "next question", "enter", "space")
	AskAgain = bind("r", "ask again", "r")
)

// Katas.
var (
	Edit         = bind("e", "edit", "e")
	Run          = bind("r", "run", "r")
	Hint         = bind("h", "hint", "h")
	FinePrint    = bind("f", "rules", "f")
	Solutions    = bind("d", "solutions", "d")
	AlmostWorks  = bind("m", "what almost works", "m")
	NextTab      = bind("tab", "next tab", "tab")
	PreviousTab  = bind("shift+tab", "previous tab", "shift+tab")
	Reset        = bind("R", "reset", "R")
	Undo         = bind("U", "undo a reset", "U")
	Report       = bind("s", "report", "s")
	Lesson       = bind("l", "lesson", "l")
	Test         = bind("t", "test", "t")
	NextDiff     = bind("→", "next solution", "right", "l")
	PreviousDiff = bind("←", "previous solution", "left")
	PutBack      = bind("o", "put it back", "o")
	BackToList   = bind("esc", "back to the list", "esc", "q")
	CompareToNow = bind("enter", "compare with now", "enter")
)

// Labs.
var (
	WatchLive    = bind("enter", "watch it live", "enter")
	Toggle       = bind("space", "turn on or off", "space")
	Raise        = bind("→", "next value", "right", "l")
	Lower        = bind("←", "value before", "left", "h")
	MoreCurves   = bind("c", "other curves", "c")
	SeeCode      = bind("enter", "its code", "enter")
	Explain      = bind("e", "explain", "e")
	ExplainDone  = bind("esc", "back to the switches", "esc", "q", "e", "enter")
	NotNow       = bind("esc", "not now", "esc", "q")
	LookAgain    = bind("r", "look again", "r")
	RunAgain     = bind("r", "run it again", "r")
	EndRun       = bind("q", "end the run", "q", "esc")
	CopyCommand  = bind("y", "copy the command", "y")
	WriteSummary = bind("w", "write it to a file", "w")
)

// A session on the projector. A clicker sends the page keys.
var (
	Forward      = bind("space", "next step", "space", "enter", "pgdown")
	Backward     = bind("pgup", "step before", "pgup")
	NextStep     = bind("→", "next step", "right", "l", "n")
	PreviousStep = bind("←", "step before", "left", "h")
	Pause        = bind("p", "pause the clock", "p")
	RunSuite     = bind("x", "run the suite", "x")
	OpenPart     = bind("o", "open it", "o")
)

// Digit is the key of the nth thing of a page, from 1.
func Digit(n int, does string) key.Binding {
	digit := string(rune('0' + n))
	return bind(digit, does, digit)
}

// Name is what a sentence calls the key of a binding.
func Name(b key.Binding) string { return b.Help().Key }

// Does returns the binding with another word for what it does.
func Does(b key.Binding, what string) key.Binding {
	b.SetHelp(b.Help().Key, what)
	return b
}

// Only returns the binding with some of its keys. If its name is not one of
// them, it gets the name of the first.
func Only(b key.Binding, keys ...string) key.Binding {
	b.SetKeys(keys...)
	if !slices.ContainsFunc(keys, func(k string) bool { return called(k) == Name(b) }) {
		b.SetHelp(called(keys[0]), b.Help().Desc)
	}
	return b
}

// called is what a key is called.
func called(k string) string {
	switch k {
	case "right":
		return "→"
	case "left":
		return "←"
	case "pgdown":
		return "pgdn"
	default:
		return k
	}
}

func bind(name, does string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, does))
}
