package tui

import (
	"example.com/leakproof/internal/tui/page"
	"testing"
	"time"

	"example.com/leakproof/internal/progress"
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

func TestNothingToReviewYet(t *testing.T) {
	s := sizes["40x12"]
	s.start = page.Route{Page: page.Review}
	drive(t, s, func(d *driver) {
		d.sees("Nothing to review yet")
	})
}

func TestProgressShowsMisconceptions(t *testing.T) {
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, missed(name), func(d *driver) {
				d.press("s")
				d.golden()
			})
		})
	}
}
