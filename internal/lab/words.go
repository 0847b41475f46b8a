package lab

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/text"
	wire "example.com/leakproof/lessons/lab"
)

// This file says in words what pages, lines and summaries show of a lab.

// State is what a setting is when it has a value: "on", "off", "200 ms".
func State(s *course.Setting, value int) string {
	switch {
	case s.Kind != course.Knob && value == 0:
		return "off"
	case s.Kind != course.Knob:
		return "on"
	case s.Unit == "":
		return strconv.Itoa(value)
	default:
		return fmt.Sprintf("%d %s", value, s.Unit)
	}
}

// Number is a number of a lab by its id, or one that has nothing but that id.
func Number(l *course.Lab, id string) *course.Number {
	if n := l.Number(id); n != nil {
		return n
	}
	return &course.Number{ID: id, Title: id}
}

// Settings says settings with their values: "One shard fails: on, Budget: 200 ms".
func Settings(l *course.Lab, values []course.Value) string {
	var out []string
	for _, v := range values {
		title, state := inWords(l, v)
		out = append(out, title+": "+state)
	}
	return strings.Join(out, ", ")
}

// inWords is the title of a setting and what it is when it has a value.
func inWords(l *course.Lab, v course.Value) (title, state string) {
	if s := l.Setting(v.Setting); s != nil {
		return s.Title, State(s, v.Value)
	}
	return v.Setting, strconv.Itoa(v.Value)
}

// Says is what an event tells: of a setting, its title with its state.
func Says(l *course.Lab, e wire.Event) string {
	// A host says more of some settings than that they took effect.
	if s := e.Setting; s != nil && e.Text == fmt.Sprintf("%s %d", s.Name, s.Value) {
		return Settings(l, []course.Value{{Setting: s.Name, Value: s.Value}})
	}
	return text.FirstLine(e.Text)
}

// are says settings with their values in a sentence: "\"One shard fails\" is on".
func are(l *course.Lab, verb string, values []course.Value) string {
	var out []string
	for _, v := range values {
		title, state := inWords(l, v)
		out = append(out, fmt.Sprintf(`"%s" %s %s`, title, verb, state))
	}
	return strings.Join(out, " and ")
}

// significant is a value with three digits that say something, at least.
func significant(v float64) string {
	digits := 0
	for size := math.Abs(v); size != 0 && size < 100 && digits < 3; digits++ {
		size *= 10
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Seconds is a time of a run: "12 s", "4 min 5 s".
func Seconds(at float64) string {
	s := int(at)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s%60 == 0:
		return fmt.Sprintf("%d min", s/60)
	default:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
}

// Does says what a curve does: "it rises without end".
func Does(s course.Shape) string {
	return map[course.Shape]string{
		course.Rises:         "it rises without end",
		course.RisesAndFalls: "it rises and falls again",
		course.Stays:         "it stays as it is",
		course.Falls:         "it falls",
		RisesAndStays:        "it rises and stays at a new level",
		FallsAndRises:        "it falls and rises again",
	}[s]
}

// Did says what a curve has done: "it rose without end".
func Did(s course.Shape) string {
	return map[course.Shape]string{
		course.Rises:         "it rose without end",
		course.RisesAndFalls: "it rose and fell again",
		course.Stays:         "it stayed as it was",
		course.Falls:         "it fell",
		RisesAndStays:        "it rose and stayed at a new level",
		FallsAndRises:        "it fell and rose again",
	}[s]
}

// Sentence says what was predicted and what happened.
func (o Outcome) Sentence(l *course.Lab) string {
	said := fmt.Sprintf("%s. You predicted of \"%s\" that %s.", Settings(l, []course.Value{o.Prediction.Before}),
		Number(l, o.Prediction.Number).Title, Does(o.Predicted))
	switch o.Seen {
	case "":
		return said + " What it did cannot be told yet."
	case o.Predicted:
		return said + " So it did."
	default:
		return fmt.Sprintf("%s But %s.", said, Did(o.Seen))
	}
}
