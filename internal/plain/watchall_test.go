package plain

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/watch"
)

var passed = grade.Verdict{Status: explain.Pass, Summary: "all 2 tests passed"}

// threeKatas gives the course of a bench two more katas and returns all.
func threeKatas(b *bench) []*course.Kata {
	pool, server := *b.kata, *b.kata
	pool.ID, pool.Number, pool.Name, pool.Title = "03-pool", 3, "pool", "The pool"
	server.ID, server.Number, server.Name, server.Title = "04-server", 4, "server", "The server"
	b.wb.Course.Katas = append(b.wb.Course.Katas, &pool, &server)
	return b.wb.Course.Katas
}

func solve(t *testing.T, b *bench, k *course.Kata) {
	t.Helper()
	if err := b.wb.Log.Append(t.Context(), progress.Event{Kind: progress.KindVerdict, Kata: k.ID, Status: "pass"}); err != nil {
		t.Fatal(err)
	}
}

func TestWatchAllGoesOnUntilAllAreSolved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		threeKatas(b)
		b.watchAll(t.Context(), nil, false)
		for _, v := range []grade.Verdict{failed, passed, passed, failed, passed} {
			b.runs <- v
			synctest.Wait()
			if v.Status == explain.Fail {
				b.saves <- watch.Event{}
				synctest.Wait()
			}
		}
		b.end(t)
		golden(t, "watch-all", b.desk)
	})
}

func TestWatchAllBeginsWithAKataAndGoesRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		katas := threeKatas(b)
		solve(t, b, katas[1])
		solve(t, b, katas[2])
		b.watchAll(t.Context(), katas[1], true)
		contains(t, b.out.take(), "Watching kata 3")
		got := b.verdict(passed)
		contains(t, got, "Kata 3, The pool. Pass", "Watching kata 2", b.file)
		if strings.Contains(got, "kata 4") || strings.Contains(got, "Next: ") {
			t.Errorf("a solved kata comes next, or a lesson does:\n%s", got)
		}
		contains(t, b.typed(t, "2"), "Hint 1 of 3")
		contains(t, b.verdict(passed), "Kata 2, The worker. Pass", "Every kata is solved.")
		b.end(t)
	})
}

func TestWatchAllLeavesAKataOnlyWithTheVerdictOnTheLatestSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		threeKatas(b)
		b.watchAll(t.Context(), nil, true)
		contains(t, b.save(watch.Event{}), "Saved. Checking.")
		if got := b.verdict(failed); strings.Count(got, "Kata 2") != 1 || strings.Contains(got, "Watching") {
			t.Errorf("want one verdict on kata 2, got:\n%s", got)
		}
		b.save(watch.Event{})
		contains(t, b.verdict(passed), "Watching kata 3")
		if n := b.running.Load(); n != 1 {
			t.Errorf("%d runs after kata 3 was begun, want 1", n)
		}
		b.typed(t, "0")
		b.end(t)
	})
}

func TestWatchAllEndsWithTheInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		threeKatas(b)
		b.watchAll(t.Context(), nil, true)
		_ = b.types.Close()
		synctest.Wait()
		b.out.take()
		got := b.verdict(passed)
		contains(t, got, "Kata 2, The worker. Pass", "The input has ended.")
		if strings.Contains(got, "Watching") {
			t.Errorf("another kata is begun with nobody there:\n%s", got)
		}
		b.end(t)
	})
}

func TestWatchAllEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		threeKatas(b)
		ctx, cancel := context.WithCancel(t.Context())
		b.watchAll(ctx, nil, false)
		b.verdict(passed)
		cancel() // during the run of the second kata
		b.end(t)
		if strings.Contains(b.out.String(), "Every kata is solved") {
			t.Errorf("an interrupt is told as the end:\n%s", b.out.String())
		}
	})
}

func TestWatchAllEndsWhenNothingIsSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		threeKatas(b)
		state := filepath.Dir(b.wb.Space.Backup)
		if err := os.RemoveAll(state); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(state, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		b.watchAll(t.Context(), nil, false)
		for range 3 {
			b.verdict(passed)
		}
		b.end(t)
		if n := strings.Count(b.notes.String(), "Note: "); n != 1 {
			t.Errorf("it was told %d times that nothing is saved, want once", n)
		}
	})
}

// The learner saves in an editor that has the terminal, and the verdict on the
// file before comes meanwhile.
func TestAVerdictOlderThanASaveIsNotPrinted(t *testing.T) {
	for range 20 { // a select chooses at random
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.wb.Getenv = func(string) string { return "vim" }
			b.wb.LookPath = func(name string) (string, error) { return "/bin/" + name, nil }
			b.run = func(*exec.Cmd) error {
				b.runs <- passed
				b.saves <- watch.Event{}
				time.Sleep(time.Second) // both are there
				return nil
			}
			b.watchAll(t.Context(), b.kata, true)
			if got := b.typed(t, "3"); strings.Contains(got, "Pass") {
				t.Errorf("the verdict on the file before the save is printed:\n%s", got)
			}
			contains(t, b.verdict(failed), ". Fail: ")
			b.typed(t, "0")
			b.end(t)
		})
	}
}

func TestHowSavesAreSeenIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		threeKatas(b)
		b.watchAll(t.Context(), nil, true)
		b.out.take()
		looked := watch.Event{Notice: "this folder is looked at"}
		if got := b.save(looked); got != "\nNote: this folder is looked at.\n" {
			t.Errorf("a notice is told as %q", got)
		}
		b.verdict(passed)
		if got := b.save(looked); got != "" {
			t.Errorf("with the next kata it is told again: %q", got)
		}
		if n := b.running.Load(); n != 1 {
			t.Errorf("%d runs after a notice, want the one at the start", n)
		}
		b.typed(t, "0")
		b.end(t)
	})
}
