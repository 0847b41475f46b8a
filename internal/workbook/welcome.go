package workbook

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
)

// What a learner is told before the first step.
const (
	WhatItIs = "A workbook on Go services that do not leak: read a short lesson, answer its questions, then repair broken pieces of one notes service until their suites agree."
	WhatFor  = "Afterwards no goroutine of yours runs without an end, no request without a deadline, and no internal error reaches a client."
)

// FirstRun reports whether the learner has done nothing yet, and was not
// welcomed.
func (w *Workbook) FirstRun() bool { return w.Log.State().Last().IsZero() }

// Welcomed records that the learner was welcomed.
func (w *Workbook) Welcomed(ctx context.Context) error {
	return w.record(ctx, progress.Event{Kind: progress.KindWelcome})
}

// HowLong says how much there is and how long a module takes.
func (w *Workbook) HowLong() string {
	var modules []int
	for _, s := range w.Map() {
		if s.Module != "" {
			modules = append(modules, s.Left()) // nothing is done yet
		}
	}
	text := fmt.Sprintf("%s, %s and a quiz on each, %s.",
		Count(len(modules), "module"), Count(len(w.Course.Lessons), "lesson"), Count(len(w.Course.Katas), "kata"))
	if len(modules) == 0 {
		return text
	}
	short, long := Time(slices.Min(modules)), Time(slices.Max(modules))
	if short == long {
		return text + fmt.Sprintf(" A module takes about %s. What you did is saved at once.", long)
	}
	return text + fmt.Sprintf(" A module takes from %s to %s. What you did is saved at once.", short, long)
}

// FirstKata is the kata to begin with for who wants to repair something now: the
// shortest, and of several the first on the path. It is nil if there is none.
func (w *Workbook) FirstKata() *course.Kata {
	katas := w.KatasFrom(nil)
	if len(katas) == 0 {
		return nil
	}
	return slices.MinFunc(katas, func(a, b *course.Kata) int { return cmp.Compare(a.Minutes, b.Minutes) })
}
