package course_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/nightly"
)

func TestSmallCourseLoads(t *testing.T) {
	c := coursetest.Course(t)
	if len(c.Lessons) != 1 || len(c.Questions) != 6 || len(c.Katas) != 1 {
		t.Fatalf("got %d lessons, %d questions, %d katas", len(c.Lessons), len(c.Questions), len(c.Katas))
	}
	l := c.Lessons[0]
	checkpoints := 0
	for _, s := range l.Sections {
		for _, b := range s.Blocks {
			if b.Kind == course.Checkpoint && b.Question != nil {
				checkpoints++
			}
		}
	}
	if len(l.Sections) != 4 || checkpoints != 3 {
		t.Errorf("got %d sections with %d checkpoints", len(l.Sections), checkpoints)
	}
	k := c.Katas[0]
	if got := k.Variants[0].ID; got != "start" {
		t.Errorf("the first variant is %s, want start", got)
	}
	if len(k.Suite) != 3 {
		t.Errorf("the suite has %d files, want the test, the kit and the package below it", len(k.Suite))
	}
}

// mistake is one place of the small course that is wrong.
type mistake struct {
	name, file, old, new, want string
	complaints                 int // 2 where the mistake is a name that stands in two files
}

// refused breaks the small course in one place at a time. Each message must name
// the file, the line and what to do.
func refused(t *testing.T, mistakes []mistake) { refusedIn(t, coursetest.Files, mistakes) }

// refusedIn is refused for other files.
func refusedIn(t *testing.T, source func(testing.TB) fstest.MapFS, mistakes []mistake) {
	t.Helper()
	for _, tc := range mistakes {
		t.Run(tc.name, func(t *testing.T) {
			files := source(t)
			src := string(files[tc.file].Data)
			if !strings.Contains(src, tc.old) {
				t.Fatalf("%s does not contain %q: this case changes nothing", tc.file, tc.old)
			}
			files[tc.file].Data = []byte(strings.Replace(src, tc.old, tc.new, 1))
			_, err := coursetest.Load(t, files)
			if err == nil {
				t.Fatal("it was accepted")
			}
			var all interface{ Unwrap() []error }
			if n := tc.complaints; !errors.As(err, &all) || len(all.Unwrap()) != n {
				t.Errorf("one mistake, %d complaints, want %d:\n%v", len(all.Unwrap()), n, err)
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got:\n%v\nwant a line with:\n%s", err, tc.want)
			}
		})
	}
}

func TestMistakesAreRefused(t *testing.T) {
	const (
		lesson = "lessons/01-close/lesson.md"
		quiz   = "quiz/01-close.toml"
		kata   = "katas/01-open-file/KATA.md"
		briefs = "solutions/pristine.txtar" // where the brief comes from
		corpus = "solutions/01-open-file/corpus.toml"
		tests  = "solutions/01-open-file/tests.toml"
		points = "lessons/curriculum.toml"
	)
	refused(t, []mistake{
		{"unknown key in a lesson", lesson, `teaches = ["Z1"]`, `teaches = ["Z1"]` + "\n" + `colour = "red"`, lesson + `:5: unknown key "colour"`, 1},
		{"unknown key in a question", quiz, `difficulty = 2`, `difficulty = 2` + "\n" + `points = 3`, quiz + `:31: unknown key "question.points"`, 1},
		{"unknown key in a kata", briefs, `minutes = 10`, `minutes = 10` + "\n" + `level = 1`, kata + `:4: unknown key "level"`, 1},
		{"unknown key in a corpus", corpus, `trades = "Nothing`, `gains = "Nothing`, corpus + `:6: unknown key "solution.gains"`, 1},
		{"not TOML", quiz, `revision = 2`, `revision = `, quiz + `:107: not valid TOML`, 1},
		{"no front matter", briefs, "+++\ntitle", "title", kata + ":1: no front matter", 1},
		{"duplicate question", quiz, `id = "close-why"`, `id = "close-first"`, quiz + `:127: question "close-first" is already in ` + quiz + `:1`, 1},
		{"duplicate point", points, `id = "Z2"`, `id = "Z1"`, points + `:8: point "Z1" is already on line 1`, 1},
		{"dangling checkpoint", lesson, "@checkpoint close-trace", "@checkpoint close-trade", lesson + `:35: the lesson's quiz has no question "close-trade"`, 1},
		{"dangling misconception", quiz, `misconception = "collector-closes"`, `misconception = "collector-opens"`, quiz + `:1: question "close-first": option 2: misconception "collector-opens"`, 1},
		{"dangling test in a corpus", corpus, `refused_by = ["TestReadWorks"]`, `refused_by = ["TestReadsWorks"]`, corpus + `:28: wrong-c: the suite has no TestReadsWorks`, 1},
		{"dangling lesson of a kata", briefs, `lessons = ["01-close"]`, `lessons = ["01-shut"]`, kata + `:1: lesson "01-shut" does not exist`, 1},
		{"module that says nothing", points, `about = "Whoever opens, closes."`, ``, points + `:14: a module needs a title of its own, and about`, 1},
		{"module with a lesson that is not there", points, `lessons = ["01-close"]`, `lessons = ["01-shut"]`, points + `: module "Handles": lesson "01-shut" does not exist`, 2},
		{"lesson of no module", points, `lessons = ["01-close"]`, `lessons = []`, lesson + `:1: no module has this lesson`, 1},
		{"lesson of two modules", points, `lessons = ["01-close"]`, `lessons = ["01-close", "01-close"]`, points + `: the modules name 01-close once more`, 1},
		{"kata without a lesson", briefs, `lessons = ["01-close"]`, `lessons = []`, kata + ":1: a kata without a lesson", 1},
		{"kata of an unknown point", briefs, `practises = ["Z1"]`, `practises = ["Z9"]`, kata + `:1: curriculum id "Z9"`, 1},
		{"question about what comes later", quiz, `teaches = ["Z1"]`, `teaches = ["Z1", "Z2"]`, quiz + `:1: question "close-first" asks about "Z2", which is not taught before 02-later`, 1},
		{"lesson that teaches another's point", lesson, `teaches = ["Z1"]`, `teaches = ["Z1", "Z2"]`, lesson + `:1: it teaches "Z2", whose home is 02-later`, 1},
		{"point that its home does not teach", points, `lesson = "02-later"`, `lesson = "01-close"`, lesson + `:1: lessons/curriculum.toml makes this lesson the home of "Z2"`, 1},
		{"unknown directive", lesson, "@proof ", "@prove ", lesson + ":33: unknown directive @prove", 1},
		{"proof by no test", lesson, "@proof TestClosedReleasesTheHandle", "@proof TestClosed", lesson + ":33: no TestClosed in the test files", 1},
		{"wrong code without proof", lesson, " -- TestLeakKeepsTheHandle", "", lesson + ":18: code that is wrong on purpose needs its proof", 1},
		{"code of no declaration", lesson, "@code close.go Closed", "@code close.go Shut", lesson + ":31: lessons/01-close/close.go declares no Shut", 1},
		{"Go in the text", lesson, "```text", "```go", lesson + ":10: Go code inside the text", 1},
		{"fence without label", lesson, "```text", "```", lesson + ":10: a fence without a label", 1},
		{"picture without words", lesson, "```picture A request opens a handle, returns, and the handle stays.", "```picture", lesson + ":20: a picture without a text alternative", 1},
		{"open fence", lesson, "        <-return-   (stays)\n```", "        <-return-   (stays)", lesson + ":20: this fence is never closed", 1},
		{"no habit", lesson, "## The habit", "## The end", lesson + `:39: a lesson ends with the section "The habit"`, 1},
		{"two sections of one name", lesson, "## Close on every way out", "## The handle that stays", lesson + ":27: two sections are called", 1},
		{"program that is not there", lesson, "@run handles", "@run handle", lesson + ":43: no file lessons/01-close/handle/main.go", 1},
		{"program without a comment", "lessons/01-close/handles/main.go", "// Handles counts the handles that stay open.\n", "", lesson + ":43: lessons/01-close/handles/main.go must be of package main, with a package comment", 1},
		{"code that does not parse", "lessons/01-close/close.go", "return &Handle{open: true}", "return &Handle{open: }", "lessons/01-close/close.go:8: expected operand, found '}': correct it", 1},
		{"test that does not parse", "lessons/01-close/close_test.go", "if Closed().open {", "if Closed().open", "lessons/01-close/close_test.go:13: ", 1},
		{"program that does not parse", "lessons/01-close/handles/main.go", "package main", "package", "lessons/01-close/handles/main.go:", 1},
		{"suite that does not parse", briefs, "func TestReadWorks(t", "func TestReadWorks((t", "katas/01-open-file/notes_test.go:5: ", 1},
		{"suite without tests", briefs, "notes_test.go --", "notes_tests.go --", "katas/01-open-file: it has no tests", 1},
		{"kata that nobody plans", lesson, "@kata 02-shut-file", "@kata 03-shut-file", lesson + ":45: write @kata KATA-ID", 1},
		{"two tasks of one name", lesson, "@task close-limit", "@task close-audit", lesson + `:49: there are two tasks "close-audit"`, 1},
		{"field note without a program", lesson, "## Close on every way out", "## Myth Z1: closing is enough", lesson + ":27: field note Z1 needs a program to run", 2},
		{"point of a kata that nobody plans", points, `katas = ["02-shut-file"]`, `katas = ["03-shut-file"]`, points + `:8: point "Z2" names kata "03-shut-file"`, 1},
		{"kata and curriculum disagree", points, `katas = ["02-shut-file"]`, `katas = ["01-open-file"]`, kata + `:1: practises and lessons/curriculum.toml disagree on "Z2"`, 1},
		{"test without a purpose", tests, "[TestReadWorks]", "[TestReadsWorks]", tests + ": TestReadWorks has no entry", 2},
		{"purpose of no test", tests, "[TestReadWorks]", "[TestReadsWorks]", tests + ":1: the suite has no TestReadsWorks", 2},
		{"purpose of words that no test says", tests, "[TestReadWorks]", "[TestReadWorks]\nsaid = \"read twice\"", tests + `:1: no file of the suite has the text "read twice"`, 1},
		{"purpose in no section", tests, "01-close/the-handle-that-stays", "01-close/the-handle", tests + `:1: section "01-close/the-handle" does not exist`, 1},
		{"two right options", quiz, `why = "It frees memory, not handles."`, `why = "It frees memory, not handles."` + "\nright = true", quiz + `:1: question "close-first": 2 options are right`, 1},
		{"right option that stands out", quiz, `text = "The function."`, `text = "The function that opened it, on each of the ways that lead out of it, and also when it panics."`, quiz + `:1: question "close-first": the right option stands out`, 1},
		{"no reason", quiz, `why = "It frees memory, not handles."`, "", quiz + `:1: question "close-first": option 2 has no why`, 1},
		{"spellings of what is not typed", quiz, `difficulty = 2`, `difficulty = 2` + "\naccept = [\"it\"]", `question "close-multi": accept and exact belong to a question of kind type`, 1},
		{"several lines to type", quiz, `kind = "trace"`, `kind = "type"`, `question "close-trace": option 1 has several lines`, 3},
		{"question about no section", quiz, `difficulty = 2`, `difficulty = 2` + "\nsection = \"the-end\"", `question "close-multi": lesson 01-close has no section "the-end"`, 1},
		{"unknown kind", quiz, `kind = "order"`, `kind = "guess"`, `unknown kind "guess"`, 1},
		{"question about a blank line", quiz, `line = 8`, `line = 4`, `question "close-spot": option 2 has no text`, 1},
		{"missing program", quiz, `code = "deferred/main.go"`, `code = "defer/main.go"`, "quiz/01-close/defer/main.go: cannot be read", 1},
		{"variant without entry", corpus, "[wrong-e]", "[wrong-f]", corpus + ": the variant wrong-e has no entry: add [wrong-e]", 2},
		{"entry without variant", corpus, "[wrong-e]", "[wrong-f]", "solutions/01-open-file/wrong-f.go is missing", 2},
		{"variant that the go command would build", "solutions/01-open-file/wrong-e.go", "//go:build ignore\n\n", "", "solutions/01-open-file/wrong-e.go:1: a variant begins with the line //go:build ignore", 1},
		{"unknown section of a brief", briefs, "## Rules", "## Laws", `unknown section "Laws"`, 1},
		{"an incident of many words", briefs, "The notes service stopped", strings.Repeat("again ", 130) + "The notes service stopped", kata + ":8: the incident has 138 words, at most 120 are read", 1},
		{"a brief of many words", briefs, "2. `Read` returns the whole note.", "2. `Read` returns the whole note" + strings.Repeat(" again", 260) + ".", kata + ":24: the brief above the fine print has ", 1},
		{"much fine print", briefs, "- A note that is empty is a note.", "- A note" + strings.Repeat(" again", 150), kata + ":28: the fine print has 152 words, at most 150 are read", 1},
		{"many rules", briefs, "Change `notes.go` only.", "- One.\n- Two.\n- Three.\n- Four.\n- Five.", kata + ":24: 5 rules, at most 4 are read", 1},
		{"clauses that begin anew", briefs, "2. `Read` returns", "1. `Read` returns", kata + `:20: clause 2 begins "1. ` + "`Read`" + ` returns the whole": number the clauses`, 1},
		{"two hints", briefs, "### The idea\n", "", "2 hints: write 3", 1},
		{"a conflict that was not settled", lesson, "## The habit", "<<<<<<< HEAD\n## The habit", lesson + ":39: a conflict marker of git", 1},
		{"the end of a conflict", quiz, `id = "close-why"`, ">>>>>>> theirs\n" + `id = "close-why"`, quiz + ":128: a conflict marker of git", 1},
		{"a NUL byte", lesson, "## The habit", "## The\x00 habit", lesson + ":39: a NUL byte", 1},
		{"bytes that are no UTF-8", lesson, "## The habit", "## The habit\xff", lesson + ":39: bytes that are not UTF-8", 1},
		{"a brief that is no UTF-8", briefs, "## Rules", "## Rules\xff", briefs + ":", 1},
		{"a conflict in Go", "lessons/01-close/close.go", "return &Handle{open: true}", "<<<<<<< HEAD\n\treturn &Handle{open: true}", "lessons/01-close/close.go:", 1},
		{"a NUL byte in Go", "lessons/01-close/close.go", "return &Handle{open: true}", "\x00", "lessons/01-close/close.go:8: illegal character NUL", 1},
		{"an archive that was cut off between files", briefs, "-- end --\n", "", briefs + ":", 1},
		{"an archive with something after its end", briefs, "-- end --\n", "-- end --\nmore\n", briefs + ":", 1},
		{"no misconceptions", "quiz/misconceptions/01-close.toml", `truth`, `trueth`, `unknown key`, 1},
		{"a curriculum that is no TOML", points, `id = "Z2"`, `id = `, points + `:9: not valid TOML`, 1},
	})
}

// TestACapstoneMayBeLonger: the last kata is a whole service.
func TestACapstoneMayBeLonger(t *testing.T) {
	for words, want := range map[int]string{
		140: "",
		300: "at most 250 are read",
	} {
		files := coursetest.Files(t)
		archive := files["solutions/pristine.txtar"]
		archive.Data = []byte(strings.NewReplacer("minutes = 10", "minutes = 10\ncapstone = true",
			"The notes service stopped", strings.Repeat("again ", words)+"The notes service stopped").Replace(string(archive.Data)))
		if _, err := coursetest.Load(t, files); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("an incident of some %d words: %v, want %q", words, err, want)
		}
	}
}

// TestATruncatedArchiveIsReportedAsThatFile: wherever it is cut off, there is one complaint, about the archive. It is cut at the
// end of each line and, at night, everywhere else.
func TestATruncatedArchiveIsReportedAsThatFile(t *testing.T) {
	const name = "solutions/pristine.txtar"
	whole := coursetest.Files(t)[name].Data
	everywhere := nightly.Times(29, 1)
	for n := range whole {
		if n > 0 && whole[n-1] != '\n' && n%everywhere > 0 {
			continue
		}
		files := coursetest.Files(t)
		files[name].Data = whole[:n]
		_, err := coursetest.Load(t, files)
		if want := fmt.Sprintf("%s:%d: it is cut off", name, strings.Count(string(whole[:n]), "\n")); err == nil || strings.Contains(err.Error(), "\n") ||
			n > 0 && whole[n-1] == '\n' && !strings.HasPrefix(err.Error(), want) || !strings.HasPrefix(err.Error(), name+":") {
			if n == len(whole)-1 && err == nil { // the last line end alone says nothing
				continue
			}
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

// TestAGoFileThatNothingShowsParsesToo: each file of a lesson's folders.
func TestAGoFileThatNothingShowsParsesToo(t *testing.T) {
	for _, name := range []string{"lessons/01-close/extra.go", "lessons/01-close/handles/more.go"} {
		files := coursetest.Files(t)
		files[name] = &fstest.MapFile{Data: []byte("package p\n\nfunc f( {}\n")}
		if _, err := coursetest.Load(t, files); err == nil || !strings.HasPrefix(err.Error(), name+":3: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A variant may be a folder, whose files go into the kata's folder under their
// own names.
func TestVariantOfSeveralFiles(t *testing.T) {
	const dir = "solutions/01-open-file/"
	files := coursetest.Files(t)
	files[dir+"wrong-e/notes.go"] = files[dir+"wrong-e.go"]
	files[dir+"wrong-e/store.go"] = &fstest.MapFile{Data: []byte("//go:build ignore\n\npackage openfile\n")}
	_, err := coursetest.Load(t, files)
	if want := dir + "wrong-e.go: the variant wrong-e is a folder as well: keep one"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a file and a folder of one name:\n%v\nwant a line with:\n%s", err, want)
	}

	source := string(files[dir+"wrong-e.go"].Data)
	delete(files, dir+"wrong-e.go")
	c, err := coursetest.Load(t, files)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Katas[0].Variant("wrong-e").Files
	if want := strings.TrimPrefix(source, "//go:build ignore\n\n"); len(got) != 2 || string(got["notes.go"]) != want || string(got["store.go"]) != "package openfile\n" {
		t.Errorf("its files are %q", got)
	}

	files[dir+"wrong-e/store.go"].Data = []byte("package openfile\n")
	delete(files, dir+"wrong-e/notes.go")
	_, err = coursetest.Load(t, files)
	for _, want := range []string{dir + "wrong-e/store.go:1: a variant begins", dir + "wrong-e/notes.go is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got:\n%v\nwant a line with:\n%s", err, want)
		}
	}
}

func TestMatrixIsComputed(t *testing.T) {
	rows := coursetest.Course(t).Matrix()
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	if r := rows[0]; !r.Taught || len(r.Questions) != 6 || len(r.Katas) != 1 {
		t.Errorf("Z1: %+v", r)
	}
	if r := rows[1]; r.Taught || len(r.Questions)+len(r.Katas) != 0 {
		t.Errorf("Z2 is planned: %+v", r)
	}
}

func TestFindSuggestsTheNearest(t *testing.T) {
	c := coursetest.Course(t)
	for _, arg := range []string{"1", "01", "open-file", "01-open-file", "Open-File"} {
		if _, err := c.FindKata(arg); err != nil {
			t.Errorf("FindKata(%q): %v", arg, err)
		}
	}
	_, err := c.FindKata("open-fiel")
	if err == nil || !strings.Contains(err.Error(), "did you mean 01-open-file") {
		t.Errorf("got %v", err)
	}
}

func TestCorrect(t *testing.T) {
	c := coursetest.Course(t)
	for _, tc := range []struct {
		question string
		choice   []int
		want     bool
	}{
		{"close-first", []int{0}, true},
		{"close-first", []int{1}, false},
		{"close-first", nil, false},
		{"close-first", []int{7}, false},
		{"close-multi", []int{1, 0}, true},
		{"close-multi", []int{0}, false},
		{"close-multi", []int{0, 1, 2}, false},
		{"close-order", []int{0, 1, 2}, true},
		{"close-order", []int{1, 0, 2}, false},
		{"close-order", []int{0, 1}, false},
	} {
		if got := c.Question(tc.question).Correct(tc.choice); got != tc.want {
			t.Errorf("%s %v: %v", tc.question, tc.choice, got)
		}
	}
	var kinds []course.Kind
	for _, q := range c.Questions {
		kinds = append(kinds, q.Kind)
	}
	if len(kinds) != 6 {
		t.Error(kinds)
	}
}
