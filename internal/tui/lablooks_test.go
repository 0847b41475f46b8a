package tui

import (
	"strings"
	"testing"

	"example.com/leakproof/internal/lab"
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
