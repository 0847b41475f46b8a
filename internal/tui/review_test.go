package tui

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/tui/page"
)

// missed is a learner who got one question wrong, three days before the
// emulated clock starts.
func missed(size string) setup {
	s := sizes[size]
	s.history = []progress.Event{{
		Kind: progress.KindAnswer, At: time.Date(1999, 12, 29, 12, 0, 0, 0, time.UTC), Question: "close-first", Revision: 1, Choice: []int{1},
	}}
	return s
}

func TestReviewAsksWhatIsDue(t *testing.T) {
	t.Parallel()
	drive(t, missed("80x24"), func(d *driver) {
		d.sees("Review: 1 question due, r asks.")
		d.press("r")
		d.sees("Leakproof › Review", "question 1 of 1, 0 right so far")
		d.pick("The function.")
		d.sees("Right")
		d.press("enter")
		d.sees("All answered: 1 question, 1 right at the first try.")
		d.press("r")
		d.sees("Nothing to review now. The next card is due on")
		d.press("q")
		d.lacks("Review:")
		d.press("r")
		d.sees("Nothing to review now.")
	})
}

// TestReviewAsksAPrediction with its question and its lab's title alone, the
// shapes in their order.
func TestReviewAsksAPrediction(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			s := missed(name)
			s.history[0].Question = "lab-open-handles-busy"
			drive(t, s, func(d *driver) {
				d.press("r")
				d.golden()
				d.press("enter")
				d.sees("Right")
			})
		})
	}
}

func TestNothingToReviewYet(t *testing.T) {
	t.Parallel()
	s := sizes["40x12"]
	s.start = page.Route{Page: page.Review}
	drive(t, s, func(d *driver) {
		d.sees("Nothing to review yet")
	})
}

// worked is a learner of several weeks, whose clock stands at 1 January 2000.
func worked(size string) setup {
	s := sizes[size]
	at := func(day, minute int) time.Time { return time.Date(1999, 12, day, 12, minute, 0, 0, time.UTC) }
	for n, minutes := range []int{70, 40, 20, 5} {
		for minute := 0; minute <= minutes; minute += 5 {
			s.history = append(s.history, progress.Event{Kind: progress.KindVerdict, Kata: "01-open-file", Status: "fail", At: at(2+9*n, minute)})
		}
	}
	s.history = append(s.history,
		progress.Event{Kind: progress.KindAnswer, Question: "close-first", Revision: 1, Choice: []int{1}, At: at(30, 30)},
		progress.Event{Kind: progress.KindVerdict, Kata: "01-open-file", Status: "pass", At: at(30, 40)},
		progress.Event{Kind: progress.KindLab, Lab: "open-handles", Status: progress.LabSeen, At: at(30, 42)},
	)
	return s
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, worked(name), func(d *driver) {
				d.press("s")
				d.golden()
			})
		})
	}
}

func TestProgressToItsEnd(t *testing.T) {
	t.Parallel()
	drive(t, worked("80x24"), func(d *driver) {
		d.press("s", "end")
		d.golden()
	})
}

func TestProgressWithoutColorAndInASCII(t *testing.T) {
	t.Parallel()
	s := worked("120x40")
	s.noColor, s.onlyASCII = true, true
	drive(t, s, func(d *driver) {
		d.press("s")
		d.golden()
	})
}

func TestProgressGoesToTheClipboard(t *testing.T) {
	t.Parallel()
	drive(t, worked("120x40"), func(d *driver) {
		var copied string
		d.terminal.RegisterOscHandler(52, func(data []byte) bool {
			copied = string(data)
			return true
		})
		d.press("s", "y")
		d.sees("Your progress was sent to the clipboard as Markdown.")
		text, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(copied, "52;c;"))
		if want := d.env.Workbook.Report().Markdown(); err != nil || string(text) != want {
			t.Errorf("copied %q (%v), want %q", text, err, want)
		}
	})
}

func TestTheWheelScrollsProgress(t *testing.T) {
	t.Parallel()
	drive(t, worked("80x24"), func(d *driver) {
		d.press("s")
		before := d.look()
		d.wheel(1)
		if d.look() == before {
			d.Error("the wheel does not scroll")
		}
	})
}

func TestProgressShowsMisconceptions(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, missed(name), func(d *driver) {
				d.press("s")
				d.golden()
			})
		})
	}
}

// TestTheCalendarEndsToday: where not all weeks fit, the last ones do.
func TestTheCalendarEndsToday(t *testing.T) {
	t.Parallel()
	drive(t, worked("40x12"), func(d *driver) {
		d.resize(40, 24)
		d.press("s")
		d.sees("The last 11 weeks", "░░ Thu")
	})
}
