package course_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
)

const (
	labFolder   = "lessons/01-close/open-handles/"
	labFile     = labFolder + "lab.toml"
	labMeasured = labFolder + "measured.toml"
	labScript   = labFolder + "run.script"
	labProgram  = labFolder + "main.go"
)

// measured is the small course once its lab has run.
func measured(t testing.TB) fstest.MapFS {
	files := coursetest.Files(t)
	files[labMeasured] = &fstest.MapFile{Data: []byte("machine = \"linux/amd64, 2 cores, go1.26\"\n\n" + measuredRows)}
	return files
}

const measuredRows = `[[row]]
number = "handles"
[row.at]
healthy = 4
broken = 1512
cured = 3.5

[[row]]
number = "reads.rate"
[row.at]
healthy = 50
broken = 49.6
`

func TestALabLoads(t *testing.T) {
	c := coursetest.Course(t)
	lab, err := c.FindLab("Open-Handles/")
	if err != nil {
		t.Fatal(err)
	}
	if lab != c.Labs[0] || lab.Lesson != "01-close" || lab.Dir() != "lessons/01-close/open-handles" {
		t.Errorf("it is %+v", lab)
	}
	if s := lab.Setting("close"); s.File != labProgram || s.Line != 9 || !strings.HasPrefix(s.Code, "// serve answers") ||
		!slices.Equal(s.Values, []int{0, 1}) {
		t.Errorf("the switch is %+v", s)
	}
	if s := lab.Setting("limit"); s.Start != 1000 || !slices.Equal(s.Values, []int{10, 100, 1000}) {
		t.Errorf("the knob is %+v", s)
	}
	if n := lab.Number("lost"); n.Share != [2]string{"handles.lost", "handles.opened"} {
		t.Errorf("the share is %+v", n)
	}
	m := lab.Mission
	if *m.Needs[0].AtMost != 60 || *m.Needs[1].AtLeast != 40.5 || m.Needs[0].AtLeast != nil || m.AfterFor != 5 ||
		fmt.Sprint(m.After, m.Given, m.Ways) != "[busy=1 close=0] [busy=1] [{[close=1] None.} {[limit=10] Requests wait for one another.}]" {
		t.Errorf("the mission is %+v", m)
	}
	if _, err := c.FindLab("open-handle"); err == nil || !strings.Contains(err.Error(), "did you mean open-handles?") {
		t.Error(err)
	}
}

// TestAPredictionIsAQuestion with the shapes as its options, which the section
// that leads to the lab answers.
func TestAPredictionIsAQuestion(t *testing.T) {
	c := coursetest.Course(t)
	p := c.Labs[0].Predictions[0]
	if !slices.Equal(c.Predictions(), []*course.Question{p.Question}) || p.Before != (course.Value{Setting: "busy", Value: 1}) {
		t.Errorf("it is %+v", p)
	}
	var options []string
	for _, o := range p.Options {
		options = append(options, o.Text)
	}
	if got := strings.Join(options, ", "); got != "It rises without end, It rises and falls again, It stays as it is, It falls" {
		t.Error(got)
	}
	if !p.Correct([]int{0}) || p.Correct([]int{1}) || p.Options[1].Misconception != "collector-closes" || p.Options[2].Why == "" {
		t.Errorf("%+v", p.Options)
	}
	if l, s := c.Said(p.Question); l.ID != "01-close" || s.ID != "the-habit" {
		t.Errorf("lesson %s, section %s", l.ID, s.ID)
	}
	if len(c.QuestionsOf("01-close")) != 6 {
		t.Error("the quiz asks it too")
	}
}

func TestWhatALabMeasuredIsATable(t *testing.T) {
	c, err := coursetest.Load(t, measured(t))
	if err != nil {
		t.Fatal(err)
	}
	want := `| | healthy | broken | cured |
| --- | ---: | ---: | ---: |
| open handles | 4 | 1512 | 3.5 |
| answers | 50 /s | 49.6 /s | - |

Measured by a run of the lab on linux/amd64, 2 cores, go1.26.`
	for _, s := range c.Lessons[0].Sections {
		for _, b := range s.Blocks {
			if b.Kind == course.Experiment {
				if b.Lab != c.Labs[0] || b.Text != want {
					t.Errorf("lab %v:\n%s", b.Lab, b.Text)
				}
				return
			}
		}
	}
	t.Error("no block leads to the lab")
}

// TestARestartNeedsNoCode: the host does it.
func TestARestartNeedsNoCode(t *testing.T) {
	files := coursetest.Files(t)
	source := string(files[labFile].Data)
	files[labFile].Data = []byte(strings.Replace(source, "[[number]]",
		"[[setting]]\nid = \"restart\"\nkind = \"switch\"\ntitle = \"Restart\"\nsays = \"A new process.\"\n\n[[number]]", 1))
	if c, err := coursetest.Load(t, files); err != nil || c.Labs[0].Setting("restart").Code != "" {
		t.Error(err)
	}
}

func TestALabThatHasNotRunHasNoTable(t *testing.T) {
	if lab := coursetest.Course(t).Labs[0]; lab.Measured != nil || lab.MeasuredTable() != "" {
		t.Errorf("%+v", lab.Measured)
	}
}

func TestMistakesInLabsAreRefused(t *testing.T) {
	const (
		lesson = "lessons/01-close/lesson.md"
		asked  = `prediction "lab-open-handles-busy": `
	)
	at := func(line int, text string) string { return fmt.Sprintf("%s:%d: %s", labFile, line, text) }
	source := string(coursetest.Files(t)[labFile].Data)
	predictions := source[strings.Index(source, "[[prediction]]"):strings.Index(source, "[mission]")]
	refused(t, []mistake{
		{"unknown key", labFile, `minutes = 5`, "minutes = 5\nlevel = 1", at(3, `unknown key "level"`), 1},
		{"unknown key of a setting", labFile, `unit = "handles"`, "units = \"handles\"", at(35, `unknown key "setting.units"`), 1},
		{"no TOML", labFile, `minutes = 5`, "minutes = ", at(2, `not valid TOML`), 1},
		{"no title", labFile, `title = "Open handles"`, "", at(1, `the title has 0 characters: write 1 to 40`), 1},
		{"a long title", labFile, `title = "Open handles"`, `title = "Open handles and what becomes of them later"`, at(1, `the title has 43 characters`), 1},
		{"a long story", labFile, `Nobody closes it.`, strings.Repeat("Nobody. ", 70), at(1, `the story has 86 words: write 1 to 80`), 1},
		{"no minutes", labFile, `minutes = 5`, "", at(1, `0 minutes: a lab takes 1 to 20`), 1},
		{"shows nothing", labFile, `teaches = ["Z1"]`, "", at(1, `name in teaches the curriculum ids`), 1},
		{"an unknown point", labFile, `teaches = ["Z1"]`, `teaches = ["Z9"]`, at(1, `curriculum id "Z9" is not in lessons/curriculum.toml`), 1},
		{"a point of a later lesson", labFile, `teaches = ["Z1"]`, `teaches = ["Z1", "Z2"]`, at(1, `it shows "Z2", which is not taught before 02-later`), 1},
		{"one part", labFile, "[[part]]\ntitle = \"clients\"\nnumbers = [\"reads.rate\"]\n", "", at(1, `1 parts: the picture has 2 to 4`), 1},
		{"a long part", labFile, `title = "clients"`, `title = "clients that go on asking"`, at(6, `the title of a part has 25 characters: write 1 to 20`), 1},
		{"a part with many numbers", labFile, `"handles", "goroutines"]`, `"handles", "goroutines", "reads.rate", "reads.p99"]`, at(10, `part "service" has 4 numbers`), 1},
		{"a part with an unknown number", labFile, `["handles", "goroutines"]`, `["handle"]`, at(10, `the lab has no number "handle"`), 1},
		{"a setting without a name", labFile, `id = "busy"`, `id = "Busy"`, at(14, `setting "Busy": the id must be lower-case words`), 4},
		{"two settings of one name", labFile, `id = "limit"`, `id = "close"`, at(27, `there are two settings "close"`), 3},
		{"more settings than there is room for", labFile, "[[number]]", strings.Repeat("[[setting]]\nid = \"m\"\nkind = \"fault\"\ntitle = \"M\"\nsays = \"M.\"\n", 7) + "[[number]]",
			at(67, `more than 9 settings`), 7},
		{"a setting of no kind", labFile, `kind = "switch"`, `kind = "lever"`, at(20, `setting "close": unknown kind "lever"`), 1},
		{"a setting that says nothing", labFile, `says = "A request closes its handle when it returns."`, "", at(20, `what setting close says has 0 characters`), 1},
		{"a switch without code", labFile, `code = "main.go serve"`, "", at(20, `setting "close" needs the code that it switches`), 1},
		{"a switch with a file only", labFile, `code = "main.go serve"`, `code = "main.go"`, at(20, `setting "close" needs the code that it switches`), 1},
		{"a switch of no code", labFile, `code = "main.go serve"`, `code = "main.go server"`, at(20, labProgram+` declares no server`), 1},
		{"a switch of no file", labFile, `code = "main.go serve"`, `code = "service.go serve"`, at(20, `no file `+labFolder+`service.go`), 1},
		{"a switch with values", labFile, `code = "main.go serve"`, "code = \"main.go serve\"\nvalues = [0, 1]", at(20, `setting "close" is off or on`), 1},
		{"a fault with code", labFile, `kind = "fault"`, "kind = \"fault\"\ncode = \"main.go serve\"", at(14, `setting "busy" is a fault, and no code mends it`), 1},
		{"a knob that does not rise", labFile, `[10, 100, 1000]`, `[10, 1000, 100]`, at(27, `knob "limit": values are at least 2 numbers that rise`), 1},
		{"a knob that starts elsewhere", labFile, `start = 1000`, `start = 50`, at(27, `knob "limit": start is one of its values`), 1},
		{"a knob without a start", labFile, `start = 1000`, ``, at(27, `knob "limit": start is one of its values`), 1},
		{"a knob of a long unit", labFile, `unit = "handles"`, `unit = "handles of files"`, at(27, `knob "limit": its unit has more than 10 characters`), 1},
		{"a number of no name", labFile, `id = "reads.p99"`, `id = "reads p99"`, at(55, `number "reads p99": the id is the one of the program`), 1},
		{"two numbers of one name", labFile, `id = "reads.p99"`, `id = "reads.rate"`, at(55, `there are two numbers "reads.rate"`), 1},
		{"a number of another unit", labFile, `unit = "ms"`, `unit = "s"`, at(55, `number "reads.p99": unknown unit "s"`), 1},
		{"a share of one", labFile, `["handles.lost", "handles.opened"]`, `["handles.lost"]`, at(61, `number "lost": share names two counters`), 1},
		{"a share of another unit", labFile, `unit = "%"`, `unit = "ms"`, at(61, `number "lost" is a share`), 1},
		{"one curve", labFile, "[[curve]]\ntitle = \"Answers\"\nnumbers = [\"reads.rate\"]\n", "", at(1, `1 curves: a lab has 2 to 4`), 1},
		{"a curve of two units", labFile, `numbers = ["handles", "goroutines"]

[[curve]]`, `numbers = ["handles", "reads.p99"]

[[curve]]`, at(68, `curve "Handles" has numbers of two units`), 1},
		{"a curve of nothing", labFile, "title = \"Answers\"\nnumbers = [\"reads.rate\"]\n", "title = \"Answers\"\n", at(72, `curve "Answers" has 0 numbers`), 1},
		{"a curve of an unknown number", labFile, "title = \"Answers\"\nnumbers = [\"reads.rate\"]\n", "title = \"Answers\"\nnumbers = [\"rate\"]\n", at(72, `the lab has no number "rate"`), 1},
		{"no predictions", labFile, predictions, "", at(1, `a lab without a prediction`), 1},
		{"a prediction of no name", labFile, `id = "lab-open-handles-busy"`, `id = "lab open handles"`, at(76, `prediction "lab open handles": the id must be`), 1},
		{"a prediction that a question is", labFile, `id = "lab-open-handles-busy"`, `id = "close-first"`, at(76, `question "close-first" is already in quiz/01-close.toml:1`), 1},
		{"no revision", labFile, `revision = 1`, ``, at(76, asked+`revision starts at 1`), 1},
		{"before no setting", labFile, `before = "busy=1"`, `before = "buzy=1"`, at(76, `"buzy=1": the lab has no setting "buzy"`), 1},
		{"before nothing", labFile, `before = "busy=1"`, ``, at(76, `"": the lab has no setting ""`), 1},
		{"before a value that is not", labFile, `before = "busy=1"`, `before = "busy=on"`, at(76, `"busy=on": setting "busy" is never that: write busy=VALUE with one of 0, 1`), 1},
		{"before the start", labFile, `before = "busy=1"`, `before = "busy=0"`, at(76, asked+`setting "busy" is 0 at the start`), 1},
		{"given no setting", labFile, `given = ["close=0"]`, `given = ["shut=0"]`, at(76, `"shut=0": the lab has no setting "shut"`), 1},
		{"given one twice", labFile, `given = ["close=0"]`, `given = ["close=0", "close=1"]`, at(76, `"close=1": setting "close" stands here twice`), 1},
		{"a prediction of what no curve shows", labFile, `number = "handles"`, `number = "lost"`, at(76, asked+`no curve shows the number "lost"`), 1},
		{"no stem", labFile, `stem = "Each`, `stem = ""` + "\n" + `#"`, at(76, asked+`the stem has 0 words`), 1},
		{"no explanation", labFile, `explanation = `, `#`, at(76, asked+`it needs an explanation`), 1},
		{"an unknown answer", labFile, `answer = "rises"`, `answer = "climbs"`, at(76, asked+`answer "climbs": it is rises, rises-and-falls, stays or falls`), 1},
		{"a shape without a why", labFile, `stays = "Only`, `#"`, at(76, asked+`"stays" has no why`), 1},
		{"a why of no shape", labFile, `stays = "Only`, "stays = \"Yes.\"\nclimbs = \"Only", at(76, asked+`why "climbs": the shapes are`), 1},
		{"a belief of no shape", labFile, `rises-and-falls = "collector-closes"`, `climbs = "collector-closes"`, at(76, asked+`misconception "climbs": the shapes are`), 1},
		{"an unknown belief", labFile, `rises-and-falls = "collector-closes"`, `stays = "collector-opens"`, at(76, asked+`misconception "collector-opens" is not in quiz/misconceptions`), 1},
		{"a belief behind the answer", labFile, `rises-and-falls = "collector-closes"`, `rises = "collector-closes"`, at(76, asked+`"rises" is not wrong`), 1},
		{"no belief", labFile, `rises-and-falls = "collector-closes"`, ``, at(76, asked+`name the misconception behind a wrong shape`), 1},
		{"no mission", labFile, `text = "Hold at most`, `#`, at(93, `the mission has 0 words`), 1},
		{"a mission held for no time", labFile, `hold = 10`, ``, at(93, `hold is 0 seconds`), 1},
		{"after_for without after", labFile, `after = ["busy=1", "close=0"]`, ``, at(93, `after_for is 5 seconds: it goes with after`), 1},
		{"a need of both", labFile, `at_most = 60`, "at_most = 60\nat_least = 1", at(100, `a need of the mission has either at_least or at_most`), 1},
		{"a need of neither", labFile, `at_most = 60`, "", at(100, `a need of the mission has either at_least or at_most`), 1},
		{"a need of no number", labFile, `number = "reads.rate"` + "\nat_least", `number = "rate"` + "\nat_least", at(104, `the lab has no number "rate"`), 1},
		{"one way", labFile, `[[mission.way]]
settings = ["limit=10"]
price = "Requests wait for one another."`, ``, at(93, `1 ways to meet the mission: show 2 at least`), 1},
		{"a way of an unknown setting", labFile, `settings = ["limit=10"]`, `settings = ["limits=10"]`, at(112, `"limits=10": the lab has no setting "limits"`), 2},
		{"a way of another value", labFile, `settings = ["limit=10"]`, `settings = ["limit=11", "close=1"]`, at(112, `"limit=11": setting "limit" is never that: write limit=VALUE with one of 10, 100, 1000`), 2},
		{"a way without a price", labFile, `price = "None."`, ``, at(108, `the price of a way has 0 characters`), 1},
		{"a way of a fault", labFile, `settings = ["limit=10"]`, `settings = ["busy=0"]`, at(112, `a way turns the fault "busy"`), 1},
		{"two ways that are the same", labFile, `settings = ["limit=10"]`, `settings = ["close=1"]`, at(112, `two ways are the same`), 1},
		{"a lab that nothing leads to", lesson, "@lab open-handles", "Watch it.", lesson + `:1: nothing leads to the lab open-handles`, 1},
		{"a lab that is not there", lesson, "@lab open-handles", "@lab open-handles\n\n@lab handles", lesson + `:53: write @lab LAB-ID`, 1},
		{"a program that is no program", labProgram, "package main", "package handles", at(1, labProgram+` must be of package main`), 1},
		{"a program that does not parse", labProgram, "func main() {", "func main( {", labProgram + `:4: `, 1},
		{"a script with a conflict", labScript, "# The failure", "<<<<<<< HEAD\n# The failure", labScript + `:1: a conflict marker of git`, 1},
		{"wide code", labProgram, "	return open\n", "	return open // " + strings.Repeat("x", 70) + "\n", at(20, `line 6 of the code of setting "close" takes 89 columns`), 1},
		{"long code", labProgram, "	return open\n", strings.Repeat("	_ = open\n", 20) + "	return open\n", at(20, `the code of setting "close" has 27 lines, and 20 stand beside a curve`), 1},
	})
	refusedIn(t, measured, []mistake{
		{"a script without the mark", labScript, `mark cured`, `mark mended`, labMeasured + `:3: run.script has no mark "cured": run the lab's script again`, 1},
		{"numbers of no machine", labMeasured, `machine = "linux/amd64, 2 cores, go1.26"`, ``, labMeasured + `:1: it needs machine`, 1},
		{"numbers that the lab has not", labMeasured, `number = "reads.rate"`, `number = "rate"`, labMeasured + `:10: the lab has no number "rate"`, 1},
		{"numbers in a row of another form", labMeasured, measuredRows, "row = [{number = \"rate\"}]\n", labMeasured + `:1: the lab has no number "rate"`, 1},
		{"numbers with an unknown key", labMeasured, `number = "reads.rate"`, "number = \"reads.rate\"\nmean = 1", labMeasured + `:12: unknown key "row.mean"`, 1},
	})
}

// TestALabsPlaceIsChecked: in a lesson, under a name of its own.
func TestALabsPlaceIsChecked(t *testing.T) {
	moved := func(to string) error {
		files := coursetest.Files(t)
		for name, f := range files {
			if rest, ok := strings.CutPrefix(name, labFolder); ok {
				files[to+rest] = &fstest.MapFile{Data: f.Data}
			}
		}
		_, err := coursetest.Load(t, files)
		return err
	}
	for to, want := range map[string]string{
		"lessons/lab/open-handles/":      "lessons/lab/open-handles/lab.toml: its folder is in no lesson",
		"lessons/01-close/Open_Handles/": "lessons/01-close/Open_Handles/lab.toml:1: the folder's name is the lab's: rename it",
		"lessons/01-close/more-handles/": "lessons/01-close/lesson.md:1: nothing leads to the lab more-handles",
	} {
		if err := moved(to); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got:\n%v\nwant a line with:\n%s", err, want)
		}
	}
}
