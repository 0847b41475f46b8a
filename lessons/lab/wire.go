// Package lab is what the program of a live lab and the workbook say to each
// other: JSON, one object a line. The program reads a [Command] from each line
// of its standard input and prints a [Message] on each line of its standard
// output. It ends when its standard input does.
package lab

// Command asks a running lab for something. One field is set; where none is, it
// only says that somebody is there.
type Command struct {
	Set        *Setting `json:"set,omitempty"`
	Goroutines bool     `json:"goroutines,omitempty"` // answered by one Message with Goroutines
}

// Setting is a switch, a fault or a knob with its value. A switch and a fault
// are 0 or 1.
type Setting struct {
	Name  string `json:"name"`
	Value int    `json:"value"`
}

// Message is something that a running lab says. One field is set.
type Message struct {
	Hello      *Hello      `json:"hello,omitempty"`      // the first one
	Sample     *Sample     `json:"sample,omitempty"`     // four a second
	Event      *Event      `json:"event,omitempty"`      // as it happens
	Goroutines *Goroutines `json:"goroutines,omitempty"` // when asked for
	Problem    string      `json:"problem,omitempty"`    // the last one, if the lab could not go on: what happened and what to do next
}

// Hello says what there is to set and to see.
type Hello struct {
	Settings []Setting `json:"settings"` // all there are, with their values at the start
	Numbers  []string  `json:"numbers"`  // the names of what samples measure
	Pprof    string    `json:"pprof"`    // "http://127.0.0.1:41234/debug/pprof/" of the service
}

// Sample is what was measured at one time.
type Sample struct {
	At        float64            `json:"at"`                  // seconds since the lab began to measure
	Numbers   map[string]float64 `json:"numbers"`             // by name; a number that cannot be told now is left out
	Disturbed string             `json:"disturbed,omitempty"` // why this sample says little, such as "the load went out 180 ms late"
}

// Event is something that happened at one time, in words: a setting that took
// effect, a cap that was reached, a rate that this machine cannot keep up.
type Event struct {
	At      float64  `json:"at"` // seconds, as in Sample
	Text    string   `json:"text"`
	Setting *Setting `json:"setting,omitempty"` // where it is a setting that took effect
}

// Goroutines are all goroutines of the service at one time.
type Goroutines struct {
	Total  int     `json:"total"`
	Groups []Group `json:"groups"` // those with code of the lab first, then by count
}

// Group is goroutines that wait or run at the same place.
type Group struct {
	Count  int     `json:"count"`
	State  string  `json:"state"`  // "chan send", "select", "IO wait", "running"
	Lab    bool    `json:"lab"`    // the lab's own code is on the stack
	Frames []Frame `json:"frames"` // the innermost first
}

// Frame is one call on a stack.
type Frame struct {
	Func string `json:"func"` // "main.search.func1"
	File string `json:"file"` // its base name
	Line int    `json:"line"`
	Lab  bool   `json:"lab"` // it is a line of the lab's own code
}
