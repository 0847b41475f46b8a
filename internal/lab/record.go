package lab

import (
	"maps"
	"math"
	"slices"
	"sort"

	"example.com/leakproof/internal/course"
	wire "example.com/leakproof/lessons/lab"
)

// Bounds of what a record keeps and looks at, in seconds of samples.
const (
	keptFor      = 600.0 // what is older is forgotten
	keptEvents   = 1000  // and so are events beyond these
	gap          = 3.0   // between two samples: the machine slept, or the program hung
	shareOver    = 5.0   // what a share is computed over
	meanOver     = 3.0   // what a mark's mean is taken over
	disturbedFor = 3.0   // how long it is told that a sample was disturbed
)

// Record is what has happened in a run so far, and what it means: no process,
// no clock. Time is what samples say. Pages, lines and scripts share it. Its
// methods must not be called concurrently.
//
// Where time jumps, since the machine slept or its program began anew, what is
// measured over time starts anew: shares, the shapes of curves, the seconds of
// the mission. If it jumps back, samples and events from before are forgotten.
type Record struct {
	Lab *course.Lab

	predicted map[string]course.Shape // by question, in earlier runs
	outcomes  []*outcome
	values    map[string]int // of settings
	samples   []wire.Sample  // with computed numbers; in the order of their times
	events    []wire.Event
	anew      float64         // when time last jumped
	ever      bool            // there was a sample
	uneven    map[string]bool // numbers that have fallen or had a fraction: they are no counters
	turned    []string        // settings that have changed in the run, each once
	mission   mission
}

// NewRecord is the record of a run that has not begun. predicted are the
// learner's earlier predictions, which are not asked again.
func NewRecord(l *course.Lab, predicted map[string]course.Shape) *Record {
	r := &Record{Lab: l, predicted: predicted, values: map[string]int{}, uneven: map[string]bool{}}
	for _, s := range l.Settings {
		r.values[s.ID] = s.Start
	}
	return r
}

// Add takes what a run says.
func (r *Record) Add(u Update) {
	switch {
	case u.Hello != nil:
		for _, s := range u.Hello.Settings {
			r.values[s.Name] = s.Value
		}
	case u.Event != nil:
		r.addEvent(*u.Event)
	case u.Sample != nil:
		r.addSample(*u.Sample)
	}
}

func (r *Record) addEvent(e wire.Event) {
	r.events = append(r.events, e)
	if len(r.events) > keptEvents {
		r.events = slices.Delete(r.events, 0, len(r.events)-keptEvents)
	}
	if s := e.Setting; s != nil && r.values[s.Name] != s.Value {
		r.values[s.Name] = s.Value
		if !slices.Contains(r.turned, s.Name) {
			r.turned = append(r.turned, s.Name)
		}
		for _, o := range r.outcomes {
			o.setting(s, e.At)
		}
	}
}

func (r *Record) addSample(s wire.Sample) {
	last := r.At()
	jumped := r.ever && (s.At < last || s.At > last+gap)
	if s.At < last {
		r.samples, r.events = nil, nil
	}
	if jumped || !r.ever {
		r.anew, r.ever = s.At, true
		for _, o := range r.outcomes {
			o.jump()
		}
	}
	s.Numbers = maps.Clone(s.Numbers)
	if s.Numbers == nil {
		s.Numbers = map[string]float64{}
	}
	r.samples = append(r.samples, s)
	for _, n := range r.Lab.Numbers {
		if n.Share != [2]string{} {
			if v, ok := r.share(n); ok {
				s.Numbers[n.ID] = v
			}
		}
	}
	for name, v := range s.Numbers {
		before, ok := r.before(name)
		if v != math.Trunc(v) || ok && before > v {
			r.uneven[name] = true
		}
	}
	if old := r.index(s.At - keptFor); old > 0 {
		r.samples = slices.Delete(r.samples, 0, old)
		r.events = slices.DeleteFunc(r.events, func(e wire.Event) bool { return e.At < s.At-keptFor })
	}
	r.judge(jumped)
	for _, o := range r.outcomes {
		o.look(r)
	}
}

// before is a number in the sample before the last one.
func (r *Record) before(number string) (float64, bool) {
	if len(r.samples) < 2 {
		return 0, false
	}
	v, ok := r.samples[len(r.samples)-2].Numbers[number]
	return v, ok
}

// share computes a number from two counters over the last seconds.
func (r *Record) share(n *course.Number) (percent float64, ok bool) {
	last := len(r.samples) - 1
	first := r.index(max(r.samples[last].At-shareOver, r.anew))
	rise := func(counter string) (float64, bool) {
		from, had := r.samples[first].Numbers[counter]
		to, has := r.samples[last].Numbers[counter]
		return to - from, had && has && to >= from // a service that starts again counts from 0
	}
	part, ok1 := rise(n.Share[0])
	whole, ok2 := rise(n.Share[1])
	if !ok1 || !ok2 || whole <= 0 {
		return 0, false
	}
	return 100 * part / whole, true
}

// index is that of the first sample from a time on.
func (r *Record) index(from float64) int {
	return sort.Search(len(r.samples), func(i int) bool { return r.samples[i].At >= from })
}

// Value is what a setting is now.
func (r *Record) Value(setting string) int { return r.values[setting] }

func (r *Record) holds(values []course.Value) bool {
	return !slices.ContainsFunc(values, func(v course.Value) bool { return r.values[v.Setting] != v.Value })
}

// Now is the last value of a number. ok is false before there is one, and when
// it cannot be told now.
func (r *Record) Now(number string) (v float64, ok bool) {
	if len(r.samples) == 0 {
		return 0, false
	}
	v, ok = r.samples[len(r.samples)-1].Numbers[number]
	return v, ok
}

// At is the time of the last sample, in seconds.
func (r *Record) At() float64 {
	if len(r.samples) == 0 {
		return 0
	}
	return r.samples[len(r.samples)-1].At
}

// Point is a value of a curve.
type Point struct{ At, Value float64 }

// Points are a number's values over the last seconds, oldest first.
func (r *Record) Points(number string, seconds float64) []Point {
	return r.points(number, r.At()-seconds, math.Inf(1), true)
}

// points are a number's values from a time on until another.
func (r *Record) points(number string, from, until float64, disturbed bool) []Point {
	var out []Point
	for _, s := range r.samples[r.index(from):] {
		if s.At >= until {
			break
		}
		if v, ok := s.Numbers[number]; ok && (disturbed || s.Disturbed == "") {
			out = append(out, Point{s.At, v})
		}
	}
	return out
}

// Events are what happened over the last seconds, oldest first.
func (r *Record) Events(seconds float64) []wire.Event {
	var out []wire.Event
	for _, e := range r.events {
		if e.At >= r.At()-seconds {
			out = append(out, e)
		}
	}
	return out
}

// Disturbed says why the last samples say little, "" if they do not.
func (r *Record) Disturbed() string {
	for _, s := range slices.Backward(r.samples) {
		if s.At < r.At()-disturbedFor {
			break
		}
		if s.Disturbed != "" {
			return s.Disturbed
		}
	}
	return ""
}

// Mark is what each number is around now: a counter's value, of others the mean
// over the last three seconds. A counter is what has only risen, in whole steps.
func (r *Record) Mark() map[string]float64 {
	out := map[string]float64{}
	if len(r.samples) == 0 {
		return out
	}
	for name, now := range r.samples[len(r.samples)-1].Numbers {
		out[name] = now
		if !r.uneven[name] {
			continue
		}
		sum, n := 0.0, 0
		for _, p := range r.points(name, max(r.At()-meanOver, r.anew), math.Inf(1), true) {
			sum, n = sum+p.Value, n+1
		}
		out[name] = sum / float64(n)
	}
	return out
}
