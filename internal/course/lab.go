package course

import (
	"fmt"
	"slices"
)

// Lab is a live lab: a program beside a lesson that fails under load until the
// learner switches something on.
type Lab struct {
	ID          string // "leaky-fan-out", the folder's name
	Lesson      string // the id of the lesson whose folder it is in
	Title       string
	Minutes     int
	Story       string   // three sentences
	Teaches     []string // points of the curriculum
	Parts       []Part   // the way of a request, from the client on
	Settings    []*Setting
	Numbers     []*Number
	Curves      []*Curve
	Predictions []*Prediction
	Mission     Mission
	Script      string    // its scripted run, as package lab reads it; "" where there is none yet
	Measured    *Measured // by its scripted run; nil where that was not run yet

	file string
}

// Lab returns the lab with that id, or nil.
func (c *Course) Lab(id string) *Lab {
	return find(c.Labs, func(l *Lab) bool { return l.ID == id })
}

// LabsOf returns the labs of a lesson, in the order of their folders.
func (c *Course) LabsOf(lesson string) []*Lab {
	return slices.DeleteFunc(slices.Clone(c.Labs), func(l *Lab) bool { return l.Lesson != lesson })
}

// Predictions are the questions of all labs.
func (c *Course) Predictions() []*Question {
	var out []*Question
	for _, l := range c.Labs {
		for _, p := range l.Predictions {
			out = append(out, p.Question)
		}
	}
	return out
}

// Setting returns the setting with that id, or nil.
func (l *Lab) Setting(id string) *Setting {
	return find(l.Settings, func(s *Setting) bool { return s.ID == id })
}

// Number returns the number with that id, or nil.
func (l *Lab) Number(id string) *Number {
	return find(l.Numbers, func(n *Number) bool { return n.ID == id })
}

// Dir is the folder of the lab's program, below the module root.
func (l *Lab) Dir() string { return "lessons/" + l.Lesson + "/" + l.ID }

// Part is one box of the picture: a client, the server, a dependency.
type Part struct {
	Title   string
	Numbers []string // ids of the live numbers in it, at most three
}

// SettingKind says how a setting is set.
type SettingKind string

// The kinds of settings.
const (
	Switch SettingKind = "switch" // a protection that the learner turns on
	Fault  SettingKind = "fault"  // what breaks
	Knob   SettingKind = "knob"   // a number
)

// Setting is something that the learner can turn while the lab runs.
type Setting struct {
	ID     string
	Kind   SettingKind
	Title  string // "Cancel the others"
	Says   string // what it does, in a sentence
	Values []int  // Knob: what it can be, in order; else 0 and 1
	Start  int    // one of Values
	Unit   string // Knob: "ms", "workers"
	File   string // of the code that it switches, below the module root; "" where there is none
	Line   int    // where the code stands in File
	Code   string // the declarations
}

// Number is something that samples measure.
type Number struct {
	ID    string    // as the program names it, such as "goroutines"
	Title string    // "goroutines"
	Unit  string    // "", "ms", "MB", "/s" or "%"
	Says  string    // what it counts, in a sentence
	Share [2]string // if set, the number is computed: of the second counter's rise over the last 5 s, how many percent the first one's is
}

// Curve is a plot over time.
type Curve struct {
	Title   string
	Numbers []string // ids of one or two numbers of one unit
}

// Shape is what a curve does after something happened.
type Shape string

// The shapes, in the order in which they are asked for.
const (
	Rises         Shape = "rises" // without end
	RisesAndFalls Shape = "rises-and-falls"
	Stays         Shape = "stays"
	Falls         Shape = "falls"
)

// Shapes are all of them, in that order. It is that of the options of a
// [Prediction].
func Shapes() []Shape { return []Shape{Rises, RisesAndFalls, Stays, Falls} }

// Text is the shape as an answer.
func (s Shape) Text() string {
	return map[Shape]string{
		Rises: "It rises without end", RisesAndFalls: "It rises and falls again",
		Stays: "It stays as it is", Falls: "It falls",
	}[s]
}

// Prediction is what the learner is asked before a setting takes effect for the
// first time. It is a question of the course, of kind Single, with an option
// for each shape, so that review can ask it again.
type Prediction struct {
	*Question
	Before Value   // the setting that is about to take effect
	Given  []Value // it is asked only while these are so
	Number string  // id of the number whose curve it is about
	Answer Shape
}

// Value is a setting with a value, "silent=1" in the file.
type Value struct {
	Setting string
	Value   int
}

// String is the value as files write it: "silent=1".
func (v Value) String() string { return fmt.Sprintf("%s=%d", v.Setting, v.Value) }

// Mission is a goal to hold.
type Mission struct {
	Text     string  // "Answer 99 % of the reads in under 300 ms while the index is silent."
	After    []Value // it counts only once these have been so in this run, all at one time, for AfterFor seconds
	AfterFor int
	Given    []Value // it counts only while these are so
	Needs    []Need
	Hold     int // seconds for which all that must hold
	Ways     []Way
}

// Need is one condition of a mission.
type Need struct {
	Number  string
	AtLeast *float64 // one of the two is set
	AtMost  *float64
}

// Way is one set of settings that meets the mission, with its price.
type Way struct {
	Settings []Value
	Price    string // a sentence
}
