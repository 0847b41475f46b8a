package progress_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/leakproof/internal/progress"

	"github.com/gofrs/flock"
)

func logFile(dir string) string { return filepath.Join(dir, "progress.jsonl") }

// fileOf writes a log file with the given bytes and returns its folder.
func fileOf(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(logFile(dir), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func contentOf(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(logFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func lesson(n int) progress.Event {
	return progress.Event{At: noon, Kind: progress.KindRead, Lesson: fmt.Sprintf("lesson-%d", n), Section: "s"}
}

func TestOneEventIsOneLine(t *testing.T) {
	dir := t.TempDir()
	local := time.FixedZone("elsewhere", 3600)
	add(t, open(t, dir),
		progress.Event{At: noon.In(local), Kind: progress.KindAnswer, Question: "q", Revision: 2, Choice: []int{1}},
		progress.Event{At: noon, Kind: progress.KindRead, Lesson: "a\nb", Section: "s"},
	)
	want := `{"v":1,"at":"2026-03-01T12:00:00.123456789Z","kind":"answer","question":"q","revision":2,"choice":[1]}` + "\n" +
		`{"v":1,"at":"2026-03-01T12:00:00.123456789Z","kind":"read","lesson":"a\nb","section":"s"}` + "\n"
	if got := contentOf(t, dir); got != want {
		t.Errorf("file:\n%swant:\n%s", got, want)
	}
}

func TestAppendFillsInTheTime(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, progress.Event{Kind: progress.KindAnswer, Question: "q", Revision: 1})
	if a, _ := l.State().Answered("q", 1); a.At.IsZero() {
		t.Error("the event has no time")
	}
}

func TestOpenCreatesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	l := open(t, dir)
	if _, err := os.Stat(filepath.Dir(dir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opening a log that is not there created something: %v", err)
	}
	add(t, l, lesson(1))
	if !open(t, dir).State().SectionRead("lesson-1", "s") {
		t.Error("the first append did not create the folder")
	}
}

// A program can be killed after any byte of a write.
func TestEveryPrefixOpensAndGrows(t *testing.T) {
	whole := t.TempDir()
	add(t, open(t, whole), lesson(0), lesson(1), lesson(2))
	content := contentOf(t, whole)

	for n := range len(content) + 1 {
		prefix := content[:n]
		dir := fileOf(t, prefix)
		l := open(t, dir)
		// A line is whole with its last brace; the line end after it may be lost.
		lines := strings.Count(prefix, "}")
		check := func(when string, s progress.State, added bool) {
			t.Helper()
			for i := range 3 {
				if got, want := s.SectionRead(fmt.Sprintf("lesson-%d", i), "s"), i < lines; got != want {
					t.Errorf("%d bytes, %s: lesson %d done = %t, want %t", n, when, i, got, want)
				}
			}
			if got := s.SectionRead("lesson-9", "s"); got != added {
				t.Errorf("%d bytes, %s: the added lesson done = %t, want %t", n, when, got, added)
			}
		}
		torn := len(prefix) > 0 && !strings.HasSuffix(prefix, "\n") && !strings.HasSuffix(prefix, "}")
		check("opened", l.State(), false)
		wantDamage(t, l, n, torn, lines+1)

		add(t, l, lesson(9))
		check("appended", l.State(), true)
		wantDamage(t, l, n, torn, lines+1)

		again := open(t, dir)
		check("opened again", again.State(), true)
		wantDamage(t, again, n, torn, lines+1)
		if !strings.HasPrefix(contentOf(t, dir), prefix) {
			t.Errorf("%d bytes: the append changed what was there", n)
		}
	}
}

func wantDamage(t *testing.T, l *progress.Log, n int, torn bool, line int) {
	t.Helper()
	d := l.Damaged()
	if !torn {
		if len(d) != 0 {
			t.Errorf("%d bytes: damage in a whole file: %v", n, d)
		}
		return
	}
	if len(d) != 1 || d[0].Line != line {
		t.Errorf("%d bytes: damage %v, want line %d", n, d, line)
	}
}

// A log that was read up to a whole line without an end must count the lines after it as the file does.
func TestLineNumbersAfterALostLineEnd(t *testing.T) {
	dir := fileOf(t, `{"v":1,"kind":"read","lesson":"a","section":"s"}`)
	l := open(t, dir)
	add(t, l, lesson(1))
	if err := os.WriteFile(logFile(dir), []byte(contentOf(t, dir)+"garbage\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Refresh(); err != nil {
		t.Fatal(err)
	}
	if d := l.Damaged(); len(d) != 1 || d[0].Line != 3 {
		t.Errorf("damage %v, want line 3", d)
	}
}

// A reader can look while another copy is in the middle of a line.
func TestRefreshWaitsForTheRestOfALine(t *testing.T) {
	source := t.TempDir()
	add(t, open(t, source), lesson(0), lesson(1))
	content := contentOf(t, source)
	half := len(content) - 10

	dir := fileOf(t, content[:half])
	l := open(t, dir)
	if len(l.Damaged()) != 1 || l.State().SectionRead("lesson-1", "s") {
		t.Fatalf("half a line: damage %v", l.Damaged())
	}
	f, err := os.OpenFile(logFile(dir), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(content[half:]); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Refresh(); err != nil {
		t.Fatal(err)
	}
	if d := l.Damaged(); len(d) != 0 || !l.State().SectionRead("lesson-1", "s") {
		t.Errorf("the whole line: done = %t, damage %v", l.State().SectionRead("lesson-1", "s"), d)
	}
}

func TestDamagedLinesAreReportedAndKept(t *testing.T) {
	good := `{"v":1,"at":"2026-03-01T12:00:00Z","kind":"read","lesson":"%s","section":"s"}` + "\n"
	content := fmt.Sprintf(good, "first") +
		"garbage\n" +
		"\n" +
		`{"at":"2026-03-01T12:00:00Z","kind":"read","lesson":"no version","section":"s"}` + "\n" +
		`{"v":1,"kind":"read","lesson":7}` + "\n" +
		`{"v":1,"kind":"future","lesson":"of an unknown kind","mood":"good"}` + "\n" +
		"\x00\x00\x00\x00\n" +
		`{"v":1,"kind":"read","lesson":"` + strings.Repeat("x", 1<<20) + "\"}\n" +
		strings.Repeat("x", 64<<10) + `{"v":1,"kind":"read","lesson":"at the end of a long line","section":"s"}` + "\n" +
		"null\n" +
		strings.TrimSuffix(fmt.Sprintf(good, "last"), "\n") + "\r\n"
	dir := fileOf(t, content)
	l := open(t, dir)

	var lines []int
	for _, d := range l.Damaged() {
		lines = append(lines, d.Line)
		if d.Path != logFile(dir) || d.Reason == "" || len(d.String()) > 400 {
			t.Errorf("damage %q: no path, no reason or too long", d)
		}
	}
	if got, want := fmt.Sprint(lines), "[2 4 5 7 8 9 10]"; got != want {
		t.Errorf("damaged lines %s, want %s", got, want)
	}
	if s := l.State(); !s.SectionRead("first", "s") || !s.SectionRead("last", "s") {
		t.Error("a readable line beside a damaged one does not count")
	}
	if l.State().SectionRead("at the end of a long line", "s") {
		t.Error("the end of a line that is too long counts")
	}
	add(t, l, lesson(1))
	if !strings.HasPrefix(contentOf(t, dir), content) {
		t.Error("the append changed the damaged file")
	}
}

func TestLongestLineIsReadBack(t *testing.T) {
	dir := t.TempDir()
	add(t, open(t, dir), progress.Event{At: noon, Kind: progress.KindVerdict, Kata: "k", Failed: []string{""}})
	room := 64<<10 - len(contentOf(t, dir))

	dir = t.TempDir()
	add(t, open(t, dir), progress.Event{At: noon, Kind: progress.KindVerdict, Kata: "k", Failed: []string{strings.Repeat("x", room)}})
	if got := len(contentOf(t, dir)); got != 64<<10 {
		t.Fatalf("the line has %d bytes, want %d", got, 64<<10)
	}
	if l := open(t, dir); !l.State().KataTried("k") || len(l.Damaged()) != 0 {
		t.Errorf("the line was not read back: %v", l.Damaged())
	}
}

func TestAppendWaitsForTheLock(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, lesson(1))
	before := contentOf(t, dir)

	other := flock.New(filepath.Join(dir, "progress.lock"))
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := other.Unlock(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	err := l.Append(ctx, lesson(2))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), other.Path()) {
		t.Errorf("Append while another copy holds the lock: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if err := l.Append(ctx, lesson(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("Append with a context that ended: %v", err)
	}
	if got := contentOf(t, dir); got != before {
		t.Errorf("it wrote without the lock:\n%s", got)
	}
}

// doneAsked is a context that says when somebody asks for its Done channel.
type doneAsked struct {
	context.Context
	asked func()
}

func (c doneAsked) Done() <-chan struct{} {
	c.asked()
	return c.Context.Done()
}

// A screen asks for the state while an append hangs.
func TestStateDoesNotWaitForTheDisk(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, lesson(1))
	other := flock.New(filepath.Join(dir, "progress.lock"))
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	waiting := make(chan struct{})
	appended := make(chan error, 1)
	go func() {
		appended <- l.Append(doneAsked{ctx, sync.OnceFunc(func() { close(waiting) })}, lesson(2))
	}()
	<-waiting
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		l.State()
		l.Damaged()
	}()
	select {
	case <-asked:
	case err := <-appended:
		t.Errorf("the state waited for an append that ended with: %v", err)
		appended <- err
	}
	cancel()
	<-asked
	<-appended
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
}

// A learner who starts afresh may remove or replace the file while the program runs.
func TestReplacedFileIsReadFromItsBeginning(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, lesson(1), lesson(2))
	short := []byte(`{"v":1,"kind":"read","lesson":"other","section":"s"}` + "\n")

	if err := os.WriteFile(logFile(dir), short, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Refresh(); err != nil {
		t.Fatal(err)
	}
	if s := l.State(); s.SectionRead("lesson-1", "s") || !s.SectionRead("other", "s") {
		t.Error("a file that became shorter is not read anew")
	}

	long := filepath.Join(dir, "copy")
	if err := os.WriteFile(long, bytes.Repeat(short, 9), 0o600); err != nil {
		t.Fatal(err)
	}
	add(t, l, lesson(3))
	if err := os.Rename(long, logFile(dir)); err != nil {
		t.Fatal(err)
	}
	if err := l.Refresh(); err != nil {
		t.Fatal(err)
	}
	if s := l.State(); s.SectionRead("lesson-3", "s") || !s.SectionRead("other", "s") || len(l.Damaged()) != 0 {
		t.Errorf("a file in its place is not read anew: %v", l.Damaged())
	}

	if err := os.Remove(logFile(dir)); err != nil {
		t.Fatal(err)
	}
	if err := l.Refresh(); err != nil {
		t.Fatal(err)
	}
	if l.State().SectionRead("other", "s") {
		t.Error("a removed file still counts")
	}
}

// TestAFileOfOtherLinesIsNoLog: each line that cannot be read is remembered, so a
// file of millions of them must not be read to its end.
func TestAFileOfOtherLinesIsNoLog(t *testing.T) {
	if log := open(t, fileOf(t, strings.Repeat("x\n", 1000))); len(log.Damaged()) != 1000 {
		t.Errorf("%d damaged lines of 1000", len(log.Damaged()))
	}
	_, err := progress.Open(fileOf(t, strings.Repeat("x\n", 1001)))
	if err == nil || !strings.Contains(err.Error(), "more than 1000 lines") || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("opened: %v", err)
	}
}

// A line keeps its number for good, whoever reads the file, and a line that means nothing has one too.
func TestEventsHaveTheNumbersOfTheirLines(t *testing.T) {
	dir := fileOf(t, `{"v":1,"at":"2026-03-01T12:00:00Z","kind":"read","lesson":"lesson-1","section":"s"}`+"\nnonsense\n\n"+
		`{"v":1,"at":"2026-03-01T12:00:00Z","kind":"of-a-later-version"}`+"\n"+
		`{"v":1,"at":"2026-03-01T12:00:00Z","kind":"read","lesson":"lesson-5","section":"s"}`) // a kill took its line end
	l, bystander := open(t, dir), open(t, dir)
	if n := l.State().LastLine(); n != 5 {
		t.Errorf("the last line is %d, want 5", n)
	}
	add(t, l, lesson(6), lesson(7))
	if err := bystander.Refresh(); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*progress.Log{l, bystander, open(t, dir)} {
		for from, want := range map[int]string{0: "1 5 6 7", 1: "1 5 6 7", 2: "5 6 7", 6: "6 7", 8: ""} {
			var got []string
			for line, e := range l.State().Since(from) {
				if e.Lesson != fmt.Sprintf("lesson-%d", line) {
					t.Errorf("line %d has %s", line, e.Lesson)
				}
				got = append(got, fmt.Sprint(line))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("from line %d: %q, want %q", from, got, want)
			}
		}
		if n := l.State().LastLine(); n != 7 {
			t.Errorf("the last line is %d, want 7", n)
		}
	}
	if n := open(t, t.TempDir()).State().LastLine(); n != 0 {
		t.Errorf("the last line of no file is %d", n)
	}
}
