package tui

import (
	"testing"

	"example.com/leakproof/internal/course"
)

// testOut opens the test from home.
func (d *driver) testOut() {
	d.Helper()
	d.press("T")
	d.sees("Test out of ", "2 questions. If all are right at the first try", "1 Close what you open", "nothing is lost")
	d.wait(dialogGrace)
	d.press("y")
	d.sees("Test out: ")
}

func TestTestingOut(t *testing.T) {
	t.Parallel()
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, sizes["80x24"], func(d *driver) {
				d.testOut()
				for range 2 {
					d.right()
					d.press("enter")
				}
				d.resize(size.width, size.height)
				d.sees("All right at the first try.", "count as done")
				d.golden()
				d.press("q")
				d.sees("Next: lab on lesson 1, Open handles")
			})
		})
	}
}

func TestAMissEndsTestingOut(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.testOut()
		q := d.asked()
		for _, o := range q.Options {
			if !o.Right {
				d.wrong(q, o)
				break
			}
		}
		d.sees("Not quite")
		d.lacks("comes back")
		d.press("enter")
		d.sees("the test ends here. Nothing is lost")
		d.golden()
		d.press("q")
		d.sees("○ Lesson 01")
	})
}

// wrong chooses an option that is not right, whatever kind the question has.
func (d *driver) wrong(q *course.Question, o course.Option) {
	d.Helper()
	if q.Kind == course.Multi {
		d.pick(o.Text)
		d.press("enter")
		return
	}
	for i, shown := range q.Options { // lines keep the order of the code
		if shown == o {
			d.press(string(rune('1'+i)), "enter")
		}
	}
}
