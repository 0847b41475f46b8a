package grade

import (
	"bytes"
	"encoding/json"
	"strings"
)

// event is one line of `go test -json`; see `go doc test2json` and
// `go help buildjson`.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	FailedBuild string
	Elapsed     float64 // seconds
}

// report is what the events of one run add up to.
type report struct {
	pkg      string              // import path of the kata
	started  bool                // the test binary was about to be started
	passed   int                 // results of the package as a whole
	failed   int                 //
	tests    map[string]*tally   // by top-level test, subtests counted in
	order    []string            // keys of tests, in order of appearance
	outside  strings.Builder     // printed outside of any test
	build    strings.Builder     // what the build printed
	broken   []string            // packages that did not build
	buildFor map[string]struct{} // packages that build output is about
}

// tally counts the events of one top-level test.
type tally struct {
	runs, passes, fails, skips int
	paused                     bool
	seconds                    float64
	output                     strings.Builder
}

func (t *tally) results() int { return t.passes + t.fails + t.skips }

// running tells whether the test had begun and not ended when the run did.
func (t *tally) running() bool { return t != nil && t.runs > t.results() && !t.paused }

func newReport() *report {
	return &report{tests: map[string]*tally{}, buildFor: map[string]struct{}{}}
}

func (r *report) test(name string) *tally {
	t := r.tests[name]
	if t == nil {
		t = &tally{}
		r.tests[name] = t
		r.order = append(r.order, name)
	}
	return t
}

func (r *report) add(e event) {
	switch e.Action {
	case "build-output":
		r.build.WriteString(e.Output)
		r.buildFor[e.ImportPath] = struct{}{}
		return
	case "build-fail":
		r.broken = append(r.broken, e.ImportPath)
		return
	case "start":
		r.started = true
		r.pkg = e.Package
		return
	}
	if e.Test == "" {
		switch e.Action {
		case "output":
			r.outside.WriteString(e.Output)
		case "pass":
			r.passed++
		case "fail":
			r.failed++
		}
		return
	}
	name, _, isSubtest := strings.Cut(e.Test, "/")
	t := r.test(name)
	if e.Action == "output" {
		t.output.WriteString(e.Output)
		return
	}
	if isSubtest {
		return
	}
	switch e.Action {
	case "run":
		t.runs++
	case "pause":
		t.paused = true
	case "cont":
		t.paused = false
	case "pass":
		t.passes++
	case "fail":
		t.fails++
	case "skip":
		t.skips++
	}
	t.seconds += e.Elapsed
}

// ended tells whether the package has its result.
func (r *report) ended() bool { return r.passed+r.failed > 0 }

// needsModules tells whether the build failed for want of modules that are not
// on this machine; see [machine] about GOPROXY=off.
func (r *report) needsModules() bool {
	return strings.Contains(r.build.String(), "disabled by GOPROXY=off")
}

// rawFactor is how many bytes of JSON a byte of output may take before a run
// counts as one that prints without end. It bounds the time spent on parsing:
// a line of one character takes some 150 bytes.
const rawFactor = 8

// eventWriter parses a stream of events as it comes.
type eventWriter struct {
	of      func(event) *report // whose event it is; nil drops it
	limit   int                 // bytes of output, decoded
	started func(*report)       // called when a test binary is about to start
	ended   func(*report)       // called when it has ended
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
	var e event
	if json.Unmarshal(line, &e) != nil {
		return
	}
	w.decoded += len(e.Output)
	r := w.of(e)
	if r == nil {
		return
	}
	started, ended := r.started, r.ended()
	r.add(e)
	if !started && r.started {
		w.started(r)
	}
	if !ended && r.ended() {
		w.ended(r)
	}
}
