package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/workbook"
	wire "example.com/leakproof/lessons/lab"
)

// runaway is the lab of the small course.
func runaway() *course.Lab {
	most := 60.0
	return &course.Lab{
		ID: "runaway", Lesson: "01-ends", Title: "The runaway", Minutes: 10, Teaches: []string{"Q1"}, Story: "A worker runs away.",
		Settings: []*course.Setting{
			{ID: "fail", Kind: course.Fault, Title: "The worker fails", Says: "It never returns."},
			{ID: "end", Kind: course.Switch, Title: "An end", Says: "It gets one.", Code: "func end() {}", File: "lessons/01-ends/runaway/service.go", Line: 7},
		},
		Numbers: []*course.Number{{ID: "goroutines", Title: "goroutines"}},
		Curves:  []*course.Curve{{Title: "Goroutines", Numbers: []string{"goroutines"}}},
		Mission: course.Mission{
			Text: "Few goroutines.", Hold: 3, Given: []course.Value{{Setting: "fail", Value: 1}}, Needs: []course.Need{{Number: "goroutines", AtMost: &most}},
			Ways: []course.Way{{Settings: []course.Value{{Setting: "end", Value: 1}}, Price: "One more parameter."}},
		},
		Script: "4s mark healthy\n4s fail on\n10s mark broken\n10s expect broken.goroutines > 5 * healthy.goroutines\n10s end on\n16s expect mission met\n16s end\n",
	}
}

// fakeInterval is between two samples of the fake lab. Without any it would say
// more than a process under the race detector can read.
const fakeInterval = time.Millisecond

// fakeLab is a run in next to no time: a fault makes goroutines, the switch ends them.
// $BROKEN_LAB is why it cannot run, $DISTURBED_LAB what disturbs it after a second.
type fakeLab struct {
	mu         sync.Mutex
	at         float64
	goroutines float64
	set        map[string]int
	events     []wire.Setting
	stopped    bool
}

func newFakeLab(context.Context, *course.Lab) workbook.LabRun {
	return &fakeLab{goroutines: 40, set: map[string]int{}}
}

func (f *fakeLab) Next(ctx context.Context) (lab.Update, bool) {
	select {
	case <-time.After(fakeInterval):
	case <-ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if ctx.Err() != nil || f.Err() != nil || f.stopped {
		return lab.Update{}, false
	}
	if len(f.events) > 0 {
		s := f.events[0]
		f.events = f.events[1:]
		return lab.Update{Event: &wire.Event{At: f.at, Text: fmt.Sprint(s.Name, " ", s.Value), Setting: &s}}, true
	}
	switch {
	case f.set["end"] == 1:
		f.goroutines = 40
	case f.set["fail"] == 1:
		f.goroutines += 20
	}
	f.at += 0.25
	sample := &wire.Sample{At: f.at, Numbers: map[string]float64{"goroutines": f.goroutines}}
	if f.at == 1 {
		sample.Disturbed = os.Getenv("DISTURBED_LAB")
	}
	return lab.Update{Sample: sample}, true
}

func (f *fakeLab) Err() error {
	if why := os.Getenv("BROKEN_LAB"); why != "" {
		return errors.New(why)
	}
	return nil
}

func (f *fakeLab) Set(_ context.Context, setting string, value int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set[setting] = value
	f.events = append(f.events, wire.Setting{Name: setting, Value: value})
	return nil
}

func (f *fakeLab) Goroutines(context.Context) (*wire.Goroutines, error) {
	return nil, errors.New("none")
}
func (f *fakeLab) Touch(context.Context) error { return nil }

func (f *fakeLab) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
}

// waitingLab is a run that says nothing until it is ended.
type waitingLab struct {
	fakeLab
	began chan struct{}
	ended bool
}

func (w *waitingLab) Next(ctx context.Context) (lab.Update, bool) {
	close(w.began)
	<-ctx.Done()
	return lab.Update{}, false
}

func (w *waitingLab) Stop() { w.ended = true }

func TestAnInterruptEndsALab(t *testing.T) {
	for _, args := range [][]string{{"lab", "runaway", "--headless"}, {"lab", "runaway", "--headless", "--json", "--export", "run.md", "--measured", "m.toml"}} {
		c := newConsole(t, nil)
		run := &waitingLab{began: make(chan struct{})}
		c.Lab = func(string) func(context.Context, *course.Lab) workbook.LabRun {
			return func(context.Context, *course.Lab) workbook.LabRun { return run }
		}
		ctx, interrupt := context.WithCancel(t.Context())
		code := make(chan int)
		go func() { code <- Run(ctx, c.Parts, args) }()
		<-run.began
		interrupt()
		if got := <-code; got != exitInterrupted || !run.ended {
			t.Errorf("%q: exit code %d, ended: %v", args, got, run.ended)
		}
		for _, file := range []string{"run.md", "m.toml"} {
			if _, err := os.Stat(file); err == nil {
				t.Errorf("%q wrote %s", args, file)
			}
		}
	}
}
