package tui

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/workbook"
	wire "example.com/leakproof/lessons/lab"
)

// leakyLab is a lab as the loader would make it: one shard of four fails, and
// those that wait for it stay.
func leakyLab() *course.Lab {
	atMost := 60.0
	switches := []int{0, 1}
	prediction := func(id string, before course.Value, number string, answer course.Shape, stem string) *course.Prediction {
		q := &course.Question{
			ID: id, Revision: 1, Kind: course.Single, Lesson: "01-close", Stem: stem,
			Explanation: "Nobody receives what the other three send, so each search leaves three goroutines behind.",
		}
		for _, o := range []struct {
			shape course.Shape
			text  string
		}{
			{course.Rises, "It rises without end"}, {course.RisesAndFalls, "It rises and falls again"},
			{course.Stays, "It stays as it is"}, {course.Falls, "It falls"},
		} {
			q.Options = append(q.Options, course.Option{Text: o.text, Right: o.shape == answer, Why: "A sender waits until somebody receives."})
		}
		return &course.Prediction{Question: q, Before: before, Given: []course.Value{{Setting: "buffer", Value: 0}}, Number: number, Answer: answer}
	}
	return &course.Lab{
		ID: "leaky-fan-out", Lesson: "01-close", Title: "Leaky fan-out", Minutes: 10,
		Story: "A search asks four shards at once and needs all of their answers. When one of them fails, it returns at once, with the error. " +
			"Watch what becomes of the other three.",
		Teaches: []string{"Z1"},
		Parts: []course.Part{
			{Title: "Clients", Numbers: []string{"searches.rate", "searches.waiting"}},
			{Title: "Search", Numbers: []string{"goroutines", "heap"}},
			{Title: "4 shards", Numbers: []string{"shard_calls"}},
		},
		Settings: []*course.Setting{
			{ID: "fail", Kind: course.Fault, Title: "One shard fails", Says: "One of the four shards answers every call with an error.", Values: switches},
			{
				ID: "buffer", Kind: course.Switch, Title: "Room for each answer", Values: switches,
				Says: "The channel has a place for each shard, so that no sender waits.",
				File: "lessons/01-close/leaky-fan-out/service.go", Line: 41,
				Code: "// results has room for every shard, or for none.\nfunc results(shards int) chan result {\n\tif buffer.On() {\n\t\treturn make(chan result, shards)\n\t}\n\treturn make(chan result)\n}",
			},
			{
				ID: "cancel", Kind: course.Switch, Title: "Cancel the others", Values: switches,
				Says: "The first error cancels the context of the other calls.",
				File: "lessons/01-close/leaky-fan-out/service.go", Line: 58,
				Code: "func scope(ctx context.Context) (context.Context, context.CancelFunc) {\n\tif cancel.On() {\n\t\treturn context.WithCancel(ctx)\n\t}\n\treturn ctx, func() {}\n}",
			},
			{
				ID: "budget", Kind: course.Knob, Title: "Time for a search", Says: "How long a search may take.", Values: []int{50, 100, 200, 400}, Start: 400, Unit: "ms",
				File: "lessons/01-close/leaky-fan-out/service.go", Line: 72,
				Code: "func deadline() time.Duration {\n\treturn time.Duration(budget.Get()) * time.Millisecond\n}",
			},
		},
		Numbers: []*course.Number{
			{ID: "goroutines", Title: "goroutines", Says: "All goroutines of the service."},
			{ID: "heap", Title: "heap", Unit: "MB", Says: "Memory of objects that are in use."},
			{ID: "searches.rate", Title: "answers", Unit: "/s", Says: "Answers in the last second."},
			{ID: "searches.waiting", Title: "waiting", Says: "Sent and not answered yet."},
			{ID: "searches.p50", Title: "p50", Unit: "ms", Says: "Half of the answers were quicker."},
			{ID: "searches.p99", Title: "p99", Unit: "ms", Says: "99 of 100 answers were quicker."},
			{ID: "shard_calls", Title: "calls", Unit: "/s", Says: "Calls of the shards."},
		},
		Curves: []*course.Curve{
			{Title: "Goroutines", Numbers: []string{"goroutines"}},
			{Title: "Heap", Numbers: []string{"heap"}},
			{Title: "Time to answer", Numbers: []string{"searches.p50", "searches.p99"}},
		},
		Predictions: []*course.Prediction{
			prediction("lab-leaky-fan-out-fail", course.Value{Setting: "fail", Value: 1}, "goroutines", course.Rises,
				"One shard of four fails and the search returns early, 50 times a second. What do the goroutines do?"),
		},
		Mission: course.Mission{
			Text:  "Keep the goroutines at 60 or fewer while one shard fails.",
			After: []course.Value{{Setting: "fail", Value: 1}}, AfterFor: 5,
			Given: []course.Value{{Setting: "fail", Value: 1}},
			Needs: []course.Need{{Number: "goroutines", AtMost: &atMost}}, Hold: 15,
			Ways: []course.Way{
				{Settings: []course.Value{{Setting: "buffer", Value: 1}}, Price: "The other three shards work on for nobody."},
				{Settings: []course.Value{{Setting: "cancel", Value: 1}}, Price: "Each call has to listen to its context."},
			},
		},
	}
}

// fakeLab is a run without a process: it computes what the service would do.
type fakeLab struct {
	mu      sync.Mutex
	updates chan lab.Update
	values  map[string]int
	told    []string // settings, in the order in which they were told
	asked   int      // for goroutines
	at      float64
	leaked  float64
	problem error
	ended   chan struct{}
	stopped int
	touched int
	deaf    error // why it does not tell its goroutines
}

func newFakeLab() *fakeLab {
	return &fakeLab{values: map[string]int{"budget": 400}}
}

// start is a workbook's way to start a lab. The channels are of the test's
// bubble.
func (f *fakeLab) start(context.Context, *course.Lab) workbook.LabRun { return f }

func (f *fakeLab) open() {
	f.updates, f.ended = make(chan lab.Update, 8192), make(chan struct{})
}

func (f *fakeLab) Next(ctx context.Context) (lab.Update, bool) {
	select {
	case u := <-f.updates:
		return u, true
	default:
	}
	select {
	case u := <-f.updates:
		return u, true
	case <-f.ended:
	case <-ctx.Done():
	}
	return lab.Update{}, false
}

func (f *fakeLab) Err() error { return f.problem }

func (f *fakeLab) Set(_ context.Context, setting string, value int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, fmt.Sprintf("%s %d", setting, value))
	if setting == "cancel" && f.values["buffer"] == 1 {
		return errors.New("the lab did not take it within 2 s: press the key again")
	}
	f.values[setting] = value
	f.updates <- lab.Update{Event: &wire.Event{At: f.at, Text: setting, Setting: &wire.Setting{Name: setting, Value: value}}}
	return nil
}

func (f *fakeLab) Goroutines(context.Context) (*wire.Goroutines, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.deaf != nil {
		return nil, f.deaf
	}
	leaked := int(f.leaked)
	return &wire.Goroutines{Total: 38 + leaked, Groups: []wire.Group{
		{Count: leaked, State: "chan send", Lab: true, Frames: []wire.Frame{
			{Func: "main.search.func1", File: "service.go", Line: 63, Lab: true}, {Func: "main.search", File: "service.go", Line: 60, Lab: true},
		}},
		{Count: 30, State: "IO wait", Frames: []wire.Frame{{Func: "internal/poll.runtime_pollWait", File: "netpoll.go", Line: 351}, {Func: "net.(*conn).Read", File: "net.go", Line: 196}}},
		{Count: 8, State: "select", Frames: []wire.Frame{{Func: "net/http.(*persistConn).writeLoop", File: "transport.go", Line: 2600}}},
	}}, nil
}

func (f *fakeLab) Touch(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.touched++
	return nil
}

func (f *fakeLab) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped++
}

func (f *fakeLab) hello() {
	f.updates <- lab.Update{Hello: &wire.Hello{
		Settings: []wire.Setting{{Name: "fail"}, {Name: "buffer"}, {Name: "cancel"}, {Name: "budget", Value: 400}},
		Pprof:    "http://127.0.0.1:41234/debug/pprof/",
	}}
}

// runs has so many seconds pass in the service.
func (f *fakeLab) runs(seconds float64) {
	for range int(seconds * 4) {
		f.updates <- lab.Update{Sample: f.sample()}
	}
}

func (f *fakeLab) sample() *wire.Sample {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at += 0.25
	wave := math.Sin(f.at*2.7) + math.Sin(f.at*1.3)
	protected := f.values["buffer"] == 1 || f.values["cancel"] == 1
	switch {
	case protected:
		f.leaked *= 0.75
	case f.values["fail"] == 1:
		f.leaked += 37.5 + 2*wave
	}
	slow := 0.0
	if f.values["fail"] == 1 {
		slow = 30
	}
	return &wire.Sample{At: f.at, Numbers: map[string]float64{
		"goroutines": 38 + math.Round(f.leaked+2*wave), "heap": 6 + f.leaked/90 + 0.4*wave,
		"searches.rate": math.Round(50 + wave), "searches.waiting": math.Round(3 + wave),
		"searches.p50": 12 + wave + slow/6, "searches.p99": 48 + 6*wave + slow, "shard_calls": math.Round(200 + 4*wave),
	}}
}

func (f *fakeLab) tellings() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.told)
}
