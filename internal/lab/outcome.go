package lab

import (
	"slices"

	"example.com/leakproof/internal/course"
	wire "example.com/leakproof/lessons/lab"
)

// How long a curve is looked at after a setting took effect, in seconds.
const (
	firstLook = 6.0  // what it did is told from here on
	cutShort  = 4.0  // or from here on, if another setting follows
	lastLook  = 20.0 // and no more changed from here on
)

// Asks returns the prediction to ask for before a setting takes a value, nil if
// there is none to ask.
func (r *Record) Asks(setting string, value int) *course.Prediction {
	if r.values[setting] == value {
		return nil
	}
	for _, p := range r.Lab.Predictions {
		if p.Before != (course.Value{Setting: setting, Value: value}) || !r.holds(p.Given) {
			continue
		}
		_, earlier := r.predicted[p.ID]
		now := slices.ContainsFunc(r.outcomes, func(o *outcome) bool { return o.Prediction.ID == p.ID })
		if !earlier && !now {
			return p
		}
	}
	return nil
}

// Predict notes what the learner predicts.
func (r *Record) Predict(p *course.Prediction, answer course.Shape) {
	r.outcomes = append(r.outcomes, &outcome{Outcome: Outcome{Prediction: p, Predicted: answer, From: -1}})
}

// Outcome is a prediction and what became of it.
type Outcome struct {
	Prediction *course.Prediction
	Predicted  course.Shape
	Seen       course.Shape // what the curve did, also [RisesAndStays] or [FallsAndRises]; "" while it is too early to tell, and for good if time jumped or another setting followed at once
	From       float64      // when the setting took effect; -1 before
}

// Outcomes are the predictions made in this run, in their order.
func (r *Record) Outcomes() []Outcome {
	out := make([]Outcome, len(r.outcomes))
	for i, o := range r.outcomes {
		out[i] = o.Outcome
	}
	return out
}

// outcome is an outcome that is still watched.
type outcome struct {
	Outcome
	until float64 // when another setting took effect; 0 before
	over  bool    // it is not looked at any more
}

// setting takes a setting that has changed.
func (o *outcome) setting(s *wire.Setting, at float64) {
	switch {
	case o.From >= 0:
		if o.until == 0 {
			o.until = at
		}
	case o.Prediction.Before == course.Value{Setting: s.Name, Value: s.Value}:
		o.From = at
	}
}

// jump ends what cannot be compared with what comes.
func (o *outcome) jump() { o.over = o.over || o.From >= 0 }

// look sees what the curve has done so far.
func (o *outcome) look(r *Record) {
	if o.From < 0 || o.over {
		return
	}
	until, needs := r.At(), firstLook
	if o.until > 0 {
		until, needs = min(until, o.until), cutShort
	}
	until = min(until, o.From+lastLook)
	if until-o.From >= needs {
		o.Seen = r.Shape(o.Prediction.Number, o.From, until)
	}
	o.over = until < r.At()
}
