package tui

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/nightly"
	"example.com/leakproof/internal/tui/page"
	wire "example.com/leakproof/lessons/lab"
)

// inLab opens the fake lab.
func inLab(size string, f *fakeLab) setup {
	s := sizes[size]
	s.start = page.Route{Page: page.Lab, ID: "leaky-fan-out"}
	s.lab = f
	return s
}

// broken has a shard fail, as the learner predicts wrongly, and watches for 20
// seconds.
func (f *fakeLab) broken(d *driver) {
	d.Helper()
	f.hello()
	f.runs(10)
	d.settle()
	d.press("2", "space")
	d.predict("It stays as it is")
	f.runs(20)
	d.settle()
}

// predict answers with the option of a text, which stands beside the curves.
func (d *driver) predict(text string) {
	d.Helper()
	digit := regexp.MustCompile(`(\d)\. ` + text).FindStringSubmatch(d.look())
	if digit == nil {
		d.Fatalf("no option %q on the screen:\n%s", text, d.look())
	}
	d.press(digit[1], "enter")
}

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

// TestASettingIsPredictedBeforeItTakesEffect: the question comes first, once,
// and the setting is told only when it was answered.
func TestASettingIsPredictedBeforeItTakesEffect(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	drive(t, inLab("80x24", f), func(d *driver) {
		f.hello()
		f.runs(10)
		d.settle()
		d.press("enter", "space")
		d.sees("What do the goroutines do?", "esc not now")
		d.press("esc")
		d.lacks("What do the goroutines do?")
		if told := f.tellings(); len(told) > 0 {
			d.Errorf("the lab was told %q before the prediction", told)
		}
		d.press("space")
		d.predict("It rises and falls again")
		d.sees("fail on", "Predicted: it rises and falls again.", "Watch what happens.")
		d.lacks("rose without end")
		d.press("e")
		d.sees("What the curve does cannot be told yet.")
		f.runs(20)
		d.settle()
		d.sees("But it rose without end.")
		d.press("e")
		d.sees("Not quite", "It rises without end")
		d.press("esc", "space", "space")
		if told := f.tellings(); !slices.Equal(told, []string{"fail 1", "fail 0", "fail 1"}) {
			d.Errorf("the lab was told %q", told)
		}
		if a, ok := d.env.Workbook.Log.State().Answered("lab-leaky-fan-out-fail", 1); !ok || a.Right {
			d.Errorf("recorded: %+v, %t, want a wrong answer", a, ok)
		}
	})
}

// TestSettingsAreToldInTheOrderOfTheKeys: also when they are typed ahead, and
// what the lab refuses stays as it was.
func TestSettingsAreToldInTheOrderOfTheKeys(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	drive(t, inLab("120x40", f), func(d *driver) {
		d.typeAhead("enter", "space") // before the first sample
		d.sees("The lab is still starting.")
		f.hello()
		f.runs(2)
		d.settle()
		d.typeAhead("down", "space", "space", "space", "down", "down", "left", "left", "right", "left")
		want := []string{"buffer 1", "buffer 0", "buffer 1", "budget 200", "budget 100", "budget 200", "budget 100"}
		if told := f.tellings(); !slices.Equal(told, want) {
			d.Errorf("the lab was told %q, want %q", told, want)
		}
		d.sees("on Room for each answer", "100 ms Time for a search")
		d.press("up", "space") // which the fake refuses now
		d.sees("the lab did not take it within 2 s", "off Cancel the others")
	})
}

// TestTheMissionIsMet: with the price of the way, and the step after it.
func TestTheMissionIsMet(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	drive(t, inLab("120x40", f), func(d *driver) {
		f.broken(d)
		d.sees("held 0 of 15 s", "goroutines: 3038 (at most 60)")
		d.press("down", "space")
		f.runs(12)
		d.settle()
		d.sees("of 15 s", "✓ goroutines")
		d.lacks("Mission met")
		f.runs(15)
		d.settle()
		d.sees("Mission met", "Room for each answer: on. Its price: The other three shards", "work on for nobody.", "There is 1 other way.")
		d.press("n")
		d.lacks("Mission met")
		if f.stopped != 1 {
			d.Errorf("the run was stopped %d times, want once", f.stopped)
		}
	})
}

// TestLeavingALabEndsItsRun: q ends the run and shows its summary, q again goes
// back; what is under way ends with the page.
func TestLeavingALabEndsItsRun(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	drive(t, inLab("80x24", f), func(d *driver) {
		f.broken(d)
		d.press("q") // a key too many
		d.wait(dialogGrace)
		d.press("n")
		d.sees("[2 Live]", "live 30 s")
		d.press("q")
		d.wait(dialogGrace)
		d.press("y")
		d.sees("The run has ended", "A run of 30 s", "[4 Summary]")
		if f.stopped != 1 {
			d.Errorf("the run was stopped %d times, want once", f.stopped)
		}
		d.press("2", "space")
		d.sees("The run has ended: r runs it again.")
		d.press("r")
		d.lacks("has ended")
		d.press("q") // nothing was measured: at once
		d.sees("Next:")
		if f.stopped != 2 {
			d.Errorf("the run was stopped %d times, want twice", f.stopped)
		}
	})
}

// TestARunThatEndsByItself says why, and leaves the curves.
func TestARunThatEndsByItself(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	drive(t, inLab("80x24", f), func(d *driver) {
		f.broken(d)
		f.problem = errors.New("the lab ended after ten minutes without a key: start it again")
		close(f.ended)
		d.settle()
		d.sees("the lab ended after ten minutes without a key: start it again", "Goroutines 3038", "r run it again")
		d.press("down") // which takes the notice away
		d.sees("the lab ended after ten minutes")
		d.press("3")
		d.sees("Nobody looked at the goroutines while the lab ran.")
	})
}

// TestWhatMakesNumbersDoubtfulIsSaid: a disturbed sample, a cap, and the end of
// a run that nobody watches.
func TestWhatMakesNumbersDoubtfulIsSaid(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	drive(t, inLab("80x24", f), func(d *driver) {
		f.broken(d)
		f.updates <- lab.Update{Event: &wire.Event{At: f.at, Text: "capped at 20,000 goroutines: production has no cap"}}
		f.runs(1)
		d.settle()
		d.sees("! capped at 20,000 goroutines: production has no cap")
		s := f.sample()
		s.Disturbed = "the load went out 180 ms late"
		f.updates <- lab.Update{Sample: s}
		d.settle()
		d.sees("! Disturbed: the load went out 180 ms late")
		f.at += 550
		f.runs(1)
		d.settle()
		d.sees("Nobody has pressed a key for 9 minutes")
		d.press("up")
		d.lacks("Nobody has pressed a key")
		if f.touched == 0 {
			d.Error("the lab was not told of the key")
		}
	})
}

// TestTheGoroutinesAreLookedAt: when the tab is opened, and again on a key.
func TestTheGoroutinesAreLookedAt(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	drive(t, inLab("120x40", f), func(d *driver) {
		f.broken(d)
		d.press("3")
		d.sees("3037 goroutines at 30 s, in 3 groups.", "chan send", "service.go:63 main.search.func1",
			"go tool pprof -http=: http://127.0.0.1:41234/debug/pprof/goroutine")
		f.runs(10)
		d.settle()
		d.press("r", "y")
		d.sees("at 40 s", "sent to the clipboard")
		if f.asked != 2 {
			d.Errorf("the lab was asked %d times, want twice", f.asked)
		}
	})
}

// TestALookThatFails is no look that goes on.
func TestALookThatFails(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	f.deaf = errors.New("the lab is too busy")
	drive(t, inLab("120x40", f), func(d *driver) {
		f.broken(d)
		d.press("3")
		d.sees("the lab is too busy", "The service has not told its goroutines. r looks again.")
		f.deaf = nil
		d.press("r")
		d.sees("3037 goroutines at 30 s, in 3 groups.")
	})
}

// TestATabOpenedBeforeTheNumbers shows them as soon as there are some.
func TestATabOpenedBeforeTheNumbers(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{"3": "38 goroutines at ", "4": "A run of "} {
		f := newFakeLab()
		drive(t, inLab("120x40", f), func(d *driver) {
			f.hello()
			d.press(key)
			d.sees("The lab is starting.")
			f.runs(1)
			d.settle()
			d.sees(want)
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

// TestTheMouseInALab chooses a tab and a setting, and turns the one that is
// chosen.
func TestTheMouseInALab(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	drive(t, inLab("120x40", f), func(d *driver) {
		f.hello()
		f.runs(3)
		d.settle()
		d.click(14, 2)
		d.sees("[2 Live]")
		lines := strings.Split(d.look(), "\n")
		y := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "Cancel the others") })
		d.click(80, y)
		d.sees("> off Cancel the others")
		d.click(80, y)
		d.sees("> on Cancel the others")
		d.click(10, y)
		d.sees("> on Cancel the others")
		f.runs(30)
		d.settle()
		d.click(10, y)
		if f.touched == 0 {
			d.Error("the lab was not told of the click")
		}
	})
}
