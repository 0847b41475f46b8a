package lab

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/text"
	wire "example.com/leakproof/lessons/lab"
)

// Script says what to do in a run, and what to expect of it: an action a line,
// behind its time in seconds from the first sample.
//
//	5s   mark healthy                                     keeps what each number is
//	5s   fail on                                          sets a setting
//	12s  expect goroutines > 5 * healthy.goroutines       compares; also with a plain number
//	12s  expect goroutines rises                          since the mark of an earlier time
//	40s  expect mission met                               or: not met
//	41s  end
type Script struct {
	steps []scriptStep
	unmet bool // it expects that the mission is not met
}

// scriptStep is one line. One field besides those of its place is set.
type scriptStep struct {
	at     float64
	line   int
	text   string
	mark   string
	set    *wire.Setting
	expect expectation
	end    bool
}

// expectation tells whether something is so, and what was measured.
type expectation func(p *player, s scriptStep) (holds bool, measured string)

var scriptName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// ParseScript reads the script of a lab. The error begins with the file's name
// and the line.
func ParseScript(file, src string, l *course.Lab) (*Script, error) {
	p, line := scriptParser{lab: l}, 0
	for raw := range strings.Lines(src) {
		line++
		said, _, _ := strings.Cut(raw, "#")
		words := strings.Fields(said)
		if len(words) == 0 {
			continue
		}
		p.step = scriptStep{line: line, text: text.Printable(strings.Join(words[1:], " "))}
		if err := p.parse(words); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, line, err)
		}
		p.steps = append(p.steps, p.step)
	}
	if len(p.steps) == 0 || !p.steps[len(p.steps)-1].end {
		return nil, fmt.Errorf("%s:%d: the script does not say when it ends: write a last line such as 40s end", file, max(line, 1))
	}
	return &p.Script, nil
}

type scriptParser struct {
	Script
	lab   *course.Lab
	step  scriptStep
	marks []string
}

func (p *scriptParser) parse(words []string) error {
	at, err := strconv.ParseFloat(strings.TrimSuffix(words[0], "s"), 64)
	if err != nil || !strings.HasSuffix(words[0], "s") || at < 0 || math.IsInf(at, 0) || math.IsNaN(at) {
		return fmt.Errorf("%q is no time: write seconds, such as 5s", words[0])
	}
	if at >= keptFor {
		return fmt.Errorf("%q is too late: a script ends within %.0f seconds", words[0], keptFor)
	}
	if p.step.at = at; len(p.steps) > 0 {
		switch last := p.steps[len(p.steps)-1]; {
		case last.end:
			return fmt.Errorf("the script has ended in line %d: write this before it", last.line)
		case at < last.at:
			return fmt.Errorf("the time goes back, from %v to %v seconds: put the lines in the order of their times", last.at, at)
		}
	}
	switch rest := words[1:]; {
	case len(rest) == 1 && rest[0] == "end":
		p.step.end = true
	case len(rest) == 2 && rest[0] == "mark":
		return p.mark(rest[1])
	case len(rest) > 1 && rest[0] == "expect":
		p.step.expect, err = p.expectation(rest[1:])
		return err
	case len(rest) == 2:
		v, err := ParseSetting(p.lab, rest[0], rest[1])
		p.step.set = &wire.Setting{Name: v.Setting, Value: v.Value}
		return err
	default:
		return fmt.Errorf("%q is nothing that a script can do: write mark NAME, SETTING VALUE, expect ..., or end", p.step.text)
	}
	return nil
}

func (p *scriptParser) mark(name string) error {
	switch {
	case !scriptName.MatchString(name):
		return fmt.Errorf("a mark cannot be named %q: use small letters, digits and -", name)
	case slices.Contains(p.marks, name):
		return fmt.Errorf("there is a mark %q already: name this one differently", name)
	}
	for _, n := range p.lab.Numbers {
		if strings.HasPrefix(n.ID, name+".") {
			return fmt.Errorf("a mark cannot be named %q, since there is a number %s: name it differently", name, n.ID)
		}
	}
	p.marks, p.step.mark = append(p.marks, name), name
	return nil
}

// ParseSetting reads a setting and its value as a person types them: "silent
// on", "budget 200".
func ParseSetting(l *course.Lab, name, value string) (course.Value, error) {
	s := l.Setting(name)
	if s == nil {
		var names []string
		for _, s := range l.Settings {
			names = append(names, s.ID)
		}
		return course.Value{}, fmt.Errorf("the lab has no setting %q: it has %s", name, strings.Join(names, ", "))
	}
	if s.Kind != course.Knob {
		v := slices.Index([]string{"off", "on"}, value)
		if v < 0 {
			return course.Value{}, fmt.Errorf("%s cannot be %q: write on or off", name, value)
		}
		return course.Value{Setting: name, Value: v}, nil
	}
	v, err := strconv.Atoi(value)
	if err != nil || !slices.Contains(s.Values, v) {
		return course.Value{}, fmt.Errorf("%s cannot be %q: write one of %s", name, value, strings.Trim(fmt.Sprint(s.Values), "[]"))
	}
	return course.Value{Setting: name, Value: v}, nil
}

// shapes are those that a script can expect.
var shapes = []course.Shape{course.Rises, course.RisesAndFalls, course.Stays, course.Falls, RisesAndStays, FallsAndRises}

func (p *scriptParser) expectation(words []string) (expectation, error) {
	switch said := strings.Join(words, " "); said {
	case "mission met", "mission not met":
		met := said == "mission met"
		p.unmet = p.unmet || !met
		return func(p *player, _ scriptStep) (bool, string) {
			m := p.record.Mission()
			if m.Met {
				return met, "met at " + Seconds(m.MetAt)
			}
			return !met, "not met"
		}, nil
	}
	if len(words) == 2 && slices.Contains(shapes, course.Shape(words[1])) {
		number, want := words[0], course.Shape(words[1])
		if p.lab.Number(number) == nil {
			return nil, p.unknown(number)
		}
		return func(p *player, s scriptStep) (bool, string) {
			switch seen := p.record.Shape(number, p.since(s.at), math.Inf(1)); seen {
			case "":
				return false, "it cannot be told"
			default:
				return seen == want, Did(seen)
			}
		}, nil
	}
	if len(words) != 3 && len(words) != 5 || len(words) == 5 && words[3] != "*" {
		return nil, fmt.Errorf("%q is nothing to expect: write NUMBER > FACTOR * MARK.NUMBER, NUMBER %s, or mission met", strings.Join(words, " "), shapes[0])
	}
	compare := map[string]func(a, b float64) bool{
		">": func(a, b float64) bool { return a > b }, ">=": func(a, b float64) bool { return a >= b },
		"<": func(a, b float64) bool { return a < b }, "<=": func(a, b float64) bool { return a <= b },
	}[words[1]]
	if compare == nil {
		return nil, fmt.Errorf("%q compares nothing: write >, <, >= or <=", words[1])
	}
	left, err := p.value(words[0])
	if err != nil {
		return nil, err
	}
	right, err := p.value(words[len(words)-1])
	if err != nil {
		return nil, err
	}
	factor := 1.0
	if len(words) == 5 {
		if factor, err = strconv.ParseFloat(words[2], 64); err != nil || math.IsNaN(factor) || math.IsInf(factor, 0) {
			return nil, fmt.Errorf("%q is no factor: write a number", words[2])
		}
	}
	return func(p *player, _ scriptStep) (bool, string) {
		a, saidA, okA := left(p)
		b, saidB, okB := right(p)
		return okA && okB && compare(a, factor*b), saidA + ", " + saidB
	}, nil
}

// value reads a number, a number of the lab as it is now, or one as it was at a
// mark.
func (p *scriptParser) value(word string) (func(*player) (v float64, said string, ok bool), error) {
	if v, err := strconv.ParseFloat(word, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
		return func(*player) (float64, string, bool) { return v, word, true }, nil
	}
	mark, number, _ := strings.Cut(word, ".")
	if !slices.Contains(p.marks, mark) {
		mark, number = "", word
	}
	n := p.lab.Number(number)
	if n == nil {
		return nil, p.unknown(word)
	}
	return func(p *player) (float64, string, bool) {
		v, ok := p.record.Now(number)
		if mark != "" {
			v, ok = p.at(mark).Numbers[number]
		}
		if !ok {
			return 0, word + " was not measured", false
		}
		return v, word + " " + text.Amount(n.Unit, v), true
	}, nil
}

func (p *scriptParser) unknown(word string) error {
	var names []string
	for _, n := range p.lab.Numbers {
		names = append(names, n.ID)
	}
	marks := "there is no mark before this line"
	if len(p.marks) > 0 {
		marks = "the marks so far are " + strings.Join(p.marks, ", ")
	}
	return fmt.Errorf("there is no number %q: the lab has %s; %s", word, strings.Join(names, ", "), marks)
}
