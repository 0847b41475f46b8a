package host

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/leakproof/lessons/lab"
)

// registry is what the variables of the lab's package have declared. Both
// processes have the same, each with its own values.
type registry struct {
	mu       sync.Mutex
	settings map[string]*atomic.Int64
	numbers  map[string]func() float64
	changed  chan struct{}   // closed with the next change of a setting
	done     map[string]bool // switches that the service has turned off, to be told
}

var declared = &registry{
	settings: map[string]*atomic.Int64{}, numbers: map[string]func() float64{},
	changed: make(chan struct{}), done: map[string]bool{},
}

func (r *registry) setting(name string, start int) *atomic.Int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.settings[name] != nil {
		panic("host: two settings are named " + name)
	}
	v := new(atomic.Int64)
	v.Store(int64(start))
	r.settings[name] = v
	return v
}

func (r *registry) number(name string, read func() float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.numbers[name] != nil {
		panic("host: two numbers are named " + name)
	}
	r.numbers[name] = read
}

// set gives a setting a value.
func (r *registry) set(s lab.Setting) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.settings[s.Name]
	if v == nil {
		return fmt.Errorf("the lab has no setting %q", s.Name)
	}
	v.Store(int64(s.Value))
	delete(r.done, s.Name)
	r.change()
	return nil
}

// change tells who waits for a change. Hold r.mu.
func (r *registry) change() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// turnedOff are the switches that this process has turned off since it was
// asked last.
func (r *registry) turnedOff() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := slices.Sorted(maps.Keys(r.done))
	clear(r.done)
	return names
}

// all are the settings with their values, by name.
func (r *registry) all() []lab.Setting {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []lab.Setting
	for name, v := range r.settings {
		out = append(out, lab.Setting{Name: name, Value: int(v.Load())})
	}
	slices.SortFunc(out, func(a, b lab.Setting) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// read are the numbers of this process. A number whose read is NaN cannot be
// told now.
func (r *registry) read() map[string]float64 {
	r.mu.Lock()
	reads := make(map[string]func() float64, len(r.numbers))
	for name, read := range r.numbers {
		reads[name] = read
	}
	r.mu.Unlock()
	out := make(map[string]float64, len(reads))
	for name, read := range reads {
		if v := read(); v == v {
			out[name] = v
		}
	}
	return out
}

// Toggle is a switch or a fault.
type Toggle struct {
	name string
	v    *atomic.Int64
}

// Switch declares a switch or a fault. It is off at the start.
func Switch(name string) Toggle { return Toggle{name, declared.setting(name, 0)} }

// restart is a setting of every lab: turned on, it ends the service's process
// and starts it anew, and goes back to off.
var restart = Switch("restart")

// On reports whether it is on now.
func (t Toggle) On() bool { return t.v.Load() != 0 }

// Off turns a switch off that stands for something which is over. The service
// calls it; the process of the load and the workbook hear of it with the next
// sample.
func (t Toggle) Off() {
	declared.mu.Lock()
	defer declared.mu.Unlock()
	t.v.Store(0)
	declared.done[t.name] = true
	declared.change()
}

// Changed is closed with the next change of a setting. Ask for it before you
// read the settings, so that none is missed.
func Changed() <-chan struct{} {
	declared.mu.Lock()
	defer declared.mu.Unlock()
	return declared.changed
}

// Dial is a knob.
type Dial struct{ v *atomic.Int64 }

// Knob declares a knob with its value at the start.
func Knob(name string, start int) Dial { return Dial{declared.setting(name, start)} }

// Get is its value now.
func (d Dial) Get() int { return int(d.v.Load()) }

// Counter counts something. What both processes count is added up.
type Counter struct{ v *atomic.Int64 }

// Count declares a counter.
func Count(name string) Counter {
	c := Counter{new(atomic.Int64)}
	declared.number(name, func() float64 { return float64(c.v.Load()) })
	return c
}

// Add counts n more.
func (c Counter) Add(n int) { c.v.Add(int64(n)) }

// Value is the count in this process.
func (c Counter) Value() int { return int(c.v.Load()) }

// Rate declares by how much a counter rose in the last second. What both
// processes count is added up.
func Rate(name string, c Counter) {
	type reading struct {
		at    time.Time
		count int
	}
	var last []reading // the oldest first
	declared.number(name, func() float64 {
		now := reading{time.Now(), c.Value()}
		last = append(last[max(0, len(last)-slots):], now)
		if len(last) == 1 {
			return 0
		}
		// Not by less than a second: the first burst would look like a high rate.
		return float64(now.count-last[0].count) / max(1, now.at.Sub(last[0].at).Seconds())
	})
}

// Gauge declares a number that is read four times a second, in the process that
// calls Gauge. NaN says that it cannot be told now.
func Gauge(name string, read func() float64) { declared.number(name, read) }
