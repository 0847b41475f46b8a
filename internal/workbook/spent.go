package workbook

import (
	"iter"
	"time"

	"example.com/leakproof/internal/progress"
)

// pause ends a sitting: who does nothing for longer is away.
const pause = 15 * time.Minute

// spent is what a log says about the learner's time. The log holds what was
// done and when. The time before a thing belongs to that thing: the minutes
// before a verdict went into the repair.
type spent struct {
	attempts map[string]int           // at each kata
	onKata   map[string]time.Duration // at each kata
	onDay    map[date]time.Duration   // on each day on which anything was done
}

// date is a day of the calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(at time.Time) date {
	year, month, day := at.Date()
	return date{year, month, day}
}

// spentIn adds up the time of a history, by the days of a time zone.
func spentIn(history iter.Seq[progress.Event], zone *time.Location) spent {
	s := spent{attempts: map[string]int{}, onKata: map[string]time.Duration{}, onDay: map[date]time.Duration{}}
	var last time.Time
	for e := range history {
		took := e.At.Sub(last)
		if took < 0 || took > pause { // away, or the clock was set
			took = 0
		}
		last = e.At
		if e.Kind == progress.KindClock { // nothing that the learner did
			continue
		}
		s.onDay[dateOf(e.At.In(zone))] += took
		if e.Kata != "" {
			s.onKata[e.Kata] += took
		}
		if e.Kind == progress.KindVerdict {
			s.attempts[e.Kata]++
		}
	}
	return s
}
