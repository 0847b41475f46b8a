package tui

import (
	"context"
	"errors"
	"example.com/leakproof/internal/tui/page"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/watch"
)

func repairing(size string) setup {
	s := sizes[size]
	s.start = page.Route{Page: page.Kata, ID: "1"}
	return s
}

// scripted grades with one verdict after the other, each taking a second.
func scripted(verdicts ...grade.Verdict) func(context.Context, grade.Suite) (grade.Verdict, error) {
	var run atomic.Int32
	return func(ctx context.Context, _ grade.Suite) (grade.Verdict, error) {
		v := verdicts[min(int(run.Add(1)), len(verdicts))-1]
		select {
		case <-time.After(time.Second):
			return v, nil
		case <-ctx.Done():
			return grade.Verdict{}, ctx.Err()
		}
	}
}

func TestKata(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, repairing(name), func(d *driver) {
				d.sees("katas/01-open-file/notes.go")
				d.golden()
			})
		})
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, repairing(name), func(d *driver) {
				d.press("2")
				d.sees("FAIL")
				d.golden()
			})
		})
	}
}

func TestResultsWithoutColor(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.noColor = true
	drive(t, s, func(d *driver) {
		d.press("2")
		d.sees("[FAIL] 1 of 2 tests fails", "1 of 2 tests pass", "✓ 1 test passed", "> ▾ ✗ TestReadClosesOnFailure", "Read returned while its handle was open;", "notes_test.go:41")
		d.golden()
	})
}

func TestSaveRunsTheSuite(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.grade = scripted(failing, passing)
	drive(t, s, func(d *driver) {
		d.wait(300 * time.Millisecond)
		d.sees("running 0 s")
		d.wait(time.Second)
		d.sees("fail")
		d.save()
		d.wait(300 * time.Millisecond)
		d.sees("running 0 s", "The notes service")
		d.wait(time.Second)
		d.sees("PASS All 2 tests pass.", "2 of 2 tests pass")
		if !d.env.Workbook.Log.State().KataSolved("01-open-file") {
			d.Error("the pass is not recorded")
		}
		d.press("q")
		d.sees("✓ Kata 01")
	})
}

func TestNewestSaveWins(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	var started, cancelled atomic.Int32
	s.grade = func(ctx context.Context, _ grade.Suite) (grade.Verdict, error) {
		if started.Add(1) == 3 {
			return passing, nil
		}
		<-ctx.Done()
		cancelled.Add(1)
		return failing, ctx.Err()
	}
	drive(t, s, func(d *driver) {
		d.save()
		d.save()
		d.press("2")
		d.sees("PASS")
		if started.Load() != 3 || cancelled.Load() != 2 {
			d.Errorf("%d runs started and %d were cancelled, want 3 and 2", started.Load(), cancelled.Load())
		}
	})
}

func TestLeavingEndsTheRun(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	var ended atomic.Bool
	s.grade = func(ctx context.Context, _ grade.Suite) (grade.Verdict, error) {
		<-ctx.Done()
		ended.Store(true)
		return grade.Verdict{}, ctx.Err()
	}
	drive(t, s, func(d *driver) {
		d.press("q")
		if !ended.Load() {
			d.Error("the run goes on after its screen was left")
		}
	})
}

func TestEditOpensAtTheLine(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.getenv = map[string]string{"EDITOR": "vim"}
	drive(t, s, func(d *driver) {
		d.press("e")
		if len(d.edited) != 1 || !strings.Contains(d.edited[0], "+7") || !strings.HasSuffix(d.edited[0], "notes.go") {
			d.Errorf("the editor was called as %q, want line 7 of notes.go", d.edited)
		}
	})
}

func TestNoEditorSaysHowToSetOne(t *testing.T) {
	t.Parallel()
	drive(t, repairing("80x24"), func(d *driver) {
		d.press("e")
		d.sees("EDITOR")
	})
}

func TestHintsComeOneByOne(t *testing.T) {
	t.Parallel()
	drive(t, repairing("80x24"), func(d *driver) {
		for id, text := range map[string]string{"start": "broken", "solution": "repaired"} {
			d.kata().Variant(id).Files["notes.go"] = []byte("// First " + text + ".\n" + strings.Repeat("\n", 8) + "// Then " + text + ".\n")
		}
		d.press("h")
		d.sees("1. The question to ask", "h shows the next one.")
		d.lacks("2. The idea")
		d.lacks("One repair")
		d.press("h", "h")
		d.sees("3. The shape of the code", "One repair begins like this.")
		d.press("end")
		d.sees("- // First broken.", "+ // First repaired.")
		d.lacks("Then repaired")
		d.golden()
		d.press("h")
		d.sees("All hints are shown")
		if got := d.env.Workbook.Log.State().HintTier("01-open-file"); got != 3 {
			d.Errorf("hint tier %d is recorded, want 3", got)
		}
	})
}

func TestSolutionsAskBeforeGreen(t *testing.T) {
	t.Parallel()
	drive(t, repairing("80x24"), func(d *driver) {
		d.press("d")
		d.sees("Kata 1 is not solved yet, and the comparison shows a solution. Show it all the same?")
		d.press("y") // typed ahead: too soon to be an answer
		d.sees("Show it all the same?")
		d.wait(dialogGrace)
		d.press("n")
		d.lacks("The reference")
		d.press("d")
		d.wait(dialogGrace)
		d.press("y")
		d.sees("1 of 3 The reference", "A deferred close right after the open.", "What it trades: Nothing to speak of.", `+ const Version = "solution"`)
		d.golden()
		d.press("right")
		d.sees("2 of 3 Another good repair: early")
	})
}

func TestSolutionsLook(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			s := repairing(name)
			s.grade = func(context.Context, grade.Suite) (grade.Verdict, error) { return passing, nil }
			drive(t, s, func(d *driver) {
				d.press("d")
				d.sees("1 of 3 The reference")
				d.golden()
			})
		})
	}
}

func TestSolutionsAfterGreen(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.grade = func(context.Context, grade.Suite) (grade.Verdict, error) { return passing, nil }
	drive(t, s, func(d *driver) {
		d.press("d")
		d.sees("1 of 3 The reference")
	})
}

func TestResetKeepsABackup(t *testing.T) {
	t.Parallel()
	drive(t, repairing("120x40"), func(d *driver) {
		path := d.env.Workbook.Space.Path(d.kata())
		writeFile(d.T, path, "package openfile // mine\n")
		d.press("R")
		d.sees("Your version is kept in")
		d.wait(dialogGrace)
		d.press("y")
		d.sees("Kata 1 is at its start. Backup:")
		if got := readFile(d.T, path); got != string(d.kata().Start()) {
			d.Errorf("the file is now %q", got)
		}
	})
}

func TestMissingFileIsTold(t *testing.T) {
	t.Parallel()
	drive(t, repairing("120x40"), func(d *driver) {
		if err := os.Remove(d.env.Workbook.Space.Path(d.kata())); err != nil {
			d.Fatal(err)
		}
		d.press("d")
		d.wait(dialogGrace)
		d.press("y")
		d.sees("leakproof reset 1")
	})
}

func TestOutsideACloneReadingStillWorks(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.outside = true
	drive(t, s, func(d *driver) {
		d.sees("The notes service", "run the workbook in a clone")
		d.press("r")
		d.sees("--dir")
	})
}

func TestWithoutEventsRunsAreByHand(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.watchError = errors.New("saves cannot be seen: press r to run the suite")
	drive(t, s, func(d *driver) {
		d.sees("press r to run the suite", "r runs the suite.")
		d.press("r")
		d.press("2")
		d.sees("FAIL")
	})
}

func TestANoticeAboutEventsIsNoSaveAndNoError(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	var runs atomic.Int32
	s.grade = func(context.Context, grade.Suite) (grade.Verdict, error) { runs.Add(1); return failing, nil }
	drive(t, s, func(d *driver) {
		d.saves <- watch.Event{Notice: "this folder is looked at 4 times a second"}
		d.settle()
		d.sees("Note: this folder is looked at 4 times a second.", "every save runs the suite")
		if n := runs.Load(); n != 1 {
			d.Errorf("%d runs, want the one at the start", n)
		}
		d.press("2")
		d.lacks("looked at")
		d.save()
		if n := runs.Load(); n != 2 {
			d.Errorf("%d runs after a save, want 2", n)
		}
	})
}

func TestCompileErrorIsShown(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.grade = func(context.Context, grade.Suite) (grade.Verdict, error) {
		return grade.Verdict{
			Kata: "01-open-file", Status: explain.CompileError, Summary: "notes.go:12 does not compile: undefined: x",
			Detail: "# example.com/leakproof/katas/01-open-file\nkatas/01-open-file/notes.go:12:2: undefined: x\n",
		}, nil
	}
	s.getenv = map[string]string{"EDITOR": "vim"}
	drive(t, s, func(d *driver) {
		d.press("2")
		d.sees("DOES NOT COMPILE", "notes.go:12:2: undefined: x")
		d.press("e")
		if len(d.edited) != 1 || !strings.Contains(d.edited[0], "+12") {
			d.Errorf("the editor was called as %q, want line 12", d.edited)
		}
	})
}

func TestAFailureLeadsToItsLessonAndBack(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.start = page.Route{Page: page.Kata, ID: "1"}
	drive(t, s, func(d *driver) {
		d.press("2")
		d.sees("Often the reason:", "l reads “Close on every way out” in lesson 1")
		d.press("l")
		d.sees("Leakproof › Close what you open", "A deferred call runs on every return.")
		d.press("q")
		d.sees("Kata 01 Open file", "Often the reason:")
		d.press("t")
		d.sees("katas/01-open-file/notes_test.go:", "func TestReadClosesOnFailure(t *testing.T) {}")
		d.press("esc")
		d.sees("Kata 01 Open file")
		d.press("l", "q", "q")
		d.sees("Next:")
	})
}

func TestAFindingShowsTheLearnersLines(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.start = page.Route{Page: page.Kata, ID: "1"}
	s.grade = func(context.Context, grade.Suite) (grade.Verdict, error) {
		v := failing
		v.Findings = []explain.Finding{{
			Kind: explain.KindLeak, Text: "one goroutine still waits to send at notes.go:3", Test: "TestReadClosesOnFailure",
			Places: []explain.Place{
				{File: "katas/01-open-file/notes.go", Line: 3, What: "waits to send"},
				{File: "katas/01-open-file/notes_test.go", Line: 1, What: "started"},
			},
			Stack: "goroutine 7 [chan send]:\nopenfile.Read()",
		}}
		return v, nil
	}
	drive(t, s, func(d *driver) {
		d.press("2")
		d.sees("What happened: one goroutine still waits to send at notes.go:3.", "// waits to send", "s shows the report behind it.")
		d.golden()
		d.press("s")
		d.sees("The report", "goroutine 7 [chan send]:")
		d.press("q")
		d.sees("What happened:")
	})
}

func TestAFindingOfTheWholeRunStandsAboveTheTests(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.start = page.Route{Page: page.Kata, ID: "1"}
	s.grade = func(context.Context, grade.Suite) (grade.Verdict, error) {
		return grade.Verdict{
			Kata: "01-open-file", Status: explain.CompileError, Summary: "notes.go:3: undefined: x; repair this first.",
			Findings: []explain.Finding{{
				Kind: explain.KindCompile, Text: "notes.go:3: undefined: x",
				Places: []explain.Place{{File: "katas/01-open-file/notes.go", Line: 3, What: "undefined: x"}},
			}},
		}, nil
	}
	drive(t, s, func(d *driver) {
		d.press("2")
		d.sees("DOES NOT COMPILE", "What happened: notes.go:3: undefined: x.", "// undefined: x")
	})
}
