package tui

import (
	"example.com/leakproof/internal/tui/page"
	"testing"
)

func TestHome(t *testing.T) {
	t.Parallel()
	for name, s := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, s, func(d *driver) {
				d.sees("Next: lesson 1, Close what you open", "○ Lesson 01", "Kata 01", "0 of 4 done")
				d.golden()
			})
		})
	}
}

func TestHomeLooks(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]setup{
		"light":    {width: 80, height: 24, light: true},
		"no color": {width: 80, height: 24, noColor: true},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, s, func(d *driver) { d.golden() })
		})
	}
}

func TestAModuleSaysWhatItIsAbout(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.press("up")
		d.sees("› ▾ Handles", "0 of 4", "25 min left", "Whoever opens, closes.")
	})
}

func TestContinueOpensWhatIsNext(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.press("c")
		d.sees("Leakproof › Close what you open", "1 of 4")
		d.press("right", "right", "right", "q")
		d.sees("✓ Lesson 01", "Next: quiz on lesson 1, Close what you open")
		d.press("c")
		d.sees("Quiz: Close what you open")
	})
}

func TestCursorOpensAnyStep(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.press("down", "down", "down", "enter")
		d.sees("Kata 01 Open file", "The notes service stopped answering")
	})
}

func TestTheCursorStaysOnAStepThatIsNotDone(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.press("down", "down", "down", "enter", "q")
		d.sees("› ◐ Kata 01")
		d.press("up", "up", "up", "enter", "right", "right", "right", "q")
		d.sees("✓ Lesson 01", "› ○ Quiz")
	})
}

func TestHelpListsTheKeysThatWork(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		d.press("?")
		d.sees("Keys on this page", "c continue", "enter open", "ctrl+c quit at once")
		d.golden()
		d.press("esc")
		d.lacks("Keys on this page")
	})
}

func TestTooSmallSaysWhatToDo(t *testing.T) {
	t.Parallel()
	drive(t, setup{width: 20, height: 5}, func(d *driver) {
		d.sees("20x5 is too small.", "--plain")
		d.resize(80, 24)
		d.sees("Next: lesson 1")
		d.resize(20, 5)
		d.sees("20x5 is too small.")
	})
}

func TestSilentTerminalGetsItsFirstFrame(t *testing.T) {
	t.Parallel()
	drive(t, setup{width: 80, height: 24, silent: true}, func(d *driver) {
		d.sees("Next: lesson 1, Close what you open")
	})
}

func TestStartOnAStep(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.start = page.Route{Page: page.Kata, ID: "open-file"}
	drive(t, s, func(d *driver) {
		d.sees("Kata 01 Open file")
		d.press("q")
		d.sees("Next: lesson 1")
	})
}

func TestIdleWritesNothing(t *testing.T) {
	t.Parallel()
	for _, start := range []page.Route{{}, {Page: page.Lesson, ID: "1"}, {Page: page.Quiz, ID: "1"}, {Page: page.Kata, ID: "1"}} {
		s := sizes["80x24"]
		s.start = start
		drive(t, s, func(d *driver) {
			d.wait(1e9)
			before := d.written.count()
			d.wait(60e9)
			if n := d.written.count() - before; n != 0 {
				d.Errorf("%q wrote %d bytes in an idle minute", start.Page, n)
			}
		})
	}
}
