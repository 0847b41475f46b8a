package course

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// labFile is a lab.toml.
type labFile struct {
	Title, Story string
	Minutes      int
	Teaches      []string
	Part         []Part
	Setting      []struct {
		ID, Kind, Title, Says, Code, Unit string
		Values                            []int
		Start                             *int
	}
	Number []struct {
		ID, Title, Unit, Says string
		Share                 []string
	}
	Curve      []*Curve
	Prediction []struct {
		ID, Before, Number, Stem, Answer, Explanation string
		Revision                                      int
		Given                                         []string
		Why, Misconception                            map[Shape]string
	}
	Mission struct {
		Text         string
		After, Given []string
		AfterFor     int `toml:"after_for"`
		Hold         int
		Need         []struct {
			Number  string
			AtLeast *float64 `toml:"at_least"`
			AtMost  *float64 `toml:"at_most"`
		}
		Way []struct {
			Settings []string
			Price    string
		}
	}
}

const labName = "lab.toml"

// loadLabs reads the labs in the folder of a lesson.
func (l *loader) loadLabs(lesson string) []*Lab {
	files, err := fs.Glob(l.src.Lessons, lesson+"/*/"+labName)
	if err != nil {
		l.problem("lessons/"+lesson, 0, "cannot be listed: %v", err)
	}
	var labs []*Lab
	for _, file := range files {
		labs = append(labs, l.loadLab(lesson, path.Base(path.Dir(file))))
	}
	return labs
}

// labParser turns a lab.toml into a lab.
type labParser struct {
	*loader
	lab   *Lab
	lines map[string][]int // of the headers
}

// loadLab reads a lab. Only its id and its lesson are known of one that cannot
// be read.
func (l *loader) loadLab(lesson, id string) *Lab {
	name := path.Join(lesson, id, labName)
	lab := &Lab{ID: id, Lesson: lesson, file: path.Join("lessons", name)}
	src, ok := l.read(l.src.Lessons, "lessons", name)
	var doc labFile
	if !ok || !l.decode(lab.file, 1, src, &doc) {
		return lab
	}
	lab.Title, lab.Minutes, lab.Story, lab.Teaches = doc.Title, doc.Minutes, strings.TrimSpace(doc.Story), doc.Teaches
	lab.Parts, lab.Curves = doc.Part, doc.Curve
	p := &labParser{loader: l, lab: lab, lines: headerLines(src)}
	p.checkHead()
	p.settings(&doc) // what follows names settings and numbers
	p.numbers(&doc)
	p.checkPicture()
	p.predictions(&doc)
	p.mission(&doc)
	if script, ok := p.optional("run.script"); ok {
		p.lab.Script = string(script)
	}
	p.measured()
	return lab
}

// optional reads a file beside lab.toml, if it is there.
func (p *labParser) optional(name string) ([]byte, bool) {
	name = path.Join(p.lab.Lesson, p.lab.ID, name)
	if _, err := fs.Stat(p.src.Lessons, name); errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	return p.read(p.src.Lessons, "lessons", name)
}

// line is the line of the n-th table with a header, 1 if it cannot be told.
func (p *labParser) line(header string, i int) int { return nth(p.lines[header], i) }

func nth(lines []int, i int) int {
	if i < len(lines) {
		return lines[i]
	}
	return 1
}

func (p *labParser) bad(line int, format string, args ...any) {
	p.problem(p.lab.file, line, format, args...)
}

func (p *labParser) settings(doc *labFile) {
	code := p.codeOf(path.Join(p.lab.Lesson, p.lab.ID))
	if main, err := code.file("main.go"); err != nil {
		p.refuse(p.lab.file, 1, err)
	} else if main.Package != "main" {
		p.bad(1, "%s must be of package main: the go command runs the lab", code.path("main.go"))
	}
	for i, raw := range doc.Setting {
		s := &Setting{ID: raw.ID, Kind: SettingKind(raw.Kind), Title: raw.Title, Says: raw.Says, Values: raw.Values, Unit: raw.Unit}
		line := p.line("[[setting]]", i)
		if s.Kind == Knob && raw.Start != nil {
			s.Start = *raw.Start
		}
		p.checkSetting(s, raw.Start != nil, line)
		if s.Kind != Knob {
			s.Values = []int{0, 1}
		}
		p.shows(s, code, raw.Code, line)
		p.lab.Settings = append(p.lab.Settings, s)
	}
}

// restart is the switch of the host's own, which has no code in the lab.
const restart = "restart"

// shows finds the code that a setting switches.
func (p *labParser) shows(s *Setting, code *goFolder, wanted string, line int) {
	fields := strings.Fields(wanted)
	switch {
	case s.Kind == Fault && wanted != "":
		p.bad(line, "setting %q is a fault, and no code mends it: remove code", s.ID)
		return
	case s.Kind == Fault || s.ID == restart && wanted == "":
		return
	case len(fields) < 2:
		p.bad(line, "setting %q needs the code that it switches: code = \"FILE.go DECLARATION...\"", s.ID)
		return
	}
	source, at, err := code.declarations(fields[0], fields[1:])
	if err != nil {
		p.refuse(p.lab.file, line, err)
		return
	}
	lines := strings.Split(source, "\n")
	if len(lines) > maxSettingLines {
		p.bad(line, "the code of setting %q has %d lines, and %d stand beside a curve: put the lines that it switches into a function of their own", s.ID, len(lines), maxSettingLines)
	}
	for i, text := range lines {
		if n := columns(text); n > maxColumns {
			p.bad(line, "line %d of the code of setting %q takes %d columns: break it at %d", i+1, s.ID, n, maxColumns)
		}
	}
	s.Code, s.File, s.Line = source, code.path(fields[0]), at
}

func (p *labParser) numbers(doc *labFile) {
	for i, raw := range doc.Number {
		n := &Number{ID: raw.ID, Title: raw.Title, Unit: raw.Unit, Says: raw.Says}
		line := p.line("[[number]]", i)
		if raw.Share != nil && len(raw.Share) != len(n.Share) {
			p.bad(line, "number %q: share names two counters, the part and the whole", n.ID)
		} else {
			copy(n.Share[:], raw.Share)
		}
		p.checkNumber(n, line)
		p.lab.Numbers = append(p.lab.Numbers, n)
	}
}

// values reads settings with their values, such as "silent=1".
func (p *labParser) values(texts []string, line int) []Value {
	var out []Value
	for _, text := range texts {
		id, value, _ := strings.Cut(text, "=")
		n, err := strconv.Atoi(value)
		s := p.lab.Setting(id)
		switch {
		case s == nil:
			p.bad(line, "%q: the lab has no setting %q: correct the id, or add the setting", text, id)
		case err != nil || !slices.Contains(s.Values, n):
			p.bad(line, "%q: setting %q is never that: write %s=VALUE with one of %s", text, id, id, list(s.Values))
		case slices.ContainsFunc(out, func(v Value) bool { return v.Setting == id }):
			p.bad(line, "%q: setting %q stands here twice: keep one", text, id)
		default:
			out = append(out, Value{id, n})
		}
	}
	return out
}

func list(values []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(values), " ", ", "), "[]")
}

func (p *labParser) predictions(doc *labFile) {
	if len(doc.Prediction) == 0 {
		p.bad(1, "a lab without a prediction: ask what a curve will do")
	}
	for i, raw := range doc.Prediction {
		line := p.line("[[prediction]]", i)
		one := &Prediction{
			Question: &Question{
				ID: raw.ID, Revision: raw.Revision, Kind: Single, Lesson: p.lab.Lesson, Teaches: p.lab.Teaches, Difficulty: predictionDifficulty,
				Stem: raw.Stem, Explanation: raw.Explanation, Lab: p.lab, file: p.lab.file, line: line,
			},
			Given: p.values(raw.Given, line), Number: raw.Number, Answer: Shape(raw.Answer),
		}
		if before := p.values([]string{raw.Before}, line); len(before) == 1 {
			one.Before = before[0]
		}
		for _, shape := range Shapes() {
			one.Options = append(one.Options, Option{
				Text: shape.Text(), Right: shape == one.Answer, Why: raw.Why[shape], Misconception: raw.Misconception[shape],
			})
		}
		p.checkPrediction(one, raw.Why, raw.Misconception)
		p.lab.Predictions = append(p.lab.Predictions, one)
	}
}

func (p *labParser) mission(doc *labFile) {
	raw, line := doc.Mission, p.line("[mission]", 0)
	m := Mission{
		Text: raw.Text, After: p.values(raw.After, line), AfterFor: raw.AfterFor,
		Given: p.values(raw.Given, line), Hold: raw.Hold,
	}
	for i, need := range raw.Need {
		at := p.line("[[mission.need]]", i)
		if (need.AtLeast == nil) == (need.AtMost == nil) {
			p.bad(at, "a need of the mission has either at_least or at_most")
		}
		p.known(need.Number, at)
		m.Needs = append(m.Needs, Need(need))
	}
	for i, way := range raw.Way {
		m.Ways = append(m.Ways, Way{Settings: p.values(way.Settings, p.line("[[mission.way]]", i)), Price: way.Price})
	}
	p.checkMission(m, line)
	p.lab.Mission = m
}

// linked holds that the lesson leads to its lab. The section that does says what
// the predictions ask.
func (p *lessonParser) linked(lab *Lab) {
	s := find(p.lesson.Sections, func(s *Section) bool {
		return slices.ContainsFunc(s.Blocks, func(b Block) bool { return b.Lab == lab })
	})
	if s == nil {
		p.problem(p.lesson.file, 1, "nothing leads to the lab %s: write @lab %s where it belongs", lab.ID, lab.ID)
		return
	}
	for _, one := range lab.Predictions {
		one.Section = s.ID
	}
}

// checkLabs holds that each lab belongs to a lesson and has a name of its own.
func (l *loader) checkLabs() {
	files, err := fs.Glob(l.src.Lessons, "*/*/"+labName)
	if err != nil {
		l.problem("lessons", 0, "cannot be listed: %v", err)
	}
	for _, file := range files {
		if l.course.Lesson(path.Dir(path.Dir(file))) == nil {
			l.problem(path.Join("lessons", file), 0, "its folder is in no lesson: move it into the folder of one")
		}
	}
	for _, lab := range l.course.Labs {
		if first := l.course.Lab(lab.ID); first != lab {
			l.problem(lab.file, 1, "there is a lab %q in %s as well: rename one of the folders", lab.ID, first.Dir())
		}
	}
}
