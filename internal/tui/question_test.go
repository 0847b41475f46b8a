package tui

import (
	"strings"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/page"
)

// long makes a question of the small course need more than a screen: a stem of
// many lines, a program of 25 lines, options of several lines.
func long(q *course.Question) {
	q.Stem = "What does this program print? " + strings.TrimSpace(strings.Repeat("Read all of it first. ", 8))
	q.Code = strings.TrimSpace(strings.Repeat("// A line of the program.\n", 25))
	for i := range q.Options {
		q.Options[i].Text = strings.TrimSpace(strings.Repeat(string(rune('a'+i))+" line\n", 2))
	}
}

// ask opens a quiz that begins with a question of the small course, changed.
func (d *driver) ask(id string, change func(*course.Question)) {
	d.Helper()
	c := d.env.Workbook.Course
	q := c.Question(id)
	change(q)
	c.Questions = []*course.Question{q}
	d.model.Open(page.Route{Page: page.Quiz})
	d.resize(d.model.width, d.model.height)
}

// TestTheOptionsStayOnTheScreen: what does not fit scrolls, and the option under
// the cursor is always to be seen.
func TestTheOptionsStayOnTheScreen(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, sizes[name], func(d *driver) {
				d.ask("close-trace", long)
				for range 3 {
					for _, text := range []string{"1. ", "2. ", "3. "} {
						if !strings.Contains(d.look(), "> "+text) {
							d.Errorf("the cursor is not at %s:\n%s", text, d.look())
						}
						d.press("down")
					}
					d.press("home", "pgdown")
				}
				d.golden()
			})
		})
	}
}

func TestAWindowOfCodeScrolls(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.ask("close-trace", func(q *course.Question) {
			long(q)
			q.Stem = "What does this program print?"
		})
		d.sees("1 // A line", "more ↓ pgdn", "pgdn more code", "> 1.", "3.")
		d.lacks("25 // A line")
		d.press("pgdown", "pgdown", "pgdown")
		d.sees("25 // A line", "What does this program print?", "> 1.", "3.", "more ↑ pgup")
		d.press("pgup")
		d.lacks("25 // A line")
		d.wheel(-9)
		d.sees("1 // A line")
	})
}

// TestAQuestionFitsEverySize: whatever the terminal does meanwhile, the option
// under the cursor is to be seen, and what it deserves after the answer.
func TestAQuestionFitsEverySize(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.ask("close-trace", long)
		for _, size := range [][2]int{{28, 8}, {300, 100}, {29, 9}, {40, 12}, {20, 5}, {120, 10}, {30, 60}, {80, 24}} {
			d.resize(size[0], size[1])
			d.press("end", "pgdown", "home")
			if size[0] >= minWidth {
				d.sees("> 1.")
			}
		}
		d.press("enter")
		for _, size := range [][2]int{{28, 8}, {300, 100}, {20, 5}, {80, 24}} {
			d.resize(size[0], size[1])
			d.press("end", "pgup", "home")
		}
		d.sees("What does this program print?")
	})
}

// TestOnlyEnterAnswers: space and digits choose.
func TestOnlyEnterAnswers(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.ask("close-first", func(*course.Question) {})
		d.press("space", "3", "1", "2")
		d.sees("> 2.", "Choose one:")
		d.lacks("Not quite")
		d.press("3", "up", "enter")
		d.sees("✓ 2. The function.", "1 right so far")
	})
}

// TestWhatTheWheelScrolledAwayIsNotAnswered: the key brings it back first.
func TestWhatTheWheelScrolledAwayIsNotAnswered(t *testing.T) {
	t.Parallel()
	drive(t, sizes["40x12"], func(d *driver) {
		d.ask("close-trace", func(q *course.Question) {
			long(q)
			for i := range q.Options {
				q.Options[i].Text = strings.Repeat("a line\n", 3) + "the last"
			}
		})
		d.sees("> 1.", "1 option more")
		d.wheel(3)
		d.lacks("> 1.")
		d.press("enter")
		d.sees("> 1.", "0 right")
		d.lacks("Not quite")
		d.press("enter")
		if q := d.env.Workbook.Course.Question("close-trace"); q == nil || strings.Contains(d.look(), "> 1.") {
			d.Errorf("the option in sight was not answered:\n%s", d.look())
		}
	})
}

func TestAClickMovesTheCursorAndDoesNotAnswer(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.ask("close-first", func(*course.Question) {})
		for range 2 {
			for y, line := range strings.Split(d.look(), "\n") {
				if strings.Contains(line, "3. ") {
					d.click(10, y)
				}
			}
			d.sees("> 3.", "Choose one:")
		}
	})
}

// makeTyped makes it a question with a text field.
func makeTyped(q *course.Question) {
	q.Kind, q.Code, q.CodeFile = course.Type, "", ""
	q.Options = []course.Option{
		{Text: "work close", Right: true, Why: "The deferred line runs last."},
		{Text: "close work", Why: "It does not run where it stands.", Misconception: "collector-closes"},
	}
}

func TestAnAnswerIsTyped(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.ask("close-trace", makeTyped)
		d.sees("Type the answer:", "esc back")
		d.lacks("work close")
		d.lacks("? help") // it would be text
		d.press("enter")
		d.sees("Type an answer first.")
		d.typeText("ajar?")
		d.press("backspace")
		d.typeText(" q")
		d.sees("enter answer")
		d.press("enter")
		d.sees("Not quite", "The answer is: work close", "You typed: ajar q")
		d.press("enter")
		d.typeText("close work")
		d.press("enter")
		d.sees("Not quite", "It does not run where it stands.", "Many believe:")
		d.press("enter")
		d.typeText(" Work  CLOSE ")
		d.golden()
		d.press("enter")
		d.sees("Right", "You typed: Work CLOSE", "The deferred line runs last.")
	})
}

func TestEscapeLeavesATextField(t *testing.T) {
	t.Parallel()
	drive(t, sizes["40x12"], func(d *driver) {
		d.ask("close-trace", makeTyped)
		d.typeText("q")
		d.sees("> q")
		d.press("esc")
		d.sees("Next:")
	})
}

func TestTheEndOfAQuizNamesWhatWasMissed(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, asking(name), func(d *driver) {
				d.pick("The operating system")
				d.press("enter")
				for range 6 {
					d.right()
					d.press("enter")
				}
				d.sees("6 questions, 5 right at the first try", "Missed at first", "1. Who closes a handle", "Lesson 1, The handle that stays")
				d.golden()
				d.press("enter")
				d.sees("2 of 4", "Nobody closes what Leak opens.")
				d.press("q")
				d.sees("Missed at first", "Review asks again from Monday, 3 January.")
			})
		})
	}
}
