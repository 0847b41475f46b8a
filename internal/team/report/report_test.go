package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	kata = "01-open-file"
	id   = "0123456789abcdef0123456789abcdef"
)

var heron = Member{ID: id, Pseudonym: "Quiet Heron"}

// at is a minute of noon.
func at(minute int) time.Time { return time.Date(2026, 3, 5, 12, minute, 0, 0, time.UTC) }

// learner is a workbook on a course, with a log of such events and versions that
// were checked.
func learner(t *testing.T, c *course.Course, versions []string, events ...progress.Event) *workbook.Workbook {
	t.Helper()
	state := t.TempDir()
	log, err := progress.Open(state)
	if err != nil {
		t.Fatal(err)
	}
	wb := &workbook.Workbook{
		Course: c, Log: log, Now: func() time.Time { return at(59) },
		Space: workspace.Workspace{Backup: filepath.Join(state, "backups"), Attempts: filepath.Join(state, "attempts")},
	}
	for _, src := range versions {
		if err := wb.Space.Keep(c.Katas[0], []byte(src), at(0)); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range events {
		if err := log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return wb
}

func hash(src string) string { return course.Hash([]byte(src)) }

func TestAReportHasWhatWasDone(t *testing.T) {
	c := coursetest.Course(t)
	wb := learner(t, c, []string{"mine", "better"},
		progress.Event{Kind: progress.KindRead, Lesson: "01-close", Section: c.Lessons[0].Sections[0].ID, At: at(1)},
		progress.Event{Kind: progress.KindAnswer, Question: "close-first", Revision: 1, Right: true, At: at(3)},
		progress.Event{Kind: progress.KindHint, Kata: kata, Tier: 2, At: at(5)},
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "pass", Hash: hash("old"), At: at(6)},
		progress.Event{Kind: progress.KindReset, Kata: kata, At: at(7)},
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "fail", Hash: hash("mine"), Failed: []string{"TestReadWorks"}, At: at(8)},
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "pass", Hash: hash("mine"), At: at(9)},
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "pass", Hash: hash("better"), Origin: "ci", At: at(10)},
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "fail", Hash: hash("worse"), At: at(12)},
	)
	got, notes := Build(wb, heron, Options{Version: "v1.2.0", Code: true})
	want := Report{
		Schema: "leakproof.report/1", At: at(59), Member: id, Name: "Quiet Heron", Pseudonym: true, Version: "v1.2.0", LastSeen: at(12), Minutes: 11, Caveat: Caveat,
		Lessons: []Lesson{{ID: "01-close", State: "started", SectionsRead: 1, Sections: len(wb.Course.Lessons[0].Sections), ReadAt: at(1), Right: 1, Questions: len(wb.Course.Questions), AnsweredAt: at(3)}},
		Katas: []Kata{{
			ID: kata, BeganAt: at(5), LastAt: at(12), Minutes: 9, Hints: 2, Checks: 5, Versions: 4,
			Verdicts: []Verdict{
				{At: at(12), Status: "fail", Hash: hash("worse"), Failed: []string{}, Origin: "self"},
				{At: at(10), Status: "pass", Hash: hash("better"), Failed: []string{}, Origin: "ci"},
				{At: at(9), Status: "pass", Hash: hash("mine"), Failed: []string{}, Origin: "self"},
				{At: at(6), Status: "pass", Hash: hash("old"), Failed: []string{}, Origin: "self"},
			},
			Solved: &Solution{At: at(9), Hash: hash("better"), Origin: "ci", Files: map[string]string{"notes.go": "better"}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" || notes != nil {
		t.Errorf("notes %q, (-want +got):\n%s", notes, diff)
	}
	got, notes = Build(wb, heron, Options{Name: "Ada"})
	if got.Name != "Ada" || got.Pseudonym || got.Katas[0].Solved.Files != nil || notes != nil {
		t.Errorf("with a name and without code: %+v, %q", got, notes)
	}
}

func TestAReportOfNothing(t *testing.T) {
	r, notes := Build(learner(t, coursetest.Course(t), nil), heron, Options{Code: true})
	text, err := json.Marshal(r)
	if err != nil || notes != nil || !strings.Contains(string(text), `"minutes":0,"lessons":[],"katas":[]`) || strings.Contains(string(text), "last_seen") {
		t.Errorf("%s, %q, %v", text, notes, err)
	}
}

// several is the small course with a kata of several files.
func several(t *testing.T) *course.Course {
	t.Helper()
	const dir = "solutions/01-open-file/"
	files := coursetest.Files(t)
	files[dir+"start/notes.go"] = files[dir+"start.go"]
	files[dir+"start/a.go"] = &fstest.MapFile{Data: []byte("//go:build ignore\n\npackage openfile\n")}
	delete(files, dir+"start.go")
	c, err := coursetest.Load(t, files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWhatIsSolvedComesWithItsFiles or says why it does not.
func TestWhatIsSolvedComesWithItsFiles(t *testing.T) {
	one, many := coursetest.Course(t), several(t)
	of := func(files map[string]string) string {
		parts := map[string][]byte{}
		for name, src := range files {
			parts[name] = []byte(src)
		}
		return string(many.Katas[0].Source(parts))
	}
	two := map[string]string{"notes.go": "package openfile\n", "z.go": "package openfile // mine\n"}
	for _, test := range []struct {
		name   string
		course *course.Course
		kept   []string
		passed string // its hash
		files  map[string]string
		note   string
	}{
		{"one file", one, []string{"mine"}, hash("mine"), map[string]string{"notes.go": "mine"}, ""},
		{"several", many, []string{of(two)}, hash(of(two)), two, ""},
		{"no longer kept", one, nil, hash("mine"), nil, "kata 1 is reported without its file: this version is not kept"},
		{"a damaged log", one, nil, "../../etc/passwd", nil, `"../../etc/passwd" is no hash`},
		{"not text", one, []string{"mine\xff"}, hash("mine\xff"), nil, "notes.go is not UTF-8"},
		{"a heading in a file", many, []string{"-- notes.go --\nx\n-- notes.go --\ny\n"}, hash("-- notes.go --\nx\n-- notes.go --\ny\n"), nil, "looks like a heading"},
		{"a name for one system", many, []string{of(map[string]string{"con.go": "package openfile\n"})}, hash(of(map[string]string{"con.go": "package openfile\n"})), nil, `kata 1 has no file "con.go" to repair`},
	} {
		wb := learner(t, test.course, test.kept, progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "pass", Hash: test.passed, At: at(1)})
		r, notes := Build(wb, heron, Options{Code: true})
		if diff := cmp.Diff(test.files, r.Katas[0].Solved.Files); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if note := strings.Join(notes, "; "); (note == "") != (test.note == "") || !strings.Contains(note, test.note) {
			t.Errorf("%s: %q, want %q", test.name, note, test.note)
		}
	}
}

func TestAStateFolderIsOneMember(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	first, err := OfState(dir)
	if err != nil || !isID(first.ID) || first.Pseudonym == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, err := OfState(dir); again != first || err != nil {
		t.Errorf("again: %+v, %v; want %+v", again, err, first)
	}
	if other, err := OfState(t.TempDir()); other.ID == first.ID || err != nil {
		t.Errorf("another folder: %+v, %v", other, err)
	}
	write(t, filepath.Join(dir, memberFile), `{"id": "../x", "pseudonym": "Quiet Heron"}`)
	if _, err := OfState(dir); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("damaged: %v", err)
	}
	write(t, filepath.Join(dir, "file"), "")
	if _, err := OfState(filepath.Join(dir, "file", "state")); err == nil || !strings.Contains(err.Error(), "--state") {
		t.Errorf("a file in the folder's place: %v", err)
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
