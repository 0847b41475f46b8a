package tui

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/tui/page"
)

// refused is a verdict of so many tests that fail for the same reason, after
// one that fails for another, and before three that pass.
func refused(alike int) grade.Verdict {
	v := grade.Verdict{Kata: "01-open-file", Status: explain.Fail, Race: true, Summary: "Many tests failed."}
	add := func(name string, status explain.Status, message string) {
		v.Tests = append(v.Tests, explain.Test{Name: name, Status: status, Message: message, File: "notes_test.go", Line: 1})
	}
	add("TestGood1", explain.Pass, "")
	add("TestReadClosesOnFailure", explain.Fail, strings.Repeat("a message of many lines\n", 30))
	for i := range alike {
		add(fmt.Sprintf("TestAlike%d", i+1), explain.Fail, fmt.Sprintf("after %d seconds a handle was open", i))
	}
	add("TestGood2", explain.Pass, "")
	add("TestGood3", explain.Pass, "")
	return v
}

func (d *driver) line(n int) string { return strings.TrimSpace(strings.Split(d.look(), "\n")[n]) }

// lineOf is the line of the screen that holds a text.
func (d *driver) lineOf(text string) int {
	d.Helper()
	for i, line := range strings.Split(d.look(), "\n") {
		if strings.Contains(line, text) {
			return i
		}
	}
	d.Fatalf("no line shows %q:\n%s", text, d.look())
	return 0
}

func graded(size string, verdicts ...grade.Verdict) setup {
	s := repairing(size)
	s.grade = scripted(verdicts...)
	return s
}

func TestTheFirstRedScreenBeginsWithTheBadge(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]int{"80x24": 4, "40x12": 2} {
		t.Run(name, func(t *testing.T) {
			drive(t, graded(name, refused(3)), func(d *driver) {
				d.wait(aRun)
				d.press("2")
				if got := d.line(first); got != "FAIL" {
					d.Errorf("the results begin with %q:\n%s", got, d.look())
				}
				d.sees("more ↓")
			})
		})
	}
}

func TestFailuresAreGroupedAndPassesFolded(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, graded(name, refused(3)), func(d *driver) {
				d.wait(aRun)
				d.press("2", "enter", "down") // the long one is closed
				d.golden()
				d.press("enter")
				d.sees("3 tests fail alike", "✗ TestReadClosesOnFailure", "> ▾ ✗ TestAlike1", "after 0 seconds")
				d.press("end")
				d.sees("> ▸ ✓ 3 tests passed")
				d.lacks("TestGood1")
				d.press("enter", "down", "down")
				d.sees("✓ TestGood1", "> ▸ ✓ TestGood2")
				d.press("t")
				d.sees("The suite has no test of that name.")
			})
		})
	}
}

func TestATestThatFailsLikeAnotherStandsForNoBelief(t *testing.T) {
	t.Parallel()
	v := grade.Verdict{Kata: "01-open-file", Status: explain.Fail, Race: true, Summary: "Both failed.", Tests: []explain.Test{
		{Name: "TestReadClosesOnFailure", Status: explain.Fail, Message: "a handle was open"},
		{Name: "TestReadWorks", Status: explain.Fail, Message: "it fails, as TestReadClosesOnFailure says"},
	}}
	drive(t, graded("80x24", v), func(d *driver) {
		d.wait(aRun)
		d.press("2")
		d.sees("2 tests fail alike", "Often the reason", "in lesson 1")
		d.press("enter", "down", "enter")
		d.sees("> ▾ ✗ TestReadWorks", "It fails like TestReadClosesOnFailure.")
		d.lacks("Often the reason")
		d.lacks("in lesson 1")
	})
}

func TestAVerdictIsComparedWithTheOneBefore(t *testing.T) {
	t.Parallel()
	drive(t, graded("80x24", refused(3), refused(1), refused(2)), func(d *driver) {
		d.wait(aRun)
		d.lacks("than last time")
		d.save()
		d.wait(aRun)
		d.sees("FAIL 2 fewer than last time")
		d.save()
		d.wait(300 * time.Millisecond)
		d.sees("Running the suite", "FAIL", "Many tests failed.") // the old one stays
		d.wait(aRun)
		d.sees("FAIL 1 more than last time")
	})
}

func TestBriefAndResultsStandSideBySide(t *testing.T) {
	t.Parallel()
	for width, beside := range map[int]bool{109: false, 110: true} {
		s := graded("80x24", refused(3))
		s.width, s.height = width, 24
		drive(t, s, func(d *driver) {
			d.wait(aRun)
			d.sees("The notes service stopped")
			if got := strings.Contains(d.look(), "FAIL"); got != beside {
				d.Errorf("at %d columns the results are beside the brief: %t", width, got)
			}
			d.press("2")
			if got := strings.Contains(d.look(), "The notes service"); got != beside {
				d.Errorf("at %d columns the brief is beside the results: %t", width, got)
			}
		})
	}
}

func TestPanesScrollByThemselves(t *testing.T) {
	t.Parallel()
	s := graded("120x40", refused(3))
	s.height = 16
	drive(t, s, func(d *driver) {
		d.wait(aRun)
		d.press("f") // the brief goes to its fine print
		d.sees("Fine print", "FAIL")
		if n := strings.Count(d.look(), "more ↓"); n != 1 {
			d.Errorf("%d marks that text goes on, want one for the results:\n%s", n, d.look())
		}
		d.program.Send(tea.MouseWheelMsg{X: 100, Y: 8, Button: tea.MouseWheelDown})
		d.settle()
		d.lacks("FAIL")
		d.sees("Fine print")
		d.press("f")
		d.lacks("What you may change is")
		d.sees("▸ Fine print")
	})
}

func TestTheMouseOnAKata(t *testing.T) {
	t.Parallel()
	drive(t, graded("80x24", refused(3)), func(d *driver) {
		d.wait(aRun)
		d.click(13, 2)
		d.sees("[2 Results]", "> ▾ ✗ TestReadClosesOnFailure")
		d.click(6, d.lineOf("TestReadClosesOnFailure"))
		d.sees("> ▸ ✗ TestReadClosesOnFailure")
		d.click(20, d.lineOf("TestAlike2"))
		d.sees("> ▾ ✗ TestAlike2", "after 1 seconds")
		d.click(20, d.lineOf("3 tests passed"))
		d.sees("▾ ✓ 3 tests passed", "TestGood2")
		d.click(25, 2)
		d.sees("[3 Hints]")
	})
}

func TestTabsReachEachOtherAndNobodyIsTrapped(t *testing.T) {
	t.Parallel()
	drive(t, graded("80x24", refused(3)), func(d *driver) {
		d.wait(aRun)
		for _, open := range []string{"[2 Results]", "[3 Hints]", "[4 Solutions]", "[5 Attempts]", "[1 Brief]"} {
			d.press("tab")
			d.sees(open)
		}
		for _, open := range []string{"[5 Attempts]", "[4 Solutions]", "[3 Hints]"} {
			d.press("shift+tab")
			d.sees(open)
		}
		d.press("4")
		d.sees("d shows them before that.")
		d.lacks("Show it all the same?")
		for _, from := range []string{"4", "5", "1"} {
			d.press(from)
			before := d.look()
			d.press("d")
			d.sees("Show it all the same?")
			d.wait(dialogGrace)
			d.press("n")
			if d.look() != before {
				d.Errorf("a no left tab %s for:\n%s", from, d.look())
			}
		}
	})
}

func TestQGoesOneLevelUp(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.start = page.Route{Page: page.Lesson, ID: "01-close", Section: "close-on-every-way-out"}
	drive(t, s, func(d *driver) {
		d.program.Send(d.model.Open(page.Route{Page: page.Kata, ID: "1"})())
		d.settle()
		d.press("2")
		d.sees("Kata 01", "l reads")
		d.press("l") // the very section that is open below
		d.sees("Leakproof › Close what you open")
		d.press("q")
		d.sees("Leakproof › Kata 01", "[2 Results]")
		d.press("q")
		d.sees("Next:")
	})
}

func TestQLeavesADiffAndACandidateForTheirLists(t *testing.T) {
	t.Parallel()
	s := attempted("80x24")
	drive(t, s, func(d *driver) {
		d.attempts()
		d.press("5", "down", "enter")
		d.sees("From the attempt of")
		d.press("q")
		d.sees("[5 Attempts]", "Checked")
		d.press("m")
		d.sees("What almost works")
		d.press("enter")
		d.sees("Compared with the reference")
		d.press("q")
		d.sees("Pick one")
		d.press("q")
		d.sees("[5 Attempts]", "Checked")
		d.press("q")
		d.lacks("Leakproof ›")
	})
}

func TestAKeyHasOneMeaning(t *testing.T) {
	t.Parallel()
	s := graded("120x40", refused(3), passing)
	drive(t, s, func(d *driver) {
		check := func(where string) {
			d.Helper()
			seen := map[string]string{}
			for _, a := range d.model.actions() {
				name := a.Help().Key
				if does, twice := seen[name]; twice {
					d.Errorf("%s: %q is %q and %q", where, name, does, a.Help().Desc)
				}
				seen[name] = a.Help().Desc
			}
		}
		d.wait(aRun)
		for _, tab := range []string{"1", "2", "3", "4", "5"} {
			d.press(tab)
			check("tab " + tab)
		}
		d.press("enter")
		check("a comparison")
		d.press("?")
		check("help")
		d.press("?", "2")
		d.save()
		d.wait(aRun)
		d.press("m")
		check("what almost works")
		d.press("enter")
		check("a candidate")
	})
}

func TestGreenIsWorthAMoment(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, graded(name, failing, passing), func(d *driver) {
				d.wait(aRun)
				d.saveVersion("package openfile // mine\n")
				d.sees("PASS", "All 2 tests pass.")
				d.golden()
				if name != "40x12" {
					d.sees("You have just made this impossible", "The notes service stopped answering after four hours.",
						"Beliefs", "• “The garbage collector", "You tried 2 versions on the way.", "m what almost works", "d compare yours")
				}
			})
		})
	}
}

func TestALongGreenPanelScrolls(t *testing.T) {
	t.Parallel()
	drive(t, graded("40x12", failing, passing), func(d *driver) {
		d.wait(aRun)
		d.saveVersion("package openfile // mine\n")
		d.press("down")
		d.lacks("PASS ")
		d.press("enter")
		d.sees("▾ ✓ 2 tests passed", "TestReadWorks", "TestReadClosesOnFailure")
	})
}

func TestABackupsPathStaysWhole(t *testing.T) {
	t.Parallel()
	for _, width := range []int{40, 80} {
		s := repairing("80x24")
		s.width = width
		drive(t, s, func(d *driver) {
			writeFile(d.T, d.env.Workbook.Space.Path(d.kata()), "package openfile // mine\n")
			d.press("R")
			d.wait(dialogGrace)
			d.press("y")
			at := d.lineOf("Backup:")
			path := d.line(at + 1)
			if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, ".go") || !strings.HasPrefix(d.line(at+2), "U undoes it.") {
				d.Errorf("at %d columns:\n%s", width, d.look())
			}
		})
	}
}

func TestAnEditorThatCannotOpenIsNamed(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.getenv = map[string]string{"EDITOR": "code"}
	drive(t, s, func(d *driver) {
		d.env.Detach = func(_ context.Context, cmd *exec.Cmd) error { return errors.New("exit status 127") }
		d.press("e")
		d.sees("code did not open the file: exit status 127.", "`leakproof config editor vim`", "notes.go")
	})
}

func TestALongLineOfTheLearnersIsMarked(t *testing.T) {
	t.Parallel()
	s := repairing("40x12")
	s.grade = func(context.Context, grade.Suite) (grade.Verdict, error) {
		v := failing
		v.Findings = []explain.Finding{{Kind: explain.KindLeak, Text: "it waits", Test: "TestReadClosesOnFailure",
			Places: []explain.Place{{File: "katas/01-open-file/notes.go", Line: 2, What: strings.Repeat("waits ", 12) + "forever"}}}}
		return v, nil
	}
	drive(t, s, func(d *driver) {
		d.press("2")
		for range 30 {
			for _, line := range strings.Split(d.look(), "\n") {
				if strings.Contains(line, "forever") && strings.Contains(line, "↩") && xansi.StringWidth(line) <= 40 {
					return
				}
			}
			d.wheel(1)
		}
		d.Errorf("the end of the line is nowhere:\n%s", d.look())
	})
}

func TestCandidatesByDigitAndMouse(t *testing.T) {
	t.Parallel()
	var ran []string
	s := solved("80x24", &ran)
	s.history = append(s.history, progress.Event{Kind: progress.KindRead})
	drive(t, s, func(d *driver) {
		d.press("2")
		d.sees("2 of")
		at := d.lineOf(" 1. ")
		d.click(10, at)
		d.sees("1 of")
		d.click(10, at)
		d.sees("Compared with the reference")
	})
}
