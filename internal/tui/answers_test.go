package tui

import (
	"image/color"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/nightly"
	"example.com/leakproof/internal/tui/page"
)

// TestAnAnswerInPiecesIsNoTyping: a slow line tears what a terminal answers,
// wherever it likes.
func TestAnAnswerInPiecesIsNoTyping(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"a color":     "\x1b]11;rgb:1c1c/2525/3030\x1b\\",
		"with a bell": "\x1b]11;rgb:1c1c/2525/3030\a",
		"a mode":      "\x1b[?2026;2$y",
		"the keys":    "\x1b[?1u",
		"the wheel":   "\x1b[<65;4;9M",
		"a version":   "\x1bP>|term 1.2\x1b\\",
	} {
		for at := 2; at < len(answer); at += nightly.Times(5, 1) {
			t.Run(name, func(t *testing.T) {
				drive(t, setup{width: 80, height: 24, silent: true, start: page.Route{Page: page.Lesson, ID: "01-close"}}, func(d *driver) {
					before := d.look()
					d.press(answer[:at], answer[at:])
					if d.look() != before {
						d.Errorf("torn into %q and %q it does something:\n%s", answer[:at], answer[at:], d.look())
					}
					d.press("?")
					d.sees("Keys on this page")
				})
			})
		}
	}
}

// TestAnAnswerTornAfterItsFirstByte: that byte is Esc, and nobody can tell that
// it was no key. The rest is no typing all the same.
func TestAnAnswerTornAfterItsFirstByte(t *testing.T) {
	t.Parallel()
	drive(t, setup{width: 80, height: 24, silent: true}, func(d *driver) {
		before := d.look()
		d.press("\x1b", "]11;rgb:1c1c/2525/3030\x1b\\")
		d.sees("Quit Leakproof?") // what Esc asks here
		d.wait(dialogGrace)
		d.press("n")
		if d.look() != before {
			d.Errorf("the rest of the answer does something:\n%s", d.look())
		}
	})
}

// TestTypingGoesOnAfterGarbage: an answer without an end ends by itself.
func TestTypingGoesOnAfterGarbage(t *testing.T) {
	t.Parallel()
	drive(t, setup{width: 80, height: 24, silent: true}, func(d *driver) {
		d.press("\x1b]11;rgb:zz")
		d.wait(time.Second)
		d.press("?")
		d.sees("Keys on this page")
	})
}

// TestAQuickEndWaitsForTheAnswer: it would show up at the shell's prompt.
func TestAQuickEndWaitsForTheAnswer(t *testing.T) {
	t.Parallel()
	ended := func(d *driver) bool {
		select {
		case <-d.over:
			return true
		default:
			return false
		}
	}
	silent := setup{width: 80, height: 24, silent: true}
	t.Run("until it comes", func(t *testing.T) {
		drive(t, silent, func(d *driver) {
			d.press("ctrl+c")
			d.press("?")
			if ended(d) {
				d.Error("ended while the terminal had not answered")
			}
			d.lacks("Keys on this page")
			d.program.Send(tea.BackgroundColorMsg{Color: color.Black})
			d.settle()
			if !ended(d) {
				d.Error("goes on although the terminal has answered")
			}
		})
	})
	t.Run("but not for ever", func(t *testing.T) {
		drive(t, silent, func(d *driver) {
			d.press("ctrl+c")
			d.wait(answerTime)
			if !ended(d) {
				d.Error("waits for a silent terminal")
			}
		})
	})
	t.Run("and not when asked again", func(t *testing.T) {
		drive(t, silent, func(d *driver) {
			d.press("ctrl+c", "ctrl+c")
			if !ended(d) {
				d.Error("goes on after the second ctrl+c")
			}
		})
	})
	t.Run("a terminal that has answered", func(t *testing.T) {
		drive(t, sizes["80x24"], func(d *driver) {
			d.press("ctrl+c")
			if !ended(d) {
				d.Error("waits although the terminal has answered")
			}
		})
	})
}
