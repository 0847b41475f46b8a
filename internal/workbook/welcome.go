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
	WhatItIs = "A workbook on Go services that do not leak: short lessons, questions, and broken pieces of one notes service to repair until their suites agree."
	WhatFor  = "Afterwards no goroutine of yours runs without an end, no request without a deadline, and no internal error reaches a client."
)

// FirstRun reports whether the learner has done nothing yet, and was not
// welcomed.
func (w *Workbook) FirstRun() bool { return w.Log.State().Last().IsZero() }

// Welcomed records that the learner was welcomed. Where that cannot be kept,
// nothing is lost: the next run welcomes again.
func (w *Workbook) Welcomed(ctx context.Context) {
	_ = w.record(ctx, progress.Event{Kind: progress.KindWelcome})
}

// HowLong says how much there is and how long a module takes.
func (w *Workbook) HowLong() string {
	var modules []int
	for _, s := range w.Map() {
		modules = append(modules, s.Left()) // nothing is done yet
	}
	text := fmt.Sprintf("%s, %s and a quiz on each, ", Count(len(modules), "module"), Count(len(w.Course.Lessons), "lesson"))
	if labs := len(w.Course.Labs); labs > 0 {
		text += Count(labs, "live lab") + ", "
	}
	text += Count(len(w.Course.Katas), "kata") + "."
	if len(modules) > 0 {
		takes := "about " + Time(slices.Max(modules))
		if shortest := Time(slices.Min(modules)); takes != "about "+shortest {
			takes = "from " + shortest + " to " + Time(slices.Max(modules))
		}
		text += " A module takes " + takes + "."
	}
	if !w.Forget {
		text += " What you did is saved at once."
	}
	return text
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
