package tui

import (
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/explain"
)

// aRun is longer than a scripted run takes.
const aRun = 2 * time.Second

// saveVersion writes a version of the kata's file, reports the save and waits
// for the verdict.
func (d *driver) saveVersion(src string) {
	d.Helper()
	writeFile(d.T, d.env.Workbook.Space.Path(d.kata()), src)
	d.save()
	d.wait(aRun)
}

// attempted is a kata with three attempts: the start, then two of the learner.
func attempted(size string) setup {
	s := repairing(size)
	s.grade = scripted(failing, failing, passing)
	return s
}

func (d *driver) attempts() {
	d.Helper()
	d.wait(aRun)
	start := string(d.kata().Start())
	d.saveVersion(strings.Replace(start, "package", "// A comment.\npackage", 1))
	d.saveVersion(strings.Replace(start, `"start"`, `"mine, and with a comment that is long enough to need a second line on the screen" // why`, 1))
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, attempted(name), func(d *driver) {
				d.attempts()
				d.press("5")
				d.sees("> 1 Jan 00:00:05", "pass")
				d.golden()
			})
		})
	}
}

func TestAnAttemptComparedWithNow(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			drive(t, attempted(name), func(d *driver) {
				d.attempts()
				d.press("5", "down", "enter")
				d.sees("From the attempt of 1 Jan 00:00:0")
				d.golden()
				d.press("esc")
				d.sees("> 1 Jan 00:00:03")
			})
		})
	}
}

func TestAnAttemptIsPutBackAndThatUndone(t *testing.T) {
	t.Parallel()
	drive(t, attempted("120x40"), func(d *driver) {
		d.attempts()
		path := d.env.Workbook.Space.Path(d.kata())
		latest := readFile(t, path)
		d.press("5", "end", "down", "down", "o")
		d.sees("Put the attempt of 1 Jan 00:00:01 back?")
		d.wait(dialogGrace)
		d.press("n")
		if readFile(t, path) != latest {
			d.Error("a no put it back")
		}
		d.press("o")
		d.wait(dialogGrace)
		d.press("y")
		d.sees("Your file is as it was in the attempt of 1 Jan 00:00:01.", "Backup: ")
		if got := readFile(t, path); got != string(d.kata().Start()) {
			d.Errorf("the file is now %q", got)
		}
		d.press("U")
		d.sees("Your file is again what the last reset or restore replaced, from")
		if readFile(t, path) != latest {
			d.Errorf("the undo left %q", readFile(t, path))
		}
	})
}

func TestUndoWithoutAResetSaysSo(t *testing.T) {
	t.Parallel()
	drive(t, repairing("80x24"), func(d *driver) {
		d.press("U")
		d.sees("there is no backup of kata 1", "leakproof reset")
	})
}

func TestAResetIsUndone(t *testing.T) {
	t.Parallel()
	drive(t, repairing("120x40"), func(d *driver) {
		path := d.env.Workbook.Space.Path(d.kata())
		writeFile(d.T, path, "package openfile // mine\n")
		d.press("R")
		d.wait(dialogGrace)
		d.press("y")
		d.sees("U undoes it.")
		d.press("U")
		if got := readFile(t, path); got != "package openfile // mine\n" {
			d.Errorf("the file is now %q", got)
		}
	})
}

func TestANewVerdictIsListedAndComparedAnew(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.grade = scripted(failing)
	drive(t, s, func(d *driver) {
		d.wait(aRun)
		d.press("5", "enter")
		d.sees("Your file says the same, word for word.")
		d.saveVersion("package openfile // mine\n")
		d.sees("From the attempt of", "+ package openfile // mine")
		d.press("esc")
		d.sees("> 1 Jan")
	})
}

func TestAttemptsBeforeTheFirst(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.outside = true
	drive(t, s, func(d *driver) {
		d.press("5")
		d.sees("Each version that the suite has checked will be listed here")
	})
}

func TestAnAttemptThatCannotBeKeptIsToldOnce(t *testing.T) {
	t.Parallel()
	s := repairing("80x24")
	s.grade = scripted(failing)
	drive(t, s, func(d *driver) {
		writeFile(d.T, d.env.Workbook.Space.Path(d.kata()), "package openfile\n\n//"+strings.Repeat("x", 256<<10)+"\n")
		d.save()
		d.wait(aRun)
		d.sees("is not kept among your attempts", string(explain.Fail))
		d.save()
		d.press("2")
		d.wait(aRun)
		d.lacks("is not kept among your attempts")
	})
}
