//go:build unix

// Package bench measures the built program on a pseudo-terminal, side by side
// with other programs. Numbers of one machine say little; the ratios are what
// the project holds itself to:
//
//	go test ./internal/tools/bench -run '^$' -bench . -benchtime 20x
package bench

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"charm.land/glamour/v2"
	"github.com/creack/pty"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// terminal is a program on a pseudo-terminal of 80x24.
type terminal struct {
	tb      testing.TB
	cmd     *exec.Cmd
	pty     *os.File
	chunks  chan []byte // what the program wrote, closed at its end
	answers bool        // the terminal answers the query for its background
	seen    bytes.Buffer
}

// start runs the program. Its progress goes to a folder that is thrown away.
func start(tb testing.TB, answers bool, name string, args ...string) *terminal {
	tb.Helper()
	state := tb.TempDir()
	welcomed := `{"v":1,"at":"2026-01-01T00:00:00Z","kind":"welcome"}` + "\n" // so that it begins with home
	if err := os.WriteFile(filepath.Join(state, "progress.jsonl"), []byte(welcomed), 0o600); err != nil {
		tb.Fatal(err)
	}
	t := &terminal{tb: tb, answers: answers, cmd: exec.Command(name, args...), chunks: make(chan []byte, 1024)}
	t.cmd.Dir = filepath.Join("..", "..", "..")
	t.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "LEAKPROOF_STATE="+state, "LEAKPROOF_SETTINGS="+filepath.Join(tb.TempDir(), "none.toml"))
	var err error
	if t.pty, err = pty.StartWithSize(t.cmd, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		tb.Fatal(err)
	}
	go func() {
		defer close(t.chunks)
		for {
			buf := make([]byte, 64<<10)
			n, err := t.pty.Read(buf)
			if n > 0 {
				t.chunks <- buf[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	return t
}

// until reads what the program writes until it contains the text.
func (t *terminal) until(text string) {
	t.tb.Helper()
	late := time.After(time.Minute)
	for !bytes.Contains(t.seen.Bytes(), []byte(text)) {
		select {
		case chunk, ok := <-t.chunks:
			if !ok {
				t.tb.Fatalf("the program ended before it showed %q:\n%q", text, t.seen.Bytes())
			}
			t.answer(chunk)
			t.seen.Write(chunk)
		case <-late:
			t.tb.Fatalf("the program did not show %q within a minute:\n%q", text, t.seen.Bytes())
		}
	}
	t.seen.Reset()
}

// answer replies to the queries that programs start with: for the background
// and for the cursor's place.
func (t *terminal) answer(chunk []byte) {
	if !t.answers {
		return
	}
	for query, reply := range map[string]string{"\x1b]11;?": "\x1b]11;rgb:0000/0000/0000\x1b\\", "\x1b[6n": "\x1b[1;1R"} {
		if bytes.Contains(chunk, []byte(query)) {
			t.press(reply)
		}
	}
}

// quiet waits until the program writes nothing for a while, and then for a part
// of a frame, as a person would: frames come by a clock of their own.
func (t *terminal) quiet() {
	for {
		select {
		case <-t.chunks:
		case <-time.After(50 * time.Millisecond):
			t.seen.Reset()
			time.Sleep(rand.N(time.Second / 60))
			return
		}
	}
}

// settled waits until the program writes nothing for a while, and returns when
// it wrote the last time.
func (t *terminal) settled() (last time.Time) {
	<-t.chunks
	for {
		last = time.Now()
		select {
		case <-t.chunks:
		case <-time.After(100 * time.Millisecond):
			return last
		}
	}
}

func (t *terminal) press(keys string) {
	t.tb.Helper()
	if _, err := io.WriteString(t.pty, keys); err != nil {
		t.tb.Fatal(err)
	}
}

// stop ends the program and waits for it.
func (t *terminal) stop() {
	t.tb.Helper()
	if err := t.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.tb.Error(err)
	}
	_ = t.cmd.Wait() // it was killed
	_ = t.pty.Close()
	for range t.chunks {
	}
}

// build compiles a package of this module, for measurements without flags.
func build(tb testing.TB, pkg string, flags ...string) string {
	tb.Helper()
	out := filepath.Join(tb.TempDir(), "program")
	cmd := exec.CommandContext(tb.Context(), "go", append(append([]string{"build"}, flags...), "-o", out, pkg)...)
	cmd.Dir = filepath.Join("..", "..", "..")
	if msg, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("go build %s: %v\n%s", pkg, err, msg)
	}
	return out
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// sideBySide measures two actions in turn, so that both meet the same machine,
// and reports their medians and the ratio of these.
func sideBySide(b *testing.B, ours, theirs func() time.Duration) {
	b.Helper()
	var a, c []time.Duration
	for b.Loop() {
		a = append(a, ours())
		c = append(c, theirs())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(median(a).Microseconds())/1e3, "ms")
	b.ReportMetric(float64(median(c).Microseconds())/1e3, "ms-other")
	b.ReportMetric(float64(median(a))/float64(median(c)), "ratio")
}

// toFrame is the time from starting a program to a text on its screen.
func toFrame(tb testing.TB, answers bool, text, name string, args ...string) time.Duration {
	began := time.Now()
	t := start(tb, answers, name, args...)
	t.until(text)
	d := time.Since(began)
	t.stop()
	return d
}

// BenchmarkStart compares the time to the first frame, and to the home page,
// with that of the smallest Bubble Tea program that also has glamour in it.
// Goal: a ratio of at most 1.5 for the first frame.
func BenchmarkStart(b *testing.B) {
	ours, trivial := build(b, "."), build(b, "./internal/tools/bench/trivial")
	for name, answers := range map[string]bool{"answering": true, "silent": false} {
		for shows, text := range map[string]string{"frame": "Leakproof", "home": "Next:"} {
			b.Run(name+"/"+shows, func(b *testing.B) {
				sideBySide(b,
					func() time.Duration { return toFrame(b, answers, text, ours) },
					func() time.Duration { return toFrame(b, answers, "Leakproof", trivial) })
			})
		}
	}
}

// BenchmarkFirstSection compares the time to the first section of the longest
// lesson with glow's on the same file, where glow is installed. Some terminals
// answer no queries, which costs glow seconds.
func BenchmarkFirstSection(b *testing.B) {
	glow, err := exec.LookPath("glow")
	if err != nil {
		b.Skip("glow is not on the PATH: install it to compare with it")
	}
	ours := build(b, ".")
	const lesson, words = "13-fan-out-safely", "goroutine"
	for name, answers := range map[string]bool{"answering": true, "silent": false} {
		b.Run(name, func(b *testing.B) {
			sideBySide(b,
				func() time.Duration { return toFrame(b, answers, words, ours, "read", lesson) },
				func() time.Duration {
					return toFrame(b, answers, words, glow, "--tui", filepath.Join("lessons", lesson, "lesson.md"))
				})
		})
	}
}

// BenchmarkKeyToFrame measures from a key press to the bytes of its frame, on
// the page with the most work: a lesson's next section. Frames come 60 times a
// second, so half of one is waiting.
func BenchmarkKeyToFrame(b *testing.B) {
	t := start(b, true, build(b, "."))
	defer t.stop()
	t.until("Next:")
	t.press("\r")
	t.quiet()
	var all []time.Duration
	for b.Loop() {
		for _, key := range []string{"\x1b[C", "\x1b[D"} {
			began := time.Now()
			t.press(key)
			<-t.chunks
			all = append(all, time.Since(began))
			t.quiet()
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(median(all).Microseconds())/1e3, "ms")
}

// BenchmarkLongestSection measures from the key press to the longest section of
// all lessons, seen for the first time and drawn to the end, and beside it one
// render of that section by glamour. Goal: at most 40 ms.
func BenchmarkLongestSection(b *testing.B) {
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		b.Fatal(err)
	}
	var lesson *course.Lesson
	at, longest := 0, ""
	for _, l := range c.Lessons {
		for i, s := range l.Sections {
			if text := markdown(s); i > 0 && strings.Count(text, "\n") > strings.Count(longest, "\n") {
				lesson, at, longest = l, i, text
			}
		}
	}
	b.Logf("%s, section %d of %d, %d lines of Markdown", lesson.ID, at+1, len(lesson.Sections), strings.Count(longest, "\n"))
	ours := build(b, ".")
	sideBySide(b,
		func() time.Duration {
			t := start(b, true, ours, "read", lesson.ID)
			defer t.stop()
			t.until("of " + strconv.Itoa(len(lesson.Sections)))
			for range at - 1 {
				t.quiet()
				t.press("\x1b[C")
				<-t.chunks
			}
			t.quiet()
			began := time.Now()
			t.press("\x1b[C")
			return t.settled().Sub(began)
		},
		func() time.Duration {
			began := time.Now()
			r, err := glamour.NewTermRenderer(glamour.WithStandardStyle("dark"), glamour.WithWordWrap(80))
			if err == nil {
				_, err = r.Render(longest)
			}
			if err != nil {
				b.Fatal(err)
			}
			return time.Since(began)
		})
}

// markdown is a section as one document.
func markdown(s *course.Section) string {
	var text strings.Builder
	for _, block := range s.Blocks {
		switch block.Kind {
		case course.Prose:
			text.WriteString(block.Text + "\n\n")
		case course.Code:
			text.WriteString("```go\n" + block.Text + "\n```\n\n")
		case course.Picture:
			text.WriteString("```text\n" + block.Text + "\n```\n\n")
		default:
		}
	}
	return text.String()
}
