package course

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What a lab may take of the screen, where a picture, curves and code stand
// together, and of the learner's time.
const (
	maxLabMinutes   = 20
	maxLabTitle     = 40  // characters, of a lab and of a setting
	maxStory        = 80  // words: three sentences
	maxSays         = 160 // characters: a sentence
	minParts        = 2
	maxParts        = 4
	maxPart         = 20 // characters
	maxPartNumbers  = 3
	maxSettings     = 9 // a line each, above the code
	maxSettingLines = 20
	minKnob         = 2  // values
	maxUnit         = 10 // characters
	maxNumber       = 24 // characters
	minCurves       = 2
	maxCurves       = 4
	maxCurveNumbers = 2
	maxMission      = 40 // words
	maxHold         = 60 // seconds
	minWays         = 2
)

// predictionDifficulty is that of every prediction: it takes more than recall.
const predictionDifficulty = 2

// text holds that a text is there and not too long, in characters.
func (p *labParser) text(line int, what, text string, most int) {
	if n := utf8.RuneCountInString(text); text == "" || n > most {
		p.bad(line, "%s has %d characters: write 1 to %d", what, n, most)
	}
}

// words is text for longer ones.
func (p *labParser) words(line int, what, text string, most int) {
	if n := len(strings.Fields(text)); n == 0 || n > most {
		p.bad(line, "%s has %d words: write 1 to %d", what, n, most)
	}
}

func (p *labParser) checkHead() {
	lab := p.lab
	if lab.ID != slug(lab.ID) {
		p.bad(1, "the folder's name is the lab's: rename it to lower-case words joined by dashes, such as leaky-fan-out")
	}
	p.text(1, "the title", lab.Title, maxLabTitle)
	p.words(1, "the story", lab.Story, maxStory)
	if lab.Minutes < 1 || lab.Minutes > maxLabMinutes {
		p.bad(1, "%d minutes: a lab takes 1 to %d", lab.Minutes, maxLabMinutes)
	}
	if len(lab.Teaches) == 0 {
		p.bad(1, "name in teaches the curriculum ids that the lab shows")
	}
	for _, id := range lab.Teaches {
		switch i := slices.IndexFunc(p.course.Points, func(point Point) bool { return point.ID == id }); {
		case i < 0:
			p.bad(1, "curriculum id %q is not in lessons/curriculum.toml: correct it", id)
		case p.course.Points[i].Lesson > lab.Lesson && !p.course.Points[i].Recap:
			p.bad(1, "it shows %q, which is not taught before %s: move the lab there, or take the point out", id, p.course.Points[i].Lesson)
		}
	}
}

func (p *labParser) checkSetting(s *Setting, starts bool, line int) {
	if s.ID == "" || s.ID != slug(s.ID) {
		p.bad(line, "setting %q: the id must be lower-case words joined by dashes", s.ID)
	}
	if p.lab.Setting(s.ID) != nil {
		p.bad(line, "there are two settings %q: give each an id of its own", s.ID)
	}
	if len(p.lab.Settings) == maxSettings {
		p.bad(line, "more than %d settings, and their list leaves no room for code: take one out", maxSettings)
	}
	p.text(line, "the title of setting "+s.ID, s.Title, maxLabTitle)
	p.text(line, "what setting "+s.ID+" says", s.Says, maxSays)
	switch s.Kind {
	case Knob:
		if len(s.Values) < minKnob || !slices.IsSorted(s.Values) || len(slices.Compact(slices.Clone(s.Values))) < len(s.Values) {
			p.bad(line, "knob %q: values are at least %d numbers that rise, such as [50, 100, 200]", s.ID, minKnob)
		}
		if !starts || !slices.Contains(s.Values, s.Start) {
			p.bad(line, "knob %q: start is one of its values", s.ID)
		}
		if utf8.RuneCountInString(s.Unit) > maxUnit {
			p.bad(line, "knob %q: its unit has more than %d characters: shorten it", s.ID, maxUnit)
		}
	case Switch, Fault:
		if s.Values != nil || s.Unit != "" || starts {
			p.bad(line, "setting %q is off or on, and off at the start: values, unit and start belong to a knob", s.ID)
		}
	default:
		p.bad(line, "setting %q: unknown kind %q: use switch, fault or knob", s.ID, s.Kind)
	}
}

// numberID is how programs name numbers: "goroutines", "reads.p99".
var numberID = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)

func (p *labParser) checkNumber(n *Number, line int) {
	if !numberID.MatchString(n.ID) {
		p.bad(line, "number %q: the id is the one of the program, such as goroutines or reads.p99", n.ID)
	}
	if p.lab.Number(n.ID) != nil {
		p.bad(line, "there are two numbers %q: keep one", n.ID)
	}
	p.text(line, "the title of number "+n.ID, n.Title, maxNumber)
	p.text(line, "what number "+n.ID+" says", n.Says, maxSays)
	if !slices.Contains([]string{"", "ms", "MB", "/s", "%"}, n.Unit) {
		p.bad(line, "number %q: unknown unit %q: use ms, MB, /s, %% or none", n.ID, n.Unit)
	}
	if n.Share[0] != "" && n.Unit != "%" {
		p.bad(line, "number %q is a share: its unit is %%", n.ID)
	}
}

// known holds that a number is one of the lab.
func (p *labParser) known(number string, line int) *Number {
	n := p.lab.Number(number)
	if n == nil {
		p.bad(line, "the lab has no number %q: correct the id, or add the number", number)
	}
	return n
}

// checkPicture checks the parts and the curves.
func (p *labParser) checkPicture() {
	if n := len(p.lab.Parts); n < minParts || n > maxParts {
		p.bad(1, "%d parts: the picture has %d to %d", n, minParts, maxParts)
	}
	for i, part := range p.lab.Parts {
		line := p.line("[[part]]", i)
		p.text(line, "the title of a part", part.Title, maxPart)
		if n := len(part.Numbers); n > maxPartNumbers {
			p.bad(line, "part %q has %d numbers, and its box has room for %d", part.Title, n, maxPartNumbers)
		}
		for _, id := range part.Numbers {
			p.known(id, line)
		}
	}
	if n := len(p.lab.Curves); n < minCurves || n > maxCurves {
		p.bad(1, "%d curves: a lab has %d to %d", n, minCurves, maxCurves)
	}
	for i, curve := range p.lab.Curves {
		line := p.line("[[curve]]", i)
		p.text(line, "the title of a curve", curve.Title, maxNumber)
		if n := len(curve.Numbers); n < 1 || n > maxCurveNumbers {
			p.bad(line, "curve %q has %d numbers: give it 1 to %d", curve.Title, n, maxCurveNumbers)
		}
		units := map[string]bool{}
		for _, id := range curve.Numbers {
			if n := p.known(id, line); n != nil {
				units[n.Unit] = true
			}
		}
		if len(units) > 1 {
			p.bad(line, "curve %q has numbers of two units, and one axis: make two curves of it", curve.Title)
		}
	}
}

func (p *labParser) checkPrediction(one *Prediction, why, beliefs map[Shape]string) {
	q := one.Question
	bad := func(format string, args ...any) {
		p.bad(q.line, "prediction %q: "+format, append([]any{q.ID}, args...)...)
	}
	if q.ID == "" || q.ID != slug(q.ID) {
		bad("the id must be lower-case words joined by dashes")
	}
	if q.Revision < 1 {
		bad("revision starts at 1")
	}
	if n := len(strings.Fields(q.Stem)); n == 0 || n > maxStemWords {
		bad("the stem has %d words: write 1 to %d", n, maxStemWords)
	}
	if q.Explanation == "" {
		bad("it needs an explanation")
	}
	if s := p.lab.Setting(one.Before.Setting); s != nil && one.Before.Value == s.Start {
		bad("setting %q is %d at the start, so nothing takes effect: ask before another value", s.ID, s.Start)
	}
	if !slices.ContainsFunc(p.lab.Curves, func(c *Curve) bool { return slices.Contains(c.Numbers, one.Number) }) {
		bad("no curve shows the number %q: ask about one that is seen", one.Number)
	}
	if !slices.Contains(Shapes(), one.Answer) {
		bad("answer %q: it is rises, rises-and-falls, stays or falls", one.Answer)
		return // which of the shapes are wrong is unknown too
	}
	for _, shape := range slices.Sorted(maps.Keys(why)) {
		if !slices.Contains(Shapes(), shape) {
			bad("why %q: the shapes are rises, rises-and-falls, stays and falls", shape)
		}
	}
	for _, shape := range slices.Sorted(maps.Keys(beliefs)) {
		switch {
		case !slices.Contains(Shapes(), shape):
			bad("misconception %q: the shapes are rises, rises-and-falls, stays and falls", shape)
		case shape == one.Answer:
			bad("%q is not wrong, so no misconception is behind it: remove it", shape)
		case p.course.Misconceptions[beliefs[shape]] == nil:
			bad("misconception %q is not in quiz/misconceptions: define it or correct the id", beliefs[shape])
		}
	}
	if len(beliefs) == 0 {
		bad("name the misconception behind a wrong shape at least")
	}
	for i, shape := range Shapes() {
		if q.Options[i].Why == "" {
			bad("%q has no why: say why it is right or wrong", shape)
		}
	}
}

func (p *labParser) checkMission(m Mission, line int) {
	p.words(line, "the mission", m.Text, maxMission)
	if m.Hold < 1 || m.Hold > maxHold {
		p.bad(line, "hold is %d seconds: a mission is held for 1 to %d", m.Hold, maxHold)
	}
	if m.AfterFor < 0 || m.AfterFor > maxHold || m.AfterFor > 0 && len(m.After) == 0 {
		p.bad(line, "after_for is %d seconds: it goes with after, and is at most %d", m.AfterFor, maxHold)
	}
	if len(m.Needs) == 0 {
		p.bad(line, "a mission needs a [[mission.need]]: a number with at_least or at_most")
	}
	if n := len(m.Ways); n < minWays {
		p.bad(line, "%d ways to meet the mission: show %d at least, each with its price", n, minWays)
	}
	seen := map[string]bool{}
	for i, way := range m.Ways {
		at := p.line("[[mission.way]]", i)
		p.text(at, "the price of a way", way.Price, maxSays)
		if len(way.Settings) == 0 {
			p.bad(at, "a way names the settings that meet the mission, such as [\"buffer=1\"]")
		}
		key := ""
		for _, v := range slices.SortedFunc(slices.Values(way.Settings), func(a, b Value) int { return cmp.Compare(a.Setting, b.Setting) }) {
			key += v.String() + " "
			if p.lab.Setting(v.Setting).Kind == Fault {
				p.bad(at, "a way turns the fault %q: a repair is made of switches and knobs", v.Setting)
			}
		}
		if seen[key] && key != "" {
			p.bad(at, "two ways are the same: take one out")
		}
		seen[key] = true
	}
}
