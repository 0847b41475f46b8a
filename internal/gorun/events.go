package gorun

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Event is one line of `go test -json`; see `go doc test2json` and
// `go help buildjson`.
type Event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	FailedBuild string
	Elapsed     float64 // seconds
}

// Report is what the events of one package add up to.
type Report struct {
	Package string            // its import path
	Started bool              // the test binary was about to be started
	Passed  int               // results of the package as a whole
	Failed  int               //
	Tests   map[string]*Tally // by top-level test, subtests counted in
	Order   []string          // keys of Tests, in order of appearance
	Outside strings.Builder   // printed outside of any test
	Build   strings.Builder   // what the build printed
	Broken  []string          // packages that did not build
	// Compiles tells whether the compiler has nothing against the packages that
	// are broken: go vet has. Nothing in the events says so.
	Compiles bool
}

// Tally counts the events of one top-level test.
type Tally struct {
	Runs, Passes, Fails, Skips int
	Seconds                    float64
	Output                     strings.Builder

	paused bool
}

// Results is how many results the test has.
func (t *Tally) Results() int { return t.Passes + t.Fails + t.Skips }

// Running tells whether the test had begun and not ended when the run did.
func (t *Tally) Running() bool { return t != nil && t.Runs > t.Results() && !t.paused }

// NewReport is the report of a run without events.
func NewReport() *Report { return &Report{Tests: map[string]*Tally{}} }

// Test is the tally of a test, a new one if there is none yet.
func (r *Report) Test(name string) *Tally {
	t := r.Tests[name]
	if t == nil {
		t = &Tally{}
		r.Tests[name] = t
		r.Order = append(r.Order, name)
	}
	return t
}

// Add counts an event.
func (r *Report) Add(e Event) {
	switch e.Action {
	case "build-output":
		r.Build.WriteString(e.Output)
		return
	case "build-fail":
		r.Broken = append(r.Broken, e.ImportPath)
		return
	case "start":
		r.Started = true
		r.Package = e.Package
		return
	}
	if e.Test == "" {
		switch e.Action {
		case "output":
			r.Outside.WriteString(e.Output)
		case "pass":
			r.Passed++
		case "fail":
			r.Failed++
		}
		return
	}
	name, _, isSubtest := strings.Cut(e.Test, "/")
	t := r.Test(name)
	if e.Action == "output" {
		t.Output.WriteString(e.Output)
		return
	}
	if isSubtest {
		return
	}
	switch e.Action {
	case "run":
		t.Runs++
	case "pause":
		t.paused = true
	case "cont":
		t.paused = false
	case "pass":
		t.Passes++
	case "fail":
		t.Fails++
	case "skip":
		t.Skips++
	}
	t.Seconds += e.Elapsed
}

// ended tells whether the package has its result.
func (r *Report) ended() bool { return r.Passed+r.Failed > 0 }

// NeedsModules tells whether the build failed for want of modules that are not
// on this machine; see [Machine] about GOPROXY=off.
func (r *Report) NeedsModules() bool {
	return strings.Contains(r.Build.String(), "disabled by GOPROXY=off")
}

// rawFactor is how many bytes of JSON a byte of output may take before a run
// counts as one that prints without end. It bounds the time spent on parsing:
// a line of one character takes some 150 bytes.
const rawFactor = 8

// eventWriter parses a stream of events as it comes.
type eventWriter struct {
	of      func(Event) *Report // whose event it is; nil drops it
	limit   int                 // bytes of output, decoded
	started func(*Report)       // called when a test binary is about to start
	ended   func(*Report)       // called when it has ended
	full    func()              // called once, when the limit is passed

	raw, decoded int
	over         bool
	rest         []byte // an incomplete line
}

func (w *eventWriter) Write(p []byte) (int, error) {
	if w.over {
		return len(p), nil
	}
	w.raw += len(p)
	w.rest = append(w.rest, p...)
	for {
		i := bytes.IndexByte(w.rest, '\n')
		if i < 0 {
			break
		}
		w.line(w.rest[:i])
		w.rest = w.rest[i+1:]
	}
	if w.decoded > w.limit || w.raw > rawFactor*w.limit {
		w.over = true
		w.rest = nil
		w.full()
	}
	return len(p), nil
}

// line takes one line. The go command writes nothing but events to its
// standard output; a line that is none would be somebody else's, and counts
// for nothing.
func (w *eventWriter) line(line []byte) {
	var e Event
	if json.Unmarshal(line, &e) != nil {
		return
	}
	w.decoded += len(e.Output)
	r := w.of(e)
	if r == nil {
		return
	}
	started, ended := r.Started, r.ended()
	r.Add(e)
	if !started && r.Started {
		w.started(r)
	}
	if !ended && r.ended() {
		w.ended(r)
	}
}
