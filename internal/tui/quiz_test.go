package tui

import (
	"example.com/leakproof/internal/tui/page"
	"fmt"
	"strings"
	"testing"

	"example.com/leakproof/internal/course"
)

func asking(size string) setup {
	s := sizes[size]
	s.start = page.Route{Page: page.Quiz, ID: "1"}
	return s
}

// pick answers the question on the screen with the option that has this text.
func (d *driver) pick(text string) {
	d.Helper()
	for line := range strings.Lines(d.look()) {
		line = strings.TrimLeft(strings.Trim(line, " \n"), "│> ")
		if digit, rest, ok := strings.Cut(line, ". "); ok && strings.HasPrefix(strings.TrimLeft(rest, "[]()x0123456789 "), text) {
			d.press(digit)
			if screen := d.look(); !strings.Contains(screen, "Choose all that hold") && !strings.Contains(screen, "Choose them in order") {
				d.press("enter")
			}
			return
		}
	}
	d.Fatalf("no option %q on the screen:\n%s", text, d.look())
}

// right answers the question on the screen rightly.
func (d *driver) right() *course.Question {
	d.Helper()
	q := d.asked()
	switch q.Kind {
	case course.Order:
		for _, o := range q.Options {
			d.pick(o.Text)
		}
		d.press("enter")
	case course.Multi:
		for _, o := range q.Options {
			if o.Right {
				d.pick(o.Text)
			}
		}
		d.press("enter")
	default:
		for _, o := range q.Options {
			if !o.Right {
				continue
			}
			text := strings.SplitN(o.Text, "\n", 2)[0]
			if q.Kind == course.Spot {
				text = fmt.Sprintf("line %d:", o.Line)
			}
			d.pick(text)
		}
	}
	return q
}

// asked is the question whose stem is on the screen.
func (d *driver) asked() *course.Question {
	d.Helper()
	screen := strings.Join(strings.Fields(d.look()), " ")
	for _, q := range d.env.Workbook.Course.Questions {
		if strings.Contains(screen, q.Stem) {
			return q
		}
	}
	d.Fatalf("no question on the screen:\n%s", d.look())
	return nil
}

func TestQuizLooks(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, asking(name), func(d *driver) {
				d.right()
				d.press("enter", "enter")
				d.golden()
			})
		})
	}
}

func TestQuizRunsUntilAllIsAnswered(t *testing.T) {
	t.Parallel()
	drive(t, asking("80x24"), func(d *driver) {
		d.sees("question 1 of 6, 0 right so far")
		d.pick("The operating system")
		d.sees("Not quite", "It waits for the end of the process.", "The question comes back.", "question 1 of 6, 0 right so far")
		d.press("enter")
		for range 5 {
			d.right()
			d.sees("Right")
			d.press("enter")
		}
		d.sees("asked again, 5 of 6 right so far", "You missed this one before.")
		if q := d.right(); q.ID != "close-first" {
			d.Errorf("%s came back", q.ID)
		}
		d.press("enter")
		d.sees("All answered: 6 questions, 5 right at the first try.")
		d.press("q")
		d.sees("✓ Quiz")
	})
}

func TestWrongOrderIsTold(t *testing.T) {
	t.Parallel()
	drive(t, asking("80x24"), func(d *driver) {
		for d.asked().Kind != course.Order {
			d.right()
			d.press("enter")
		}
		d.press("enter")
		d.sees("Number all the items first")
		d.pick("Defer the close.")
		d.pick("Open it.")
		d.pick("Check the error.")
		d.press("enter")
		d.sees("Not quite", "The right order is:", "1. (yours: 2) Open it.", "2. (yours: 3) Check the error.", "Many believe:", "Why:")
		d.press("end")
		d.sees("The question comes back.")
	})
}

func TestMultiSaysHowManyAreMissing(t *testing.T) {
	t.Parallel()
	drive(t, asking("80x24"), func(d *driver) {
		for d.asked().Kind != course.Multi {
			d.right()
			d.press("enter")
		}
		d.pick("A panic.")
		d.press("enter")
		d.sees("Not quite", "one other answer holds too", "✓ 1. [x] A panic.", "✓ 2. [ ] An early return.")
	})
}
