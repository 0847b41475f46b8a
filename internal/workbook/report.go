package workbook

import (
	"fmt"
	"slices"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/review"
)

// Report is how far a learner is: to see the way and what to look at again, not
// to be compared.
type Report struct {
	All     ModuleReport   // the whole path; its title is ""
	Modules []ModuleReport // in the order of the course
	Labs    []Step         // those that were seen, in the order of the path
	Katas   []KataReport   // those that were checked, by their numbers
	Minutes int            // all that the log knows of
	Review  review.Schedule
	Weeks   []Week // the last ones, the present one at the end

	now time.Time
}

// ModuleReport counts the steps of a module.
type ModuleReport struct {
	Title     string
	Done, All int
}

// KataReport is what went into a kata.
type KataReport struct {
	Kata     *course.Kata
	State    StepState
	Detail   string // of its step: "solved", "last run: fail"
	Attempts int
	Minutes  int
}

// Week is a week of the calendar.
type Week struct {
	Monday time.Time // its beginning, where the learner is
	Days   [7]Day    // from Monday
}

// Day is a day of the calendar.
type Day struct {
	Minutes int
	Active  bool // anything was done
	Ahead   bool // it is still to come
}

// The calendar: how many weeks it has, and from how many minutes on a day has
// the second, the third and the fourth shade.
const (
	reportWeeks = 12
	shade2      = 15
	shade3      = 30
	shade4      = 60
)

// Shade is how strongly to draw the day: 0 if nothing was done, up to 4.
func (d Day) Shade() int {
	switch {
	case !d.Active:
		return 0
	case d.Minutes < shade2:
		return 1
	case d.Minutes < shade3:
		return 2
	case d.Minutes < shade4:
		return 3
	}
	return 4
}

// Shades say what the shades from 1 to 4 stand for.
func Shades() [4]string {
	return [4]string{
		fmt.Sprintf("below %d minutes", shade2), fmt.Sprintf("from %d", shade2),
		fmt.Sprintf("from %d", shade3), fmt.Sprintf("from %d", shade4),
	}
}

// Minutes are those of the whole week.
func (w Week) Minutes() int {
	n := 0
	for _, d := range w.Days {
		n += d.Minutes
	}
	return n
}

// Active is on how many days anything was done.
func (w Week) Active() int {
	n := 0
	for _, d := range w.Days {
		if d.Active {
			n++
		}
	}
	return n
}

// Report works out how far the learner is. It can take some milliseconds: call
// it off the event loop.
func (w *Workbook) Report() Report {
	now := w.Now()
	s := spentIn(w.Log.State().History(), now.Location())
	r := Report{Review: w.Review(), Weeks: s.weeks(now), now: now}
	var all time.Duration
	for _, took := range s.onDay {
		all += took
	}
	r.Minutes = minutes(all)
	for _, stage := range w.Map() {
		m := ModuleReport{Title: stage.Title, Done: stage.Done(), All: len(stage.Steps)}
		r.Modules = append(r.Modules, m)
		r.All.Done += m.Done
		r.All.All += m.All
		for _, step := range stage.Steps {
			if step.Kind == LabStep && step.State != Open {
				r.Labs = append(r.Labs, step)
			}
			if step.Kind == RepairStep && s.attempts[step.ID()] > 0 {
				r.Katas = append(r.Katas, KataReport{
					Kata: step.Kata, State: step.State, Detail: step.Detail,
					Attempts: s.attempts[step.ID()], Minutes: minutes(s.onKata[step.ID()]),
				})
			}
		}
	}
	slices.SortFunc(r.Katas, func(a, b KataReport) int { return a.Kata.Number - b.Kata.Number })
	return r
}

// weeks are the last weeks up to the present one.
func (s spent) weeks(now time.Time) []Week {
	year, month, day := now.Date()
	monday := day - (int(now.Weekday())+6)%7
	weeks := make([]Week, reportWeeks)
	for i := range weeks {
		first := monday - 7*(reportWeeks-1-i)
		at := func(n int) time.Time { return time.Date(year, month, first+n, 0, 0, 0, 0, now.Location()) }
		weeks[i].Monday = at(0)
		for n := range weeks[i].Days {
			took, active := s.onDay[dateOf(at(n))]
			weeks[i].Days[n] = Day{Minutes: minutes(took), Active: active, Ahead: at(n).After(now)}
		}
	}
	return weeks
}

// minutes rounds to whole ones.
func minutes(d time.Duration) int { return int(d.Round(time.Minute) / time.Minute) }
