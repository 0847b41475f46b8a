package lab

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
	wire "example.com/leakproof/lessons/lab"
)

// run is one run of the lab's program, as the page follows it.
type run struct {
	page    *Lab
	task    *ui.Task
	run     workbook.LabRun // nil before it says something and after it ended
	record  *lab.Record
	built   *lab.Building // how far compiling is, nil when that is over
	hello   *wire.Hello
	samples int
	updates int // all that it said
	began   time.Time
	ended   bool
	problem error // why it ended, if it was not told to

	said   chan saidMsg
	gone   chan struct{}  // closed when nothing of it is left
	wanted map[string]int // what settings were told to be, until that took effect
	queue  []wire.Setting // to be told, in this order
	busy   bool           // one of them is being told
	turned bool           // one was told

	touched float64 // the time of the last sample before the last key
	told    float64 // ... before the lab was last told of one
}

type (
	// saidMsg is something that a run said.
	saidMsg struct {
		run    workbook.LabRun
		began  time.Time
		update lab.Update
	}
	endedMsg struct{ err error }
	setMsg   struct {
		setting string
		err     error
	}
)

func newRun(p *Lab) *run {
	r := &run{page: p}
	r.task = ui.NewTask(p.env.Jobs, r.take)
	return r
}

// start begins a run, with nothing left of an earlier one. The job that it
// starts lasts as long as the run's processes do.
func (r *run) start() tea.Cmd {
	before := r.gone
	r.begin()
	wb, l, said, gone := r.page.env.Workbook, r.page.lab, r.said, r.gone
	life := r.task.Start(func(ctx context.Context) tea.Msg {
		defer close(gone)
		if before != nil { // one lab at a time
			select {
			case <-before:
			case <-ctx.Done():
				return nil
			}
		}
		run, began := wb.StartLab(ctx, l), wb.Now()
		defer run.Stop()
		for {
			u, ok := run.Next(ctx)
			if !ok {
				return endedMsg{run.Err()}
			}
			select {
			case said <- saidMsg{run, began, u}:
			case <-ctx.Done():
				return nil
			}
		}
	})
	return tea.Batch(life, r.next())
}

// begin forgets all that was.
func (r *run) begin() {
	*r = run{page: r.page, task: r.task, said: make(chan saidMsg), gone: make(chan struct{}), wanted: map[string]int{}}
	r.record = lab.NewRecord(r.page.lab, r.page.env.Workbook.Predicted(r.page.lab))
}

// next waits for what the run says next.
func (r *run) next() tea.Cmd {
	said := r.said
	return r.task.More(func(ctx context.Context) tea.Msg {
		select {
		case msg := <-said:
			return msg
		case <-ctx.Done():
			return nil
		}
	})
}

// stop ends the run; its processes end with the task.
func (r *run) stop() {
	r.task.Stop()
	r.run, r.ended, r.built, r.queue, r.busy = nil, true, nil, nil, false
}

func (r *run) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case saidMsg:
		r.run, r.began = msg.run, msg.began
		r.updates++
		r.record.Add(msg.update)
		return tea.Batch(r.heard(msg.update), r.next())
	case endedMsg:
		r.stop()
		r.problem = msg.err
		return r.page.runEnded()
	case setMsg:
		r.busy = false
		if msg.err != nil {
			delete(r.wanted, msg.setting)
			return tea.Batch(r.page.env.Warn(msg.err), r.tell())
		}
		return r.tell()
	}
	return nil
}

func (r *run) heard(u lab.Update) tea.Cmd {
	switch {
	case u.Building != nil:
		r.built = u.Building
	case u.Hello != nil:
		r.built, r.hello = nil, u.Hello
	case u.Event != nil:
		if s := u.Event.Setting; s != nil && r.wanted[s.Name] == s.Value {
			delete(r.wanted, s.Name)
		}
	case u.Sample != nil:
		r.built = nil
		r.samples++
		return r.page.sampled()
	}
	return nil
}

// live reports whether there are numbers, and more to come.
func (r *run) live() bool { return r.run != nil && r.samples > 0 }

// value is what a setting is, or will be in a moment.
func (r *run) value(setting string) int {
	if v, ok := r.wanted[setting]; ok {
		return v
	}
	return r.record.Value(setting)
}

// set has a setting take a value. Settings are told one after the other, in the
// order of the keys.
func (r *run) set(setting string, value int) tea.Cmd {
	r.wanted[setting], r.turned = value, true
	r.queue = append(r.queue, wire.Setting{Name: setting, Value: value})
	return r.tell()
}

func (r *run) tell() tea.Cmd {
	if r.busy || len(r.queue) == 0 || r.run == nil {
		return nil
	}
	next, run := r.queue[0], r.run
	r.queue, r.busy = r.queue[1:], true
	return r.task.More(func(ctx context.Context) tea.Msg {
		return setMsg{next.Name, run.Set(ctx, next.Name, next.Value)}
	})
}

// A lab ends by itself ten minutes after the last key that it was told of.
const (
	idleSoon = 540 // seconds without a key after which the page says so
	tellKey  = 20  // seconds after which the lab is told of the next key
)

// touch takes note that somebody is there, and tells the lab from time to time.
func (r *run) touch() tea.Cmd {
	r.touched = r.record.At()
	if !r.live() || r.touched-r.told < tellKey {
		return nil
	}
	r.told = r.touched
	run := r.run
	return r.task.More(func(ctx context.Context) tea.Msg {
		_ = run.Touch(ctx) // what keeps it from hearing that ends it, which Next tells
		return nil
	})
}

// warning is what has to be known about the last samples, "" if nothing has.
func (r *run) warning() string {
	if r.live() && r.record.At()-r.touched > idleSoon {
		return "Nobody has pressed a key for 9 minutes: this run ends after 10. Any key keeps it."
	}
	if why := r.record.Disturbed(); why != "" {
		return "Disturbed: " + why
	}
	events := r.record.Events(span)
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Setting == nil {
			return events[i].Text
		}
	}
	return ""
}
