package tui

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/leakproof/internal/lab"
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
