package tui

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"example.com/leakproof/internal/tui/page"
)

// typeAhead writes all keys at once, as a terminal does that was slow to take
// them.
func (d *driver) typeAhead(keys ...string) {
	d.Helper()
	all := ""
	for _, k := range keys {
		bytes, special := keyBytes[k]
		if !special {
			bytes = k
		}
		all += bytes
	}
	if _, err := io.WriteString(d.keys, all); err != nil {
		d.Fatal(err)
	}
	d.settle()
}

// TestKeysTypedAheadReachThePagesThatTheyAreFor: each key acts on the page that
// the one before it led to.
func TestKeysTypedAheadReachThePagesThatTheyAreFor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		start page.Route
		keys  []string
		sees  []string
	}{
		"home and back":           {page.Route{}, []string{"enter", "q"}, []string{"Next: lesson 1", "q quit"}},
		"home, down, help, done":  {page.Route{}, []string{"down", "?", "?", "down"}, []string{"› ○ Lab 01"}},
		"lesson, two sections on": {page.Route{}, []string{"enter", "n", "n"}, []string{"3 of 4"}},
		"lesson, contents":        {page.Route{}, []string{"enter", "t", "down", "down", "enter"}, []string{"3 of 4"}},
		"lesson, search":          {page.Route{}, []string{"enter", "/", "l", "e", "a", "k", "enter"}, []string{"/leak", "2 of 4"}},
		"lesson, its checkpoint":  {page.Route{}, []string{"enter", "n", "enter", "2", "enter"}, []string{"Right"}},
		"lesson, its kata":        {page.Route{}, []string{"enter", "n", "n", "o", "q"}, []string{"2 of 4 sections"}},
		"quiz, answer and go on":  {page.Route{Page: page.Quiz, ID: "1"}, []string{"1", "enter", "enter", "q"}, []string{"Next:"}},
		"kata, tabs and hints":    {page.Route{Page: page.Kata, ID: "1"}, []string{"tab", "h", "h"}, []string{"2. "}},
		"kata, attempts and back": {page.Route{Page: page.Kata, ID: "1"}, []string{"5", "q"}, []string{"Next:"}},
		"progress":                {page.Route{}, []string{"s", "q", "down"}, []string{"› ○ Quiz"}},
		"each step, in and out": {page.Route{}, []string{"enter", "q", "down", "enter", "q", "down", "enter", "q", "down", "enter", "q"},
			[]string{"› ✓ Kata 01"}},
		"candidates, judge, list":  {page.Route{Page: page.Candidates, ID: "1"}, []string{"enter", "q", "down"}, []string{"2 of"}},
		"review, answer":           {page.Route{}, []string{"s", "q", "r", "?", "?", "q"}, []string{"Next:"}},
		"lab, its tabs and back":   {page.Route{Page: page.Lab, ID: "leaky-fan-out"}, []string{"enter", "down", "tab", "tab", "q"}, []string{"Next:"}},
		"test out, no":             {page.Route{}, []string{"T", "n", "down"}, []string{"y yes"}}, // typed too soon for an answer
		"kata, a test, the lesson": {page.Route{Page: page.Kata, ID: "1"}, []string{"2", "t", "q", "l", "q"}, []string{"[2 Results]"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := missed("80x24")
			s.history = append(s.history, solved("80x24", nil).history...)
			s.start = test.start
			if test.start.Page == page.Lab {
				s.lab = newFakeLab()
			}
			drive(t, s, func(d *driver) {
				d.typeAhead(test.keys...)
				d.sees(test.sees...)
			})
		})
	}
}

// TestAHeldProgressLogFreezesNothing: somebody else holds the lock of the log
// for a long time, and every page still answers at once.
func TestAHeldProgressLogFreezesNothing(t *testing.T) {
	t.Parallel()
	drive(t, sizes["80x24"], func(d *driver) {
		lock := flock.New(filepath.Join(d.state, "progress.lock"))
		if err := os.MkdirAll(d.state, 0o700); err != nil {
			d.Fatal(err)
		}
		if err := lock.Lock(); err != nil {
			d.Fatal(err)
		}
		d.press("enter", "n", "enter", "2", "enter")
		d.sees("Right")
		d.press("q", "q", "down", "enter", "1", "enter")
		d.sees("The question comes back.")
		d.press("q")
		d.sees("Next:")
		if err := lock.Unlock(); err != nil {
			d.Fatal(err)
		}
		d.wait(time.Second)
		if !d.env.Workbook.Log.State().SectionRead("01-close", d.env.Workbook.Course.Lessons[0].Sections[1].ID) {
			d.Error("what was read meanwhile is not recorded")
		}
	})
}

// TestDrawingChangesNothing: a page that is drawn again without a message looks
// the same.
func TestDrawingChangesNothing(t *testing.T) {
	t.Parallel()
	for _, start := range []page.Route{
		{}, {Page: page.Lesson, ID: "1"}, {Page: page.Quiz, ID: "1"}, {Page: page.Kata, ID: "1"},
		{Page: page.Progress}, {Page: page.Review}, {Page: page.Candidates, ID: "1"}, {Page: page.Lab, ID: "leaky-fan-out"},
	} {
		s := sizes["80x24"]
		s.start, s.lab = start, newFakeLab()
		drive(t, s, func(d *driver) {
			d.press("down")
			first := d.model.View().Content
			if again := d.model.View().Content; again != first {
				d.Errorf("%q changes when it is drawn:\n%s\n%s", start.Page, first, again)
			}
		})
	}
}
