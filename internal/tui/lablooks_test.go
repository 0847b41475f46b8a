package tui

import (
	"math/rand/v2"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/nightly"
)

// TestLabLooks are the looks of each state of the page, in all sizes that its
// terminal is resized to.
func TestLabLooks(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(d *driver, f *fakeLab){
		"story": func(d *driver, f *fakeLab) {
			f.hello()
			f.runs(3)
			d.settle()
		},
		"compiling": func(d *driver, f *fakeLab) {
			f.updates <- lab.Update{Building: &lab.Building{Done: 34, Total: 120}}
			d.press("2")
		},
		"broken": func(d *driver, f *fakeLab) { f.broken(d) },
		"met": func(d *driver, f *fakeLab) {
			f.broken(d)
			d.press("down", "space")
			f.runs(25)
			d.settle()
		},
		"goroutines": func(d *driver, f *fakeLab) {
			f.broken(d)
			d.press("3")
		},
		"summary": func(d *driver, f *fakeLab) {
			f.broken(d)
			d.press("q")
			d.wait(dialogGrace)
			d.press("y")
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeLab()
			drive(t, inLab("120x40", f), func(d *driver) {
				play(d, f)
				d.goldens()
			})
		})
	}
}

// TestPredictionLooks are the looks of a question and of its answer, which each
// size shows another part of first.
func TestPredictionLooks(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(d *driver, f *fakeLab){
		"question": func(d *driver, f *fakeLab) {
			f.hello()
			f.runs(10)
			d.press("2", "space")
		},
		"explained": func(d *driver, f *fakeLab) {
			f.broken(d)
			d.press("e")
		},
	} {
		for size := range sizes {
			t.Run(name+"-"+size, func(t *testing.T) {
				f := newFakeLab()
				drive(t, inLab(size, f), func(d *driver) {
					play(d, f)
					d.golden()
				})
			})
		}
	}
}

// TestLabInOtherColours: nothing of the page is lost in light, without colours
// or in ASCII.
func TestLabInOtherColours(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*setup){
		"light":    func(s *setup) { s.light = true },
		"nocolour": func(s *setup) { s.noColor = true },
		"ascii":    func(s *setup) { s.noColor, s.onlyASCII = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeLab()
			s := inLab("120x40", f)
			change(&s)
			drive(t, s, func(d *driver) {
				f.broken(d)
				d.golden()
				if i := strings.IndexFunc(d.look(), func(r rune) bool { return r > 127 }); s.onlyASCII && i >= 0 {
					d.Errorf("not ASCII from %q on", d.look()[i:min(len(d.look()), i+20)])
				}
			})
		})
	}
}

// TestAStormOfResizesOverALab: also while it runs, in front of a question and on
// every tab.
func TestAStormOfResizesOverALab(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 5))
	f := newFakeLab()
	drive(t, inLab("120x40", f), func(d *driver) {
		storm := func(over string) {
			for range nightly.Times(12, 400) {
				width, height := 20+random.IntN(221), 5+random.IntN(76)
				_, _ = d.model.Update(tea.WindowSizeMsg{Width: width, Height: height})
				lines := strings.Split(d.model.View().Content, "\n")
				if len(lines) > height {
					t.Fatalf("%s: %d lines at %dx%d", over, len(lines), width, height)
				}
				for _, line := range lines {
					if w := xansi.StringWidth(line); w > width {
						t.Fatalf("%s: a line of %d cells at %dx%d: %q", over, w, width, height, line)
					}
				}
			}
			d.resize(120, 40)
		}
		f.hello()
		f.runs(10)
		d.press("2", "space")
		d.sees("enter answer", "esc not now")
		storm("the question")
		d.predict("It stays as it is")
		f.runs(20)
		d.settle()
		for _, key := range []string{"1", "2", "3", "4"} {
			d.press(key)
			storm("tab " + key)
		}
		d.press("2", "e")
		d.sees("Not quite")
		storm("the explanation")
	})
}
