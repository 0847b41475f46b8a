package explain

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"example.com/leakproof/internal/gosource"
	"example.com/leakproof/internal/text"
)

// FindingKind is what a [Finding] is about.
type FindingKind string

// The kinds of a finding, in the order in which findings are listed.
const (
	KindCompile  FindingKind = "compile"  // the code does not build
	KindVet      FindingKind = "vet"      // go vet refuses the code, and no test ran
	KindPanic    FindingKind = "panic"    // a panic that nothing recovered
	KindFatal    FindingKind = "fatal"    // a fatal error of the runtime
	KindExit     FindingKind = "exit"     // the code ended the process
	KindRace     FindingKind = "race"     // a data race
	KindLeak     FindingKind = "leak"     // goroutines that outlived the test or the run
	KindDeadlock FindingKind = "deadlock" // every goroutine waits for another one
	KindHang     FindingKind = "hang"     // something waits or spins without an end
	KindContract FindingKind = "contract" // what the suite said, where nothing above explains it
)

// rank orders the kinds.
var rank = map[FindingKind]int{
	KindCompile: 0, KindVet: 0, KindPanic: 1, KindFatal: 1, KindExit: 1, KindRace: 2, KindLeak: 3, KindDeadlock: 4, KindHang: 4, KindContract: 5,
}

// Finding explains one thing that went wrong in a run. What several tests
// found alike is one finding.
type Finding struct {
	Kind   FindingKind `json:"kind"`
	Text   string      `json:"text"`             // one sentence, without its final full stop
	Test   string      `json:"test,omitempty"`   // the first test that shows it; "" if it belongs to none
	Also   []string    `json:"also,omitempty"`   // the other tests that show it, in the order they ran
	Places []Place     `json:"places,omitempty"` // the learner's first
	Stack  string      `json:"stack,omitempty"`  // the report behind it, foreign frames folded; bounded

	key string // equal for equal findings, however many goroutines each of them counts
}

// Place is a line that a finding speaks of.
type Place struct {
	File string `json:"file"` // slash path below the module root
	Line int    `json:"line"` // from 1
	What string `json:"what"` // what happens there: "waits to send", "started", "write", "panics"
}

// Bounds of what findings carry.
const (
	textLimit     = 600     // bytes of a sentence
	stackLimit    = 8 << 10 // bytes
	kindLimit     = 50      // findings of one kind, the contract's aside
	compileErrors = 10
)

// A finder collects findings.
type finder struct {
	*Run
	all []Finding
}

// add keeps a finding, or counts it to an equal one.
func (f *finder) add(new Finding) {
	if !slices.ContainsFunc(f.Tests, func(t gosource.Test) bool { return t.Name == new.Test }) {
		new.Test = "" // the canary is nothing to the learner
	}
	if new.Text = text.Line(withoutMarks(new.Text), textLimit); new.Text == "" {
		new.Text = "it failed without a message"
	}
	new.Stack = text.Clip(new.Stack, stackLimit)
	new.Places = f.tidy(new.Places)
	if new.key == "" {
		new.key = fmt.Sprint(new.Text, new.Places)
	}
	alike := 0
	for i, old := range f.all {
		if old.Kind != new.Kind {
			continue
		}
		alike++
		if old.key != new.key {
			continue
		}
		if new.Test != "" && new.Test != old.Test && !slices.Contains(old.Also, new.Test) {
			f.all[i].Also = append(old.Also, new.Test)
		}
		return
	}
	if alike < kindLimit || new.Kind == KindContract {
		f.all = append(f.all, new)
	}
}

// tidy sorts places, the learner's first, and drops repetitions and what is
// not in the module.
func (f *finder) tidy(places []Place) []Place {
	var sorted []Place
	for _, learners := range []bool{true, false} {
		for _, place := range places {
			place.What = text.Printable(place.What)
			inside := place.Line > 0 && place.File != "." && fs.ValidPath(place.File) && !strings.Contains(place.File, ":")
			if inside && f.isLearners(place.File) == learners && !slices.Contains(sorted, place) {
				sorted = append(sorted, place)
			}
		}
	}
	return sorted
}

func (f *finder) has(kind FindingKind) bool {
	return slices.ContainsFunc(f.all, func(one Finding) bool { return one.Kind == kind })
}
