package tui

import (
	"strings"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/tui/page"
)

func reading(size string) setup {
	s := sizes[size]
	s.start = page.Route{Page: page.Lesson, ID: "1"}
	return s
}

func TestLesson(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, reading(name), func(d *driver) {
				d.sees("used up its file handles")
				d.press("right")
				d.sees("wrong on purpose", "func Leak()")
				d.golden()
			})
		})
	}
}

func TestLessonLooks(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*setup){
		"light":    func(s *setup) { s.light = true },
		"no color": func(s *setup) { s.noColor = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := reading("80x24")
			change(&s)
			drive(t, s, func(d *driver) {
				d.press("right")
				d.golden()
			})
		})
	}
}

func TestSpaceReadsTheWholeLesson(t *testing.T) {
	t.Parallel()
	drive(t, reading("40x12"), func(d *driver) {
		for range 60 {
			if d.press("space"); strings.Contains(d.look(), "The end of") {
				break
			}
		}
		d.sees("Later: kata 02-shut-file", "space again goes on to the quiz")
		for _, s := range d.env.Workbook.Course.Lessons[0].Sections {
			if !d.env.Workbook.Log.State().SectionRead("01-close", s.ID) {
				d.Errorf("section %s is not recorded as read", s.ID)
			}
		}
	})
}

func TestLessonOpensAtTheFirstUnreadSection(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("right", "right", "q", "enter")
		d.sees("Close on every way out", "3 of 4")
	})
}

func TestCheckpointIsAnsweredInPlace(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("right", "enter")
		d.sees("checkpoint", "Choose one:")
		d.pick("The garbage collector.")
		d.sees("Not quite", "It frees memory, not handles.", "Why: A handle lives until someone closes it.")
		d.press("enter")
		d.pick("The function.")
		d.sees("Right", "It is the only one that knows of it.")
		d.golden()
		d.press("enter", "right")
		d.sees("Close on every way out")
		if a, ok := d.env.Workbook.Log.State().Answered("close-first", 1); !ok || !a.Right {
			d.Error("the answer is not recorded")
		}
	})
}

func TestEscapeLeavesTheCheckpointNotTheLesson(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("right", "enter", "esc")
		d.sees("Leakproof › Close what you open", "2 of 4")
		d.press("esc")
		d.sees("Next:")
	})
}

func TestContents(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("t")
		d.sees("Contents", "✓ 1. Close what you open", "○ 4. The habit")
		d.golden()
		d.press("end", "home", "4", "enter")
		d.sees("4 of 4", "Write the close on the line after the open.")
		d.press("t", "esc")
		d.sees("4 of 4")
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("/")
		d.typeText("Every waz")
		d.press("backspace")
		d.typeText("y")
		d.sees("/Every way", "enter find", "esc leave the search")
		d.lacks("next section") // it would be text
		d.press("enter")
		d.sees("3 of 4", "n next match", "/Every way 1 of 1")
		d.press("esc")
		d.lacks("next match")
		d.press("/")
		d.typeText("nowhere to be found")
		d.press("enter")
		d.sees("/nowhere to be found not in this lesson")
		d.lacks("next match")
		d.press("esc")
		d.lacks("nowhere") // and the lesson is still open
		d.sees("3 of 4")
	})
}

func TestResizeKeepsTheParagraph(t *testing.T) {
	t.Parallel()
	drive(t, reading("40x12"), func(d *driver) {
		d.press("right", "pgdown")
		d.sees("request ──open──▶ handle")
		d.resize(60, 12)
		d.sees("request ──open──▶ handle")
	})
}

func TestDisabledKeySaysWhy(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("left")
		d.sees("This is the first section")
		d.press("enter")
		d.sees("This section has no open checkpoint")
	})
}

func TestUnwritableLogIsToldAndReadingGoesOn(t *testing.T) {
	t.Parallel()
	s := reading("80x24")
	s.noState = true
	drive(t, s, func(d *driver) {
		d.sees("--state")
		d.press("right")
		d.sees("The handle that stays")
	})
}

func TestALessonShowsWhatItsLabMeasured(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			s := reading(name)
			s.course = func(c *course.Course) {
				lab := c.Labs[0]
				lab.Measured = &course.Measured{Machine: "linux/amd64, 2 cores, go1.26", Marks: []string{"healthy", "broken", "cured"}, Rows: []course.MeasuredRow{
					{Number: "handles", At: map[string]float64{"healthy": 4, "broken": 1512, "cured": 3.5}},
					{Number: "reads.p99", At: map[string]float64{"healthy": 2.1, "cured": 2}},
				}}
				section := c.Lessons[0].Sections[0]
				section.Blocks = append(section.Blocks, course.Block{Kind: course.Experiment, Lab: lab, Text: lab.MeasuredTable()})
			}
			drive(t, s, func(d *driver) {
				d.press("G")
				d.golden()
			})
		})
	}
}

func TestAProgramRunsInPlace(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			s := reading(name)
			s.program = gorun.Program{Output: "2 handles are open"}
			drive(t, s, func(d *driver) {
				d.press("right", "right", "right", "x")
				d.sees("x runs it", "It printed:", "│ 2 handles are open")
				d.golden()
			})
		})
	}
}

func TestAProgramThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	s := reading("80x24")
	s.program = gorun.Program{Problem: "The program did not end within 20s and was stopped."}
	drive(t, s, func(d *driver) {
		d.press("right", "right", "right", "x")
		d.sees("The program did not end within 20s and was stopped.")
		d.press("q")
		d.sees("Next:")
	})
}

func TestAPredictionIsComparedWithTheRealOutput(t *testing.T) {
	t.Parallel()
	s := reading("80x24")
	s.program = gorun.Program{Output: "what it really printed"}
	drive(t, s, func(d *driver) {
		d.press("right", "right", "enter", "x")
		d.lacks("what it really printed") // not before the prediction
		d.press("1", "enter", "x")
		d.sees("It printed:", "what it really printed")
	})
}

func TestTasksAreTickedAndStayTicked(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("right", "right", "right", "2")
		d.sees("1. [ ] Find every open", "2. [x] Watch the number")
		d.press("2", "1", "left", "right")
		d.sees("1. [x] Find every open", "2. [ ] Watch the number")
	})
}

func TestAPlannedKataCannotBeOpened(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("right", "right", "right", "o")
		d.sees("Later: kata 02-shut-file, Shut file. It is not written yet.", "This kata is not written yet")
	})
}
