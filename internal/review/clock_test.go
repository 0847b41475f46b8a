package review_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/review"
)

// TestAClockThatWasWrongLosesNoReview: whatever the clock said during one answer, the question is due within its interval since
// the answer that followed it, and later answers count as they should.
func TestAClockThatWasWrongLosesNoReview(t *testing.T) {
	c := coursetest.Course(t)
	first, second := c.Questions[0], c.Questions[1]
	right := review.New(c, slices.Values([]progress.Event{answered(first, 0, true, 0)}), monday.Add(time.Hour)).Next.Sub(monday)
	for name, wrong := range map[string]time.Time{
		"years ahead":       monday.AddDate(10, 0, 0),
		"a month ahead":     monday.AddDate(0, 1, 0),
		"a month back":      monday.AddDate(0, -1, 0),
		"never set":         time.Unix(0, 0),
		"the end of time":   time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
		"before the Romans": time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			odd := answered(first, 0, true, 0)
			odd.At = wrong
			history := []progress.Event{answered(second, -time.Hour, true, 0), odd, answered(second, time.Minute, true, 0)}
			for _, years := range []int{0, 1, 11} {
				now := monday.AddDate(years, 0, 0).Add(right + time.Hour)
				if got := due(review.New(c, slices.Values(history), now)); !slices.Contains(got, first.ID) {
					t.Errorf("after %d years: due %v, want %s among them", years, got, first.ID)
				}
			}
			// And a later answer on the right clock sets it right.
			history = append(history, answered(first, 2*day, true, 0))
			if s := review.New(c, slices.Values(history), monday.Add(2*day+time.Hour)); slices.Contains(due(s), first.ID) || s.Next.After(monday.AddDate(0, 2, 0)) {
				t.Errorf("after another answer: due %v, next %v", due(s), s.Next)
			}
		})
	}
}

// TestAnAnswerOfTheFutureIsDueAsIfGivenNow: the card waits for its interval from now, not from then.
func TestAnAnswerOfTheFutureIsDueAsIfGivenNow(t *testing.T) {
	c := coursetest.Course(t)
	q := c.Questions[0]
	want := review.New(c, slices.Values([]progress.Event{answered(q, 0, true, 0)}), monday).Next
	got := review.New(c, slices.Values([]progress.Event{answered(q, 5*365*day, true, 0)}), monday).Next
	if !got.Equal(want) {
		t.Errorf("next on %v, want %v", got, want)
	}
}

func TestADateFarAwayNamesItsYear(t *testing.T) {
	c := coursetest.Course(t)
	history := []progress.Event{answered(c.Questions[0], 0, true, 0)}
	if got := review.New(c, slices.Values(history), monday).Nothing(); strings.Contains(got, "2026") || !strings.Contains(got, " March") {
		t.Errorf("soon: %q", got)
	}
	now := monday
	s := review.New(c, slices.Values(history), now)
	for !s.Next.After(now.AddDate(1, 0, 0)) { // each time the interval grows
		now = s.Next
		history = append(history, answered(c.Questions[0], now.Sub(monday), true, 0))
		s = review.New(c, slices.Values(history), now)
	}
	if got := s.Nothing(); !strings.Contains(got, s.Next.Local().Format("2 January 2006")) {
		t.Errorf("more than a year away: %q", got)
	}
}
