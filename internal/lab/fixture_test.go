package lab

import (
	"testing"

	"example.com/leakproof/internal/course"
	wire "example.com/leakproof/lessons/lab"
)

func ptr(v float64) *float64 { return &v }

// shards is a small lab: a fault, a switch, a knob, a share.
func shards() *course.Lab {
	return &course.Lab{
		ID: "shards", Lesson: "13-x", Title: "Shards", Minutes: 5,
		Story: "A search asks four shards. One falls silent. The others wait.",
		Settings: []*course.Setting{
			{ID: "silent", Kind: course.Fault, Title: "One shard is silent", Says: "It answers nothing.", Values: []int{0, 1}},
			{ID: "buffer", Kind: course.Switch, Title: "Room for each answer", Says: "No sender waits.", Values: []int{0, 1}, File: "lessons/13-x/shards/service.go", Line: 31, Code: "func results() {\n\treturn\n}\n"},
			{ID: "budget", Kind: course.Knob, Title: "Budget", Says: "How long a search may take.", Values: []int{50, 100, 200, 400}, Start: 400, Unit: "ms"},
		},
		Numbers: []*course.Number{
			{ID: "goroutines", Title: "goroutines"},
			{ID: "reads.sent", Title: "reads sent"},
			{ID: "reads.answered", Title: "reads answered"},
			{ID: "ok", Title: "reads answered in time", Unit: "%", Share: [2]string{"reads.answered", "reads.sent"}},
			{ID: "heap", Title: "heap", Unit: "MB"},
		},
		Curves: []*course.Curve{{Title: "Goroutines", Numbers: []string{"goroutines"}}, {Title: "Answers", Numbers: []string{"ok"}}},
		Predictions: []*course.Prediction{{
			Question: &course.Question{ID: "lab-shards-silent", Explanation: "Each search leaves senders behind."},
			Before:   course.Value{Setting: "silent", Value: 1}, Given: []course.Value{{Setting: "buffer", Value: 0}},
			Number: "goroutines", Answer: course.Rises,
		}},
		Mission: course.Mission{
			Text:  "Few goroutines while a shard is silent.",
			After: []course.Value{{Setting: "silent", Value: 1}}, AfterFor: 2,
			Given: []course.Value{{Setting: "silent", Value: 1}},
			Needs: []course.Need{{Number: "goroutines", AtMost: ptr(60)}, {Number: "ok", AtLeast: ptr(99)}},
			Hold:  5,
			Ways: []course.Way{
				{Settings: []course.Value{{Setting: "buffer", Value: 1}}, Price: "Memory for each answer."},
				{Settings: []course.Value{{Setting: "buffer", Value: 1}, {Setting: "budget", Value: 100}}, Price: "Some answers come late."},
			},
		},
	}
}

// feed is a record that is fed by hand, four samples a second.
type feed struct {
	*Record
	at      float64
	numbers map[string]float64
}

func newFeed(t *testing.T, predicted map[string]course.Shape) *feed {
	t.Helper()
	l := shards()
	f := &feed{Record: NewRecord(l, predicted), numbers: map[string]float64{"goroutines": 40, "reads.sent": 0, "reads.answered": 0, "heap": 5.5}}
	hello := &wire.Hello{Numbers: []string{"goroutines", "reads.sent", "reads.answered", "heap"}}
	for _, s := range l.Settings {
		hello.Settings = append(hello.Settings, wire.Setting{Name: s.ID, Value: s.Start})
	}
	f.Add(Update{Hello: hello})
	return f
}

func (f *feed) sample(disturbed string) {
	f.Add(Update{Sample: &wire.Sample{At: f.at, Numbers: f.numbers, Disturbed: disturbed}})
	f.at += 0.25
}

// run lets seconds pass; step changes the numbers before each sample.
func (f *feed) run(seconds float64, step func()) {
	for range int(4 * seconds) {
		f.numbers["reads.sent"] += 50
		f.numbers["reads.answered"] += 50
		if step != nil {
			step()
		}
		f.sample("")
	}
}

func (f *feed) set(setting string, value int) {
	f.Add(Update{Event: &wire.Event{At: f.at, Text: setting, Setting: &wire.Setting{Name: setting, Value: value}}})
}
