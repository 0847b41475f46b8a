package course

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Lesson is one chapter of the guide.
type Lesson struct {
	ID       string // "13-fan-out-safely", the folder's name
	Number   int
	Name     string // "fan-out-safely"
	Title    string
	Summary  string
	Habit    string
	Minutes  int // to read it, computed from its content
	Teaches  []string
	Sections []*Section

	file string
}

// Section is one screen of a lesson: one idea.
type Section struct {
	ID     string // unique in its lesson, made from the title
	Title  string
	Note   string // the field note's curriculum id, "" for other sections
	Line   int    // of its heading in lesson.md
	Blocks []Block
}

// BlockKind says how a block of a section is shown.
type BlockKind int

// The kinds of blocks.
const (
	Prose      BlockKind = iota // Markdown
	Code                        // declarations of a Go file beside the lesson
	Picture                     // a drawing in characters, with a text alternative
	Proof                       // the test that proves the claim above
	Checkpoint                  // a question, answered in place
	Run                         // a program beside the lesson that the learner can run
	Drill                       // the kata that practises what was shown
	Task                        // something to do in the learner's own service, and to tick
	Experiment                  // a lab of the lesson, with what was measured in it
)

// Block is a piece of a section.
type Block struct {
	Kind     BlockKind
	Text     string // Markdown, source, drawing, what a program shows, a task, or a table of what was measured
	Alt      string // Picture: what it shows, in words
	File     string // Code, Proof, Run: path below the module root
	Line     int    // Code, Proof: where it stands in File
	Wrong    bool   // Code: wrong on purpose
	Test     string // Proof, wrong Code: the test that shows it
	Source   string // Proof, wrong Code: the test's source
	Proved   string // wrong Code: the file of the test, below the module root
	Question *Question
	Kata     PlannedKata // Drill
	Lab      *Lab        // Experiment
	Task     string      // Task: its id, unique in the course

	questionID string
	sourceLine int
}

// Caption says where code or a proof stands, and what it is worth.
func (b Block) Caption() string {
	switch {
	case b.Kind == Proof:
		return fmt.Sprintf("Proved by %s, in %s, line %d.", b.Test, b.File, b.Line)
	case b.Wrong:
		return fmt.Sprintf("Code that is wrong on purpose, from %s, line %d; %s shows what goes wrong:", b.File, b.Line, b.Test)
	default:
		return fmt.Sprintf("Code, from %s, line %d:", b.File, b.Line)
	}
}

// Section returns the section with that id, or nil.
func (l *Lesson) Section(id string) *Section {
	return find(l.Sections, func(s *Section) bool { return s.ID == id })
}

func (l *loader) loadLessons() {
	dirs := l.folders(l.src.Lessons, "lessons", "lesson.md")
	lessons := make([]*Lesson, len(dirs))
	labs := make([][]*Lab, len(dirs))
	l.each(len(dirs), func(l *loader, i int) { lessons[i], labs[i] = l.loadLesson(dirs[i]) })
	l.course.Labs = slices.Concat(labs...)
	l.course.Lessons = slices.DeleteFunc(lessons, func(l *Lesson) bool { return l == nil })
}

// loadLesson reads the lesson in a folder, with its labs. It is nil if it cannot
// be read.
func (l *loader) loadLesson(dir string) (*Lesson, []*Lab) {
	name := path.Join(dir, "lesson.md")
	src, ok := l.read(l.src.Lessons, "lessons", name)
	if !ok {
		return nil, nil
	}
	file := path.Join("lessons", name)
	var head struct {
		Title, Summary, Habit string
		Teaches               []string
	}
	body, line, ok := l.frontMatter(file, src, &head)
	if !ok {
		return nil, nil
	}
	lesson := &Lesson{
		ID: dir, Title: head.Title, Summary: head.Summary, Habit: head.Habit,
		Teaches: head.Teaches, file: file,
	}
	lesson.Number, lesson.Name, _ = numbered(dir)
	if head.Title == "" || head.Summary == "" || head.Habit == "" || len(head.Teaches) == 0 {
		l.problem(file, 1, "the front matter needs title, summary, habit and teaches")
	}
	code, labs := l.codeOf(dir), l.loadLabs(dir)
	(&lessonParser{loader: l, lesson: lesson, code: code, labs: labs}).parse(body, line)
	l.checkRest(code)
	if lesson.Minutes = minutes(lesson); lesson.Minutes > maxMinutes {
		l.problem(file, 1, "it takes %d minutes, and a sitting has %d: cut or split it", lesson.Minutes, maxMinutes)
	}
	return lesson, labs
}

// lessonParser turns the body of a lesson.md into sections and blocks.
type lessonParser struct {
	*loader
	lesson *Lesson
	code   *goFolder
	labs   []*Lab

	prose     []string
	proseLine int
}

func (p *lessonParser) parse(body string, firstLine int) {
	p.section(p.lesson.Title, firstLine)
	lines := strings.Split(body, "\n")
	for i := 0; i < len(lines); i++ {
		line, at := lines[i], firstLine+i
		switch {
		case strings.HasPrefix(line, "```"):
			end := slices.Index(lines[i+1:], "```")
			if end < 0 {
				p.problem(p.lesson.file, at, "this fence is never closed: end the block with a line of ```")
				return
			}
			p.fenced(strings.TrimPrefix(line, "```"), lines[i:i+end+2], at)
			i += end + 1
		case strings.HasPrefix(line, "## "):
			p.flush()
			p.section(strings.TrimSpace(line[3:]), at)
		case strings.HasPrefix(line, "# "):
			p.problem(p.lesson.file, at, "a heading of the first level: the title comes from the front matter; start sections with ##")
		case strings.HasPrefix(line, "@"):
			p.flush()
			p.directive(line, at)
		default:
			if len(p.prose) == 0 {
				p.proseLine = at
			}
			p.prose = append(p.prose, line)
		}
	}
	p.flush()
	p.checkShape()
}

// fieldNote is the heading of a section that corrects common advice. It says what people believe, or what is true.
var fieldNote = regexp.MustCompile(`^(Myth|Fact) ([A-Z]\d+): (.+)`)

func (p *lessonParser) section(title string, line int) {
	note := ""
	if m := fieldNote.FindStringSubmatch(title); m != nil {
		note, title = m[2], m[3]
		if m[1] == "Myth" {
			title = "Myth: " + title
		}
	}
	s := &Section{ID: slug(title), Title: title, Note: note, Line: line}
	if p.lesson.Section(s.ID) != nil {
		p.problem(p.lesson.file, line, "two sections are called %q: give each a title of its own", title)
	}
	p.lesson.Sections = append(p.lesson.Sections, s)
}

func (p *lessonParser) add(b Block) {
	s := p.lesson.Sections[len(p.lesson.Sections)-1]
	s.Blocks = append(s.Blocks, b)
}

func (p *lessonParser) flush() {
	text := strings.Trim(strings.Join(p.prose, "\n"), "\n")
	if text != "" {
		p.add(Block{Kind: Prose, Text: text, sourceLine: p.proseLine})
	}
	p.prose = nil
}

// maxColumns is what a fence or a line of code may take, so that it stands
// unbroken in a terminal of 80 columns with the reader's margins.
const maxColumns = 72

func (p *lessonParser) fenced(info string, block []string, at int) {
	label, rest, _ := strings.Cut(strings.TrimSpace(info), " ")
	for i, line := range block[1:] {
		if n := len([]rune(line)); n > maxColumns {
			p.problem(p.lesson.file, at+1+i, "%d columns in a fence: break the line at %d", n, maxColumns)
		}
	}
	switch label {
	case "":
		p.problem(p.lesson.file, at, "a fence without a label: write ```text, ```sh, ```json, ```http or ```picture WHAT IT SHOWS")
	case "go":
		p.problem(p.lesson.file, at, "Go code inside the text is never compiled: put it into a file beside the lesson and show it with @code FILE DECLARATION")
	case "picture":
		p.flush()
		if rest == "" {
			p.problem(p.lesson.file, at, "a picture without a text alternative: say on the fence line what it shows")
		}
		p.add(Block{Kind: Picture, Text: strings.Join(block[1:len(block)-1], "\n"), Alt: rest, sourceLine: at})
	default:
		if len(p.prose) == 0 {
			p.proseLine = at
		}
		p.prose = append(p.prose, block...)
	}
}

func (p *lessonParser) directive(line string, at int) {
	fields := strings.Fields(line)
	switch name, args := fields[0], fields[1:]; name {
	case "@code", "@wrong":
		p.codeDirective(name, args, at)
	case "@proof":
		if len(args) != 1 {
			p.problem(p.lesson.file, at, "write @proof TestName")
			return
		}
		if b, ok := p.proof(args[0], at); ok {
			p.add(b)
		}
	case "@checkpoint":
		if len(args) != 1 {
			p.problem(p.lesson.file, at, "write @checkpoint QUESTION-ID")
			return
		}
		p.add(Block{Kind: Checkpoint, questionID: args[0], sourceLine: at})
	case "@run":
		if len(args) != 1 {
			p.problem(p.lesson.file, at, "write @run FOLDER: the folder beside the lesson that holds the program's main.go")
			return
		}
		p.runDirective(args[0], at)
	case "@kata":
		i := slices.IndexFunc(p.course.Plan, func(k PlannedKata) bool { return len(args) == 1 && k.ID == args[0] })
		if i < 0 {
			p.problem(p.lesson.file, at, "write @kata KATA-ID, with one of the ids in lessons/curriculum.toml")
			return
		}
		p.add(Block{Kind: Drill, Kata: p.course.Plan[i], sourceLine: at})
	case "@lab":
		i := slices.IndexFunc(p.labs, func(l *Lab) bool { return len(args) == 1 && l.ID == args[0] })
		if i < 0 {
			p.problem(p.lesson.file, at, "write @lab LAB-ID: the folder beside the lesson that holds the lab's lab.toml")
			return
		}
		p.add(Block{Kind: Experiment, Lab: p.labs[i], Text: p.labs[i].MeasuredTable(), sourceLine: at})
	case "@task":
		if len(args) < 2 || args[0] != slug(args[0]) {
			p.problem(p.lesson.file, at, "write @task ID TEXT; the id is lower-case words joined by dashes")
			return
		}
		p.add(Block{Kind: Task, Task: args[0], Text: strings.Join(args[1:], " "), sourceLine: at})
	default:
		p.problem(p.lesson.file, at, "unknown directive %s: known are @code, @wrong, @proof, @checkpoint, @run, @kata, @lab and @task", name)
	}
}

func (p *lessonParser) codeDirective(name string, args []string, at int) {
	test := ""
	if i := slices.Index(args, "--"); i >= 0 {
		if i != len(args)-2 {
			p.problem(p.lesson.file, at, "write one test name after --")
			return
		}
		test, args = args[i+1], args[:i]
	}
	if len(args) < 2 {
		p.problem(p.lesson.file, at, "write %s FILE.go DECLARATION...", name)
		return
	}
	source, line, err := p.code.declarations(args[0], args[1:])
	if err != nil {
		p.refuse(p.lesson.file, at, err)
		return
	}
	for i, text := range strings.Split(source, "\n") {
		if n := columns(text); n > maxColumns {
			p.problem(p.lesson.file, at, "line %d of the code shown takes %d columns: break it at %d", i+1, n, maxColumns)
		}
	}
	b := Block{Kind: Code, Text: source, File: p.code.path(args[0]), Line: line, Wrong: name == "@wrong", Test: test, sourceLine: at}
	if b.Wrong && test == "" {
		p.problem(p.lesson.file, at, "code that is wrong on purpose needs its proof: @wrong FILE.go DECLARATION -- TestName")
		return
	}
	if test != "" {
		proof, ok := p.proof(test, at)
		if !ok {
			return
		}
		b.Source, b.Proved = proof.Source, proof.File
	}
	p.add(b)
}

// runDirective shows a program. What it shows is said by its package comment.
func (p *lessonParser) runDirective(dir string, at int) {
	program := p.codeOf(path.Join(p.lesson.ID, dir))
	main, err := program.file("main.go")
	if err != nil {
		p.refuse(p.lesson.file, at, err)
		return
	}
	if main.Package != "main" || main.Doc == "" {
		p.problem(p.lesson.file, at, "%s must be of package main, with a package comment that says what its output shows", program.path("main.go"))
		return
	}
	p.add(Block{Kind: Run, Text: main.Doc, File: program.path("main.go"), sourceLine: at})
}

func (p *lessonParser) proof(test string, at int) (Block, bool) {
	file, decl, err := p.code.test(test)
	if err != nil {
		p.refuse(p.lesson.file, at, err)
		return Block{}, false
	}
	return Block{Kind: Proof, Test: test, File: file, Line: decl.Keyword, Source: decl.Source, sourceLine: at}, true
}

// checkShape holds the rules that every lesson follows: a text on each screen,
// and the habit at the end.
func (p *lessonParser) checkShape() {
	sections := p.lesson.Sections
	for _, s := range sections {
		if len(s.Blocks) == 0 {
			p.problem(p.lesson.file, s.Line, "section %q is empty: write it or remove its heading", s.Title)
		}
	}
	for _, lab := range p.labs {
		p.linked(lab)
	}
	if last := sections[len(sections)-1]; last.Title != "The habit" {
		p.problem(p.lesson.file, last.Line, "a lesson ends with the section \"The habit\": add it after %q", last.Title)
	}
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

func slug(title string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(title), "-"), "-")
}

// columns counts what a line of Go takes on the screen, with tabs at four.
func columns(line string) int {
	n := 0
	for _, r := range line {
		if r == '\t' {
			n += 4
		} else {
			n++
		}
	}
	return n
}
