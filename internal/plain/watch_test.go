package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workspace"
)

// bench is a desk with a learner who types and saves, and a grader who waits
// to be told what a run comes to.
type bench struct {
	*desk
	types   io.WriteCloser
	saves   chan watch.Event
	runs    chan grade.Verdict // taken by the run that is going on
	running atomic.Int32
	ended   chan error
}

// killing is how long a run needs to end, on the clock of the bubble.
const killing = time.Second

func newBench(t *testing.T) *bench {
	in, learner := io.Pipe()
	b := &bench{desk: newDesk(t, in), types: learner, saves: make(chan watch.Event, 1), runs: make(chan grade.Verdict), ended: make(chan error, 1)}
	b.wb.Watch = func(ctx context.Context, _ string) (<-chan watch.Event, error) {
		out := make(chan watch.Event)
		go func() {
			defer close(out)
			for {
				select {
				case e := <-b.saves:
					select {
					case out <- e:
					case <-ctx.Done():
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}()
		return out, nil
	}
	b.wb.Grade = func(ctx context.Context, _ grade.Suite) (grade.Verdict, error) {
		b.running.Add(1)
		defer b.running.Add(-1)
		select {
		case v := <-b.runs:
			return v, nil
		case <-ctx.Done():
			time.Sleep(killing)
			return grade.Verdict{}, ctx.Err()
		}
	}
	return b
}

func (b *bench) watch(ctx context.Context, dialogue bool) {
	b.begin(func() error { return b.Watch(ctx, b.kata, dialogue) })
}

func (b *bench) watchAll(ctx context.Context, first *course.Kata, dialogue bool) {
	b.begin(func() error { return b.WatchAll(ctx, first, dialogue) })
}

func (b *bench) begin(watch func() error) {
	go func() {
		err := watch()
		if n := b.running.Load(); n != 0 {
			err = fmt.Errorf("%d runs go on after Watch returned %w", n, err)
		}
		b.ended <- err
	}()
	synctest.Wait()
}

// save, types and verdict return what was printed in answer.
func (b *bench) save(e watch.Event) string {
	b.saves <- e
	synctest.Wait()
	return b.out.take()
}

func (b *bench) typed(t *testing.T, line string) string {
	t.Helper()
	if _, err := io.WriteString(b.types, line+"\n"); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return b.out.take()
}

func (b *bench) verdict(v grade.Verdict) string {
	b.runs <- v
	synctest.Wait()
	return b.out.take()
}

func (b *bench) end(t *testing.T) {
	t.Helper()
	select {
	case err := <-b.ended:
		if err != nil {
			t.Errorf("Watch: %v", err)
		}
	case <-time.After(2 * killing):
		t.Fatalf("still watching after:\n%s", b.out.String())
	}
	_ = b.types.Close()
	synctest.Wait()
}

var failed = grade.Verdict{
	Status: explain.Fail, Summary: "1 of 2 tests failed; start with TestEnds",
	Tests: []explain.Test{
		{Name: "TestEnds", Status: explain.Fail, Message: "Run must return.\nIt still waits \x1b[31mnow\x1b[0m.", File: "katas/02-worker/notes_test.go", Line: 12},
		{Name: "TestWorks", Status: explain.Pass},
	},
	Notes: []string{"the suite was edited; the pristine one ran"},
}

func TestWatchChecksAtOnceAndAtEachSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.watch(t.Context(), true)
		contains(t, b.out.take(), "Watching kata 2, The worker.", b.file, "Checking.")
		got := b.verdict(failed)
		contains(t, got, "Kata 2, The worker. Fail: 1 of 2 tests failed; start with TestEnds\n\nFailed: TestEnds\n"+
			"  Run must return.\n  It still waits [31mnow[0m.\n  The test: katas/02-worker/notes_test.go, line 12\n"+
			"Note: the suite was edited; the pristine one ran\n\nYour file: "+b.file, "1 check now")
		if strings.Contains(got, "TestWorks") || strings.ContainsRune(got, '\x1b') {
			t.Errorf("a passed test or an escape sequence is shown:\n%q", got)
		}
		contains(t, b.save(watch.Event{}), "Saved. Checking.")
		got = b.verdict(grade.Verdict{Status: explain.Pass, Summary: "all 2 tests passed"})
		contains(t, got, "Kata 2, The worker. Pass: all 2 tests passed\nNext: lesson 1")
		if !b.wb.Log.State().KataSolved("02-worker") {
			t.Error("the pass is not recorded")
		}
		b.typed(t, "0")
		b.end(t)
	})
}

// TestWatchTellsHowATestJudges while the run goes on.
func TestWatchTellsHowATestJudges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		grading := b.wb.Grade
		b.wb.Grade = func(ctx context.Context, s grade.Suite) (grade.Verdict, error) {
			s.Tell(explain.Test{Status: explain.Pass, Message: "your test accepts the right one"})
			s.Tell(explain.Test{Status: explain.Fail, Message: "your test passes the wrong one: it did not notice"})
			return grading(ctx, s)
		}
		b.watch(t.Context(), true)
		contains(t, b.out.take(), "Right: your test accepts the right one.\n", "Not yet: your test passes the wrong one: it did not notice.\n")
		b.verdict(failed)
		b.typed(t, "0")
		b.end(t)
	})
}

func TestTheLatestSaveWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.watch(t.Context(), true)
		for range 5 {
			b.save(watch.Event{})
			if n := b.running.Load(); n != 1 {
				t.Fatalf("%d runs at once", n)
			}
		}
		// The run that is being ended holds up neither saves nor words.
		contains(t, b.typed(t, "2"), "Hint 1 of 3")
		time.Sleep(10 * killing)
		if got := b.verdict(failed); strings.Count(got, ". Fail: ") != 1 {
			t.Errorf("want one verdict, got:\n%s", got)
		}
		time.Sleep(2 * killing)
		if n := b.running.Load(); n != 0 {
			t.Errorf("%d runs after the verdict on the latest save", n)
		}
		b.typed(t, "0")
		b.end(t)
	})
}

func TestWatchTakesNumbersDuringARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.watch(t.Context(), true)
		contains(t, b.typed(t, "2"), "Hint 1 of 3: The question to ask")
		contains(t, b.typed(t, "2"), "Hint 2 of 3: The idea")
		contains(t, b.typed(t, "2"), "Hint 3 of 3", "That is the last hint.")
		contains(t, b.typed(t, "2"), "Hint 3 of 3", "That is the last hint.")
		contains(t, b.typed(t, "3"), "The file was not opened", b.file)
		contains(t, b.typed(t, "4"), "Incident", "1 GB")
		contains(t, b.typed(t, ""), "That was an empty line.", "1 check now")
		contains(t, b.typed(t, "5"), "Kata 2 is not solved yet")
		contains(t, b.typed(t, "1"), "Compare with:", "1. solution: A context.", "2. right-channel: A channel.", "0. None")
		contains(t, b.typed(t, "2"), "What it trades: One more field.", "-// broken", "+// right too", "Also accepted, solution: A context.")
		contains(t, b.typed(t, "6"), "back to its broken start?")
		contains(t, b.typed(t, "0"), "1 check now")
		contains(t, b.typed(t, "1"), "Checking.")
		contains(t, b.verdict(failed), ". Fail: ")
		b.typed(t, "0")
		b.end(t)
	})
}

func TestTheEndOfTheInputLetsARunFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.watch(t.Context(), true)
		_ = b.types.Close()
		synctest.Wait()
		if b.running.Load() != 1 {
			t.Fatal("the end of the input ended the run")
		}
		contains(t, b.verdict(failed), ". Fail: ", "The input has ended.")
		b.end(t)
	})
}

func TestWithoutADialogueOnlyTheContextEndsWatching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, cancel := context.WithCancel(t.Context())
		_ = b.types.Close()
		b.watch(ctx, false)
		contains(t, b.verdict(failed), "Each save is checked. Ctrl+C stops.")
		contains(t, b.save(watch.Event{}), "Saved.")
		contains(t, b.verdict(failed), ". Fail: ")
		b.save(watch.Event{})
		cancel() // during a run
		b.end(t)
	})
}

func TestWatchTellsWhySavesAreNotSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.watch(t.Context(), true)
		contains(t, b.save(watch.Event{Err: errors.New("the folder is gone; put it back")}), "Note: the folder is gone; put it back")
		b.typed(t, "0")
		b.end(t)
		b.wb.Watch = func(context.Context, string) (<-chan watch.Event, error) { return nil, errors.New("too many watches") }
		if err := b.Watch(t.Context(), b.kata, false); err == nil || err.Error() != "too many watches" {
			t.Errorf("Watch where nothing can be watched: %v", err)
		}
	})
}

func TestOutsideACloneAKataCanBeRead(t *testing.T) {
	d := newDesk(t, typing("4", "2", "0", "0"))
	d.wb.Space.Root = ""
	if err := d.Menu(t.Context()); err != nil {
		t.Fatal(err)
	}
	contains(t, d.out.String(), "Incident", "this folder is not in a workspace or clone of leakproof")
	if err := d.Watch(t.Context(), d.kata, true); !errors.Is(err, workspace.ErrNotFound) {
		t.Errorf("Watch outside a clone: %v", err)
	}
}

func TestLongDetailsAreCut(t *testing.T) {
	d := newDesk(t, nil)
	d.Verdict(d.kata, grade.Verdict{Status: explain.Timeout, Summary: "TestEnds had not ended", Detail: strings.Repeat("goroutine\n", 90)})
	out := d.out.String()
	contains(t, out, "Timeout: TestEnds had not ended", "(50 more lines)")
	if n := strings.Count(out, "goroutine"); n != maxDetail {
		t.Errorf("%d lines of detail, want %d", n, maxDetail)
	}
}

func TestResetKeepsWhatItReplaces(t *testing.T) {
	d := newDesk(t, typing("0", "1"))
	if err := os.WriteFile(d.file, []byte("package worker\n\n// mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if done, err := d.Reset(t.Context(), d.kata, false); done || err != nil {
		t.Fatalf("Reset after a no: %t, %v", done, err)
	}
	if done, err := d.Reset(t.Context(), d.kata, false); !done || err != nil {
		t.Fatalf("Reset after a yes: %t, %v", done, err)
	}
	if src, err := os.ReadFile(d.file); err != nil || !strings.Contains(string(src), "broken") {
		t.Errorf("the file is %q, %v; want the start", src, err)
	}
	_, at, _ := strings.Cut(d.out.String(), "Backup: ")
	if src, err := os.ReadFile(strings.TrimSpace(at)); err != nil || !strings.Contains(string(src), "mine") {
		t.Errorf("the backup is %q, %v; want what the learner wrote", src, err)
	}
	if _, err := d.Reset(t.Context(), d.kata, false); !errors.Is(err, io.EOF) {
		t.Errorf("Reset with nobody to ask: %v, want io.EOF", err)
	}
}

func TestCompareShowsASolutionOnlyToWhoWantsIt(t *testing.T) {
	d := newDesk(t, typing("0"))
	solution := d.kata.Variant("solution")
	if shown, err := d.Compare(t.Context(), d.kata, solution, false); shown || err != nil {
		t.Fatalf("Compare after a no: %t, %v", shown, err)
	}
	if strings.Contains(d.out.String(), "right") {
		t.Errorf("the solution is shown after a no:\n%s", d.out.String())
	}
	if shown, err := d.Compare(t.Context(), d.kata, solution, true); !shown || err != nil {
		t.Fatalf("Compare with --yes: %t, %v", shown, err)
	}
	contains(t, d.out.take(), "solution: A context.", "-// broken", "+// right")
	if _, err := d.wb.Check(t.Context(), d.kata, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.file, solution.Files["notes.go"], 0o644); err != nil {
		t.Fatal(err)
	}
	if shown, err := d.Compare(t.Context(), d.kata, solution, false); !shown || err != nil {
		t.Fatalf("Compare of a solved kata: %t, %v", shown, err)
	}
	contains(t, d.out.String(), "Your file says the same, word for word.")
}

func TestTheEditorIsRunAsItsKindWants(t *testing.T) {
	for editor, want := range map[string]string{"vim": "here", "gvim": "window"} {
		d := newDesk(t, nil)
		d.wb.Getenv = func(string) string { return editor }
		d.wb.LookPath = func(name string) (string, error) { return "/bin/" + name, nil }
		got, args := "", []string(nil)
		d.run = func(c *exec.Cmd) error { got, args = "here", c.Args; return nil }
		d.start = func(c *exec.Cmd) error { got, args = "window", c.Args; return nil }
		d.edit(d.kata, &grade.Verdict{Summary: "notes.go:7: bad"})
		if got != want || !strings.Contains(strings.Join(args, " "), d.file) || !strings.Contains(strings.Join(args, " "), "7") {
			t.Errorf("%s ran %q with %q", editor, got, args)
		}
	}
}
