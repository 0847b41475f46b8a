package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/progress"
)

// solved is a report of a member who solved the small course's kata.
func solved(t *testing.T) Report {
	t.Helper()
	wb := learner(t, coursetest.Course(t), []string{"mine"}, progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "pass", Hash: hash("mine"), At: at(1)})
	r, _ := Build(wb, heron, Options{Version: "v1.2.0", Code: true})
	return r
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ada.json")
	r := solved(t)
	r.Katas[0].Solved.Files["notes.go"] = "a < b && \"\x00\" // \u2028 é\r\n"
	for range 2 { // the second takes the place of the first
		if err := Write(file, r); err != nil {
			t.Fatal(err)
		}
		got, note, err := Read(file, coursetest.Course(t))
		if err != nil || note != "" {
			t.Fatalf("%q, %v", note, err)
		}
		r.Lessons = nil
		if diff := cmp.Diff(r, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		r.Lessons = []Lesson{}
	}
}

func TestAReportThatNobodyWouldReadIsNotWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ada.json")
	r := solved(t)
	r.Katas[0].Solved.Files["notes.go"] = strings.Repeat("x", sizeLimit)
	if err := Write(file, r); err == nil || !strings.Contains(err.Error(), "--no-code") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("it was written")
	}
}

func TestNothingElseIsWrittenOver(t *testing.T) {
	r := solved(t)
	other := r
	other.Member = strings.Repeat("f", 32)
	dir := t.TempDir()
	theirs := filepath.Join(dir, "theirs.json")
	if err := Write(theirs, other); err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.json")
	text, err := os.ReadFile(theirs)
	if err != nil {
		t.Fatal(err)
	}
	write(t, cut, string(text[:len(text)/2]))
	for file, content := range map[string]string{"notes.go": "package notes\n", "empty": "", "newer.json": `{"schema":"leakproof.report/2"}`, "check.json": `{"schema":"leakproof.check/1"}`} {
		write(t, filepath.Join(dir, file), content)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		file := filepath.Join(dir, e.Name())
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(file, r); err == nil || !strings.Contains(err.Error(), "would be lost") || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", e.Name(), err)
		}
		if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
			t.Errorf("%s was changed: %v", e.Name(), err)
		}
	}
	if err := Write(dir, r); err == nil {
		t.Error("a folder was written over")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != len(entries) {
		t.Errorf("%d files are there, %d were: %v", len(left), len(entries), err)
	}
}

func TestBadReportsAreRefused(t *testing.T) {
	const head = `"schema":"leakproof.report/1","at":"2026-03-05T12:00:00Z","member":"` + id + `"`
	of := func(rest string) string { return `{` + head + `,"name":"Ada"` + rest + `}` }
	file := func(name string) string {
		return of(fmt.Sprintf(`,"katas":[{"id":"01-open-file","solved":{"files":{%q:"x"}}}]`, name))
	}
	if _, _, err := read(t, file("notes.go")); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for content, want := range map[string]string{
		"":                               "it is empty",
		"\xff\xfe{\x00":                  "it is UTF-16",
		"package notes":                  "it is no report: invalid character 'p'",
		of("")[:60]:                      "it is cut off",
		of("") + "{}":                    "something follows the report",
		"[]":                             "it is no report",
		"{}":                             "it names no schema",
		`{"schema":"leakproof.x/1"}`:     `it is no report: its schema is "leakproof.x/1"`,
		`{"schema":"\u001b[31m"}`:        `its schema is "[31m"`,
		`{"schema":7}`:                   "schema is a number",
		strings.Repeat("[", 1<<20):       "it is no report",
		strings.Repeat(" ", sizeLimit+1): "too large: it has more than 4 MiB",
		`{"schema":"leakproof.report/2","katas":7}`:                          "written by a newer Leakproof (leakproof.report/2, and this program knows leakproof.report/1): update this one",
		`{"schema":"leakproof.report/0"}`:                                    "it is no report",
		`{"schema":"leakproof.report/1","at":"2026-03-05T12:00:00Z"}`:        "its member is no id",
		`{"schema":"leakproof.report/1","member":"` + id + `","name":"Ada"}`: "when it was made",
		`{` + head + `}`:                                             "the name has no letter that can be seen",
		`{` + head + `,"name":"a\u001b[31m"}`:                        "the character U+001B",
		`{` + head + `,"name":"` + strings.Repeat("x", 10000) + `"}`: "the name has 10000 letters",
		of(`,"katas":{}`):                                            "katas is a object",
		of(`,"minutes":-1`):                                          "its numbers for minutes cannot be",
		of(`,"minutes":1e99`):                                        "minutes is a number 1e99",
		of(`,"katas":[{"id":"01-open-file","checks":-7}]`):           "its numbers for 01-open-file cannot be",
		of(`,"lessons":[{"id":"01-close","right":2,"questions":1}]`): "its numbers for 01-close cannot be",
		of(`,"lessons":[{"id":"01-close"},{"id":"01-close"}]`):       "it names 01-close twice",
		of(`,"katas":[{"id":"01-open-file"},{"id":"01-open-file"}]`): "it names 01-open-file twice",
		file("../notes.go"):                                          `kata 1 has no file "../notes.go" to repair`,
		file("/etc/passwd"):                                          "kata 1 has no file",
		file(`C:\notes.go`):                                          "kata 1 has no file",
		file("notes_test.go"):                                        "kata 1 has no file",
		file("other.go"):                                             "kata 1 has no file",
		file(""):                                                     "kata 1 has no file",
		file("x/../../notes.go"):                                     "kata 1 has no file",
	} {
		_, _, err := read(t, content)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "given.json is left out: ") || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 600 {
			t.Errorf("%.60q: %v\nwant %s", content, err, want)
		}
	}
	if _, _, err := Read(t.TempDir(), coursetest.Course(t)); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a folder: %v", err)
	}
}

// TestFileNamesOfSeveral are the learner's to choose, in one folder.
func TestFileNamesOfSeveral(t *testing.T) {
	k := several(t).Katas[0]
	for name, want := range map[string]bool{
		"notes.go": true, "more.go": true, "naïve.go": true,
		"": false, "../more.go": false, "a/more.go": false, "/more.go": false, `..\more.go`: false, "C:more.go": false, ".more.go": false, "_more.go": false,
		"more_test.go": false, "more.s": false, "go.mod": false, "a\x00.go": false, "a\n.go": false, "aux.go": false, "..go": false,
	} {
		if err := checkFile(k, name); (err == nil) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestWhatIsNotKnownIsNamedAndLeftOut(t *testing.T) {
	var more strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&more, `,{"id":"%d-new\u001b\n"}`, i)
	}
	r, note, err := read(t, "\xef\xbb\xbf"+`{"schema":"leakproof.report/1","at":"2026-03-05T12:00:00Z","member":"`+id+`","name":"\u202eAda ","mood":[1],"version":"v9\u001b[31m",
		"lessons":[{"id":"77-new","right":-1}],"katas":[{"id":"99-new","solved":{"files":{"../x":""}}},{"id":"01-open-file","mood":"good","solved":{"origin":"regrade","hash":"\u009b31m`+strings.Repeat("a", 1000)+`"}}`+more.String()+`]}`)
	if err != nil {
		t.Fatal(err)
	}
	const want = `this program does not know lesson "77-new", kata "99-new", kata "0-new", 999 more: what is said of that is left out; a newer Leakproof may know it`
	if !strings.HasSuffix(note, "given.json: "+want) {
		t.Errorf("note: %s", note)
	}
	if r.Name != "Ada" || len(r.Lessons) > 0 || len(r.Katas) != 1 || r.Katas[0].Solved.Origin != "self" || !strings.HasPrefix(r.Katas[0].Solved.Hash, "31ma") || len(r.Katas[0].Solved.Hash) > 70 || r.Version != "v9[31m" {
		t.Errorf("%+v", r)
	}
}

func read(t *testing.T, content string) (Report, string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "given.json")
	write(t, file, content)
	return Read(file, coursetest.Course(t))
}
