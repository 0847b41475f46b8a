package tui

import (
	"strings"
	"testing"

	"example.com/leakproof/internal/tui/page"
)

// firstRun is somebody who has never seen the program.
func firstRun(size string) setup {
	s := twoModules(size)
	s.firstRun = true
	return s
}

func TestTheFirstRunIsWelcomed(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, firstRun(name), func(d *driver) {
				d.sees("Leakproof › Welcome", "› Follow the path", "Repair a kata now", "Look around")
				d.golden()
			})
		})
	}
}

func TestTheWelcomeLooks(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*setup){
		"light":    func(s *setup) { s.light = true },
		"no color": func(s *setup) { s.noColor = true },
		"ascii":    func(s *setup) { s.onlyASCII = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := firstRun("80x24")
			s.problem = "The go command is not in PATH; install Go from https://go.dev/dl/ and open a new terminal"
			change(&s)
			drive(t, s, func(d *driver) {
				d.sees("The go command is not in PATH")
				d.golden()
			})
		})
	}
}

func TestTheWaysIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		keys []string
		sees string
	}{
		{[]string{"enter"}, "Leakproof › Close what you open"},
		{[]string{"down", "enter"}, "Leakproof › Kata 01"},
		{[]string{"G", "enter"}, "Next: lesson 1"},
		{[]string{"q"}, "Next: lesson 1"},
		{[]string{"esc"}, "Next: lesson 1"},
	} {
		drive(t, firstRun("80x24"), func(d *driver) {
			d.press(test.keys...)
			d.sees(test.sees)
			d.lacks("Quit Leakproof?")
			if !strings.Contains(test.sees, "Next:") {
				d.press("q")
			}
			d.sees("Next: lesson 1") // never the welcome again
			if d.env.Workbook.FirstRun() {
				d.Error("the next run would welcome the learner again")
			}
		})
	}
}

func TestTheWelcomeTakesClicks(t *testing.T) {
	t.Parallel()
	drive(t, firstRun("80x24"), func(d *driver) {
		for y, line := range strings.Split(d.look(), "\n") {
			if strings.Contains(line, "Repair a kata now") {
				d.click(6, y)
				d.sees("› Repair a kata now")
				d.click(6, y)
				break
			}
		}
		d.sees("Leakproof › Kata 01")
	})
}

func TestWhoComesForAPageIsNotWelcomed(t *testing.T) {
	t.Parallel()
	s := firstRun("80x24")
	s.start = page.Route{Page: page.Lesson, ID: "1"}
	drive(t, s, func(d *driver) {
		d.sees("Leakproof › Close what you open")
		d.press("q")
		d.sees("Next: lesson 1")
	})
}

func TestALearnerIsNotWelcomed(t *testing.T) {
	t.Parallel()
	s := missed("80x24")
	s.firstRun = true
	drive(t, s, func(d *driver) { d.sees("Next: lesson 1") })
}

func TestQuittingPromisesOnlyWhatIsSo(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.env.Workbook.Forget = true
		d.press("q")
		d.sees("Quit Leakproof?")
		d.lacks("is saved")
	})
}
