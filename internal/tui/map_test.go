package tui

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/tui/page"
)

// twoModules is a learner whose course has a second module, with one lesson, which
// has no questions, and one kata.
func twoModules(size string) setup {
	s := sizes[size]
	s.course = func(c *course.Course) {
		second := *c.Katas[0]
		second.ID, second.Number, second.Name, second.Title = "02-shut-file", 2, "shut-file", "Shut file"
		lesson := *c.Lessons[0]
		lesson.ID, lesson.Number, lesson.Name, lesson.Title = "02-lock", 2, "lock", "Lock what you share"
		c.Lessons = append(c.Lessons, &lesson)
		second.Lessons = []string{lesson.ID}
		c.Katas = append(c.Katas, &second)
		c.Modules = append(c.Modules, &course.Module{Title: "Locks", About: "Whoever locks, unlocks.", Lessons: []*course.Lesson{&lesson}})
	}
	return s
}

// green is a learner who has solved the kata, and solves it again.
func green(size string) setup {
	s := solved(size, nil)
	s.start = page.Route{}
	s.grade = func(context.Context, grade.Suite) (grade.Verdict, error) { return passing, nil }
	return s
}

// labMet is what the log says of a lab whose mission was met.
var labMet = progress.Event{Kind: progress.KindLab, Lab: "open-handles", Status: progress.LabMet, At: time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)}

func TestTheMapOpensWhatIsNext(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, twoModules(name), func(d *driver) {
				d.sees("▾ Handles", "› ○ Lesson 01", "▸ Locks")
				d.lacks("Kata 02")
				d.press("G")
				d.sees("› ▸ Locks")
				d.press("enter")
				d.sees("› ▾ Locks", "○ Kata 02 Shut file")
				d.golden()
			})
		})
	}
}

func TestAModuleFoldsFromAnywhereInIt(t *testing.T) {
	t.Parallel()
	drive(t, twoModules("80x24"), func(d *driver) {
		d.press("down", "space") // in the quiz
		d.sees("› ▸ Handles", "▸ Locks")
		d.lacks("Lesson 01 ")
		d.press("right", "right") // opens, then goes in
		d.sees("▾ Handles", "› ○ Lesson 01")
		d.press("left")
		d.sees("› ▾ Handles")
		d.press("h")
		d.sees("› ▸ Handles")
		d.press("c", "q") // what is next shows itself
		d.sees("› ◐ Lesson 01")
	})
}

// TestMovingTheCursorDoesNotMoveTheList: neither does what the details below it
// and the footer say.
func TestMovingTheCursorDoesNotMoveTheList(t *testing.T) {
	t.Parallel()
	row := func(d *driver, text string) int {
		for i, line := range strings.Split(d.look(), "\n") {
			if strings.Contains(line, text) {
				return i
			}
		}
		d.Fatalf("the screen does not show %q:\n%s", text, d.look())
		return 0
	}
	long := twoModules("80x24")
	two := long.course
	long.course = func(c *course.Course) {
		two(c)
		for n := range 12 { // more than the screen holds
			more := *c.Katas[0]
			more.Number, more.ID = 10+n, fmt.Sprintf("%d-more", 10+n)
			c.Katas = append(c.Katas, &more)
		}
	}
	drive(t, long, func(d *driver) {
		d.press("G")
		at := row(d, "▸ Locks")
		for range 4 {
			d.press("up") // from what one line says to what two lines say
			if now := row(d, "▸ Locks"); now != at {
				d.Errorf("the end of the list moved from line %d to %d:\n%s", at, now, d.look())
			}
		}
	})
	for name := range sizes {
		s := missed(name)
		s.course = twoModules(name).course
		drive(t, s, func(d *driver) {
			at := row(d, "▾ Handles")
			for range 4 {
				d.press("down")
				if now := row(d, "▾ Handles"); now != at {
					d.Errorf("%s: the list moved from line %d to %d:\n%s", name, at, now, d.look())
				}
			}
			d.press("/")
			if now := row(d, "▾ Handles"); now != at {
				d.Errorf("%s: the filter moved the list from line %d to %d", name, at, now)
			}
		})
	}
}

func TestRowsAreAlignedToTheirTitles(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"80x24", "120x40", "40x12"} {
		drive(t, twoModules(size), func(d *driver) {
			columns := map[int]bool{}
			for line := range strings.Lines(d.look()) {
				for _, step := range []string{"Lesson 01  ", "Quiz   01  ", "Kata   01  "} {
					if before, _, ok := strings.Cut(line, step); ok {
						columns[len([]rune(before))] = true
					}
				}
			}
			if len(columns) != 1 {
				d.Errorf("%s: titles begin in columns %v:\n%s", size, maps.Collect(maps.All(columns)), d.look())
			}
		})
	}
}

func TestTheFilterFindsSteps(t *testing.T) {
	t.Parallel()
	drive(t, twoModules("80x24"), func(d *driver) {
		d.press("/")
		d.typeText("kata")
		d.sees("2 of 7 match", "› ○ Kata 01", "▾ Locks", "○ Kata 02")
		d.lacks("Quiz 01")
		d.sees("enter to the matches", "esc clear the filter")
		d.lacks("q quit") // is text now
		d.press("enter", "down", "down")
		d.sees("/kata 2 of 7 match, esc shows all", "› ○ Kata 02")
		d.press("space")
		d.sees("A filter opens all modules")
		d.press("esc")
		d.sees("▾ Locks", "› ○ Kata 02", "○ Quiz 01")
		d.lacks("match")
	})
}

func TestAFilterWithoutAMatchSaysSo(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		drive(t, twoModules(name), func(d *driver) {
			d.press("/")
			d.typeText("qzx")
			d.sees("Nothing matches “qzx”. esc shows all.", "0 of 7 match")
			d.press("enter", "enter", "down", "space", "T", "left")
			d.press("esc")
			d.sees("▾ Handles")
		})
	}
}

func TestTheMouseOnTheMap(t *testing.T) {
	t.Parallel()
	drive(t, twoModules("80x24"), func(d *driver) {
		line := func(text string) int {
			for i, l := range strings.Split(d.look(), "\n") {
				if strings.Contains(l, text) {
					return i
				}
			}
			return -1
		}
		d.click(8, line("Locks"))
		d.sees("› ▸ Locks")
		d.click(8, line("Locks"))
		d.sees("› ▾ Locks")
		d.click(8, line("Kata   01"))
		d.sees("› ○ Kata 01")
		d.click(8, 2) // the bar
		d.sees("› ○ Kata 01")
		d.click(8, line("Kata   01"))
		d.sees("Leakproof › Kata 01")
	})
	drive(t, twoModules("40x12"), func(d *driver) {
		d.resize(40, 8)
		d.wheel(2)
		d.sees("▸ Locks")
		d.wheel(-2)
		d.sees("▾ Handles")
	})
}

func TestOnlyHomeAsksBeforeItQuits(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		for _, key := range []string{"q", "esc"} {
			d.press("enter", key)
			d.lacks("Quit Leakproof?")
			d.press(key)
			d.sees("Quit Leakproof? What you did is saved.")
			d.wait(dialogGrace)
			d.press("n")
			d.sees("Next:")
		}
	})
}

func TestAStepLeadsOnToTheNextOne(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.history = []progress.Event{labMet}
	drive(t, s, func(d *driver) {
		d.press("c", "right", "right", "right")
		d.sees("n on to the quiz")
		d.press("space")
		d.sees("The end of the lesson. space again goes on to the quiz, q back.")
		d.press("space")
		d.sees("Leakproof › Quiz: Close what you open")
		for range 6 {
			d.right()
			d.press("enter")
		}
		d.sees("All answered", "enter on to the kata")
		d.press("enter")
		d.sees("Leakproof › Kata 01")
		d.lacks("n on to")
		d.press("q") // one level up, however many steps it was
		d.sees("Next: kata 1", "› ◐ Kata 01")
	})
}

func TestASolvedKataLeadsOn(t *testing.T) {
	t.Parallel()
	s := green("80x24")
	s.start = page.Route{Page: page.Kata, ID: "1"}
	drive(t, s, func(d *driver) {
		d.sees("n on to the lesson")
		d.press("n")
		d.sees("Leakproof › Close what you open")
		d.press("q")
		d.sees("Next: lesson 1")
	})
}

func TestTheLastStepSaysThatAllIsDone(t *testing.T) {
	t.Parallel()
	s := green("80x24")
	s.history = append(s.history, labMet)
	s.course = func(c *course.Course) { c.Lessons[0].Sections = c.Lessons[0].Sections[:1] }
	drive(t, s, func(d *driver) {
		d.press("down", "enter")
		for range 6 {
			d.right()
			d.press("enter")
		}
		d.press("q", "g", "down", "enter", "n")
		d.sees("Everything is done.")
		d.press("q")
		d.sees("4 of 4 done", "Everything is done. Open any part again.")
		d.lacks("Next:")
	})
}

func TestTheMapInASCIITellsItsMarksApart(t *testing.T) {
	t.Parallel()
	s := twoModules("80x24")
	s.onlyASCII = true
	drive(t, s, func(d *driver) {
		d.sees("- Handles", "> o Lesson 01", "+ Locks")
	})
}
