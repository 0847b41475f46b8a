package tui

import (
	"strings"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/page"
)

// TestASectionIsReadWhenItsEndWasSeen: opening it is not enough.
func TestASectionIsReadWhenItsEndWasSeen(t *testing.T) {
	t.Parallel()
	s := reading("40x12")
	s.start.Section = "the-handle-that-stays"
	drive(t, s, func(d *driver) {
		read := func(section string) bool { return d.env.Workbook.Log.State().SectionRead("01-close", section) }
		d.sees("2 of 4")
		if read("the-handle-that-stays") {
			t.Error("a section counts as read when it is opened")
		}
		d.press("q")
		d.model.Open(s.start)
		d.resize(41, 12)
		d.press("end")
		if !read("the-handle-that-stays") {
			t.Error("a section whose end was seen does not count as read")
		}
		d.press("right")
		d.sees("3 of 4")
		if read("close-on-every-way-out") {
			t.Error("the next section counts as read when it is opened")
		}
		d.press("right")
		d.sees("4 of 4")
		if !read("close-on-every-way-out") {
			t.Error("a section that one went on from does not count as read")
		}
	})
}

func TestTheProofsOfASectionOpen(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("right", "right")
		d.sees("✓ proved by TestClosedReleasesTheHandle in close_test.go", "v the proof")
		d.press("v")
		d.sees("Proof: Close on every way out", "// lessons/01-close/close_test.go", "func TestClosedReleasesTheHandle(t *testing.T) {")
		d.press("q")
		d.sees("3 of 4")
		d.press("left", "v")
		d.sees("func TestLeakKeepsTheHandle(t *testing.T) {")
	})
}

// TestASearchCountsItsMatches through the whole lesson, there and back and round
// its end.
func TestASearchCountsItsMatches(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		d.press("/")
		d.typeText("HANDLE")
		d.press("enter")
		d.sees("/HANDLE 1 of ", "1 of 4")
		_, rest, _ := strings.Cut(strings.Join(strings.Fields(d.look()), " "), "/HANDLE 1 of ")
		all, _, _ := strings.Cut(rest, " ")
		d.press("N")
		d.sees("/HANDLE "+all+" of "+all, "4 of 4")
		d.press("n")
		d.sees("/HANDLE 1 of " + all)
		d.press("n", "n")
		d.sees("/HANDLE 3 of "+all, "2 of 4")
		d.press("N")
		d.sees("/HANDLE 2 of " + all)
		d.press("q") // the search ends, the lesson stays
		d.lacks("/HANDLE")
		d.sees("Leakproof › Close what you open")
	})
}

func TestTheMarginMarksWhereToGoOn(t *testing.T) {
	t.Parallel()
	drive(t, reading("40x12"), func(d *driver) {
		d.press("right")
		d.lacks("▸")
		lines := strings.Split(d.look(), "\n")
		last := strings.Join(strings.Fields(lines[10]), " ")
		d.press("space")
		d.sees("▸" + last)
		d.press("down")
		d.lacks("▸")
	})
}

func TestABeliefIsSetApart(t *testing.T) {
	t.Parallel()
	drive(t, reading("80x24"), func(d *driver) {
		s := d.env.Workbook.Course.Lessons[0].Sections[1]
		s.Blocks = []course.Block{{Kind: course.Prose, Text: "What people say: the collector\ncloses it.\n\nWhat happens: nobody does."}}
		d.press("right")
		d.sees("▌ What people say ▌ The collector closes it.", "What happens: nobody does.")
	})
}

func TestTheMouseReadsALesson(t *testing.T) {
	t.Parallel()
	drive(t, reading("40x12"), func(d *driver) {
		d.press("right")
		d.sees("Nobody closes")
		d.wheel(2)
		d.lacks("Nobody closes")
		d.wheel(-2)
		d.sees("Nobody closes")
		d.press("end")
		for y, line := range strings.Split(d.look(), "\n") {
			if strings.Contains(line, "Choose one:") {
				d.click(4, y)
				break
			}
		}
		d.sees("checkpoint", "enter answer")
		d.press("esc", "t")
		d.click(4, 1+contentsTop)
		d.sees("1 of 4")
	})
}

// contentsTop is how many lines stand above the rows of the contents.
const contentsTop = 2

// TestHelpNamesEachKeyOnce: where two actions have a key, it belongs to one.
func TestHelpNamesEachKeyOnce(t *testing.T) {
	t.Parallel()
	for name, open := range map[string][]string{
		"contents": {"t"}, "search": {"/", "h", "enter"}, "checkpoint": {"right", "enter"},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, reading("120x40"), func(d *driver) {
				d.press(open...)
				seen := map[string]string{}
				for _, a := range d.model.actions() {
					for _, k := range a.Keys() {
						if other, twice := seen[k]; twice {
							t.Errorf("%s means %q and %q", k, other, a.Help().Desc)
						}
						seen[k] = a.Help().Desc
					}
				}
			})
		})
	}
}

// TestAnAnsweredQuestionRunsNothing unless asked to.
func TestAnAnsweredQuestionRunsNothing(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.start = page.Route{Page: page.Quiz, ID: "1"}
	drive(t, s, func(d *driver) {
		for range 6 {
			d.right()
			d.lacks("Running:")
			d.press("enter")
		}
	})
}
