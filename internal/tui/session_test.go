package tui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/tui/page"
)

const plan = `<!-- leakproof.agenda/1 -->

# Together: Open file

> Nobody sees this.

## Before: Read lesson 1, Close what you open

@lesson 01-close

It takes about 3 minutes: ` + "`leakproof read 1`" + `.

## 5 min: Welcome

Today we repair ` + "`katas/01-open-file/notes.go`" + ` on one screen.

## 10 min: Vote on a question

@question close-first

Everybody chooses alone.

> The answer: the function.

## 20 min: Repair together: kata 1, Open file

@kata 01-open-file

One types, the others say what.

## 10 min: Almost right: closes on success only

@near-miss 01-open-file/wrong-a

Would you have merged this?

> The failing path still leaks.

## 5 min: A break

@break

## 10 min: In our own service

@task close-audit
`

// inSession is the plan on the projector. The suite refuses whatever it is given,
// after a moment; ran collects what that was, and "ended" for a run that was.
func inSession(size string, ran *[]string) setup {
	s := sizes[size]
	s.start = page.Route{Page: page.Session, Text: plan}
	s.grade = func(ctx context.Context, suite grade.Suite) (grade.Verdict, error) {
		*ran = append(*ran, string(suite.Answer["katas/01-open-file/notes.go"]))
		select {
		case <-time.After(2 * time.Second):
			return failing, nil
		case <-ctx.Done():
			*ran = append(*ran, "ended")
			return grade.Verdict{}, ctx.Err()
		}
	}
	return s
}

func TestSession(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(d *driver){
		"before": func(*driver) {},
		"vote":   func(d *driver) { d.press("right", "right") },
		"answer": func(d *driver) { d.press("right", "right"); d.onward("The answer") },
		"kata":   func(d *driver) { d.press("right", "right", "right", "p") },
		"miss":   func(d *driver) { d.press("right", "right", "right", "right") },
		"why": func(d *driver) {
			d.press("right", "right", "right", "right", "x")
			d.wait(3 * time.Second)
			d.onward("Why it is refused")
		},
	} {
		for size := range sizes {
			t.Run(name+"-"+size, func(t *testing.T) {
				var ran []string
				drive(t, inSession(size, &ran), func(d *driver) {
					play(d)
					d.golden()
				})
			})
		}
	}
}

func TestAStepThatTakesTooLong(t *testing.T) {
	t.Parallel()
	var ran []string
	drive(t, inSession("40x12", &ran), func(d *driver) {
		d.press("right")
		d.wait(7*time.Minute + 30*time.Second)
		d.goldens()
	})
}

// onward presses the key that goes on until the screen shows a text.
func (d *driver) onward(text string) {
	d.Helper()
	for range 20 {
		if strings.Contains(d.look(), text) {
			return
		}
		d.press("space")
	}
	d.Fatalf("the key that goes on never shows %q:\n%s", text, d.look())
}

func TestOneKeyLeadsThroughASession(t *testing.T) {
	t.Parallel()
	for size := range sizes {
		t.Run(size, func(t *testing.T) {
			var ran []string
			drive(t, inSession(size, &ran), func(d *driver) {
				for _, text := range []string{"Read lesson 1", "Welcome", "Vote on", "The answer", "Repair together", "Almost right", "Why it is refused", "A break", "In our own service"} {
					d.onward(text)
				}
				d.press("space")
				d.sees("This is the last step.")
			})
		})
	}
}

func TestTheAnswerWaitsForAKey(t *testing.T) {
	t.Parallel()
	var ran []string
	drive(t, inSession("80x24", &ran), func(d *driver) {
		d.press("right", "right")
		d.sees("Who closes a handle", "1. ", "The garbage collector.", "The operating system", "space show the answer")
		for _, hidden := range []string{"The answer", "It is the only one that knows of it.", "What a function opens for itself", "✓"} {
			d.lacks(hidden)
		}
		asked := options(d.look())
		d.press("space")
		d.sees("The answer", "✓", "It is the only one that knows of it.", "What a function opens for itself")
		d.lacks("Right")
		d.press("right", "left")
		d.sees("The answer") // it stays shown
		if shown := options(d.look()); shown != asked {
			d.Errorf("the options come as\n%s\nafter\n%s", shown, asked)
		}
		if log := readFile(t, filepath.Join(d.state, "progress.jsonl")); strings.Contains(log, "close-first") {
			d.Errorf("an answer that nobody gave is recorded:\n%s", log)
		}
	})
}

// options are the numbered lines of a screen.
func options(screen string) string {
	var out []string
	for line := range strings.Lines(screen) {
		line = strings.TrimLeft(line, " ✓")
		if len(line) > 1 && line[0] >= '1' && line[0] <= '9' && line[1] == '.' {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return strings.Join(out, "\n")
}

func TestANearMissIsRunAndItsReasonWaitsForAKey(t *testing.T) {
	t.Parallel()
	var ran []string
	drive(t, inSession("120x40", &ran), func(d *driver) {
		d.press("right", "right", "right", "right")
		d.sees("closes on success only", "Would you have merged this?", "+ this repair", "x run the suite")
		d.lacks("The failing path still leaks.")
		d.press("x")
		d.sees("Running the suite against it")
		d.press("x")
		d.sees("The suite is still running.")
		d.press("right") // it runs on
		d.wait(3 * time.Second)
		d.lacks("The suite:")
		d.press("left")
		d.sees("The suite: FAIL", "TestReadClosesOnFailure", "Read returned while its handle was open")
		d.lacks("The failing path still leaks.")
		d.press("space")
		d.sees("Why it is refused: The failing path still leaks.", "Many believe:")
		v := d.kata().Variant("wrong-a")
		if len(ran) != 1 || ran[0] != string(v.Files["notes.go"]) {
			t.Errorf("the suite ran against %q, want once against %q", ran, v.Files["notes.go"])
		}
		if log := readFile(t, filepath.Join(d.state, "progress.jsonl")); strings.Contains(log, "verdict") {
			d.Errorf("a verdict that is not the learner's is recorded:\n%s", log)
		}
	})
}

func TestLeavingASessionEndsItsRun(t *testing.T) {
	t.Parallel()
	var ran []string
	drive(t, inSession("80x24", &ran), func(d *driver) {
		d.press("right", "right", "right", "right")
		d.wait(time.Second)
		d.press("q")
		d.sees("Leave the session at step 5 of 7? Next time it begins at the first. Its clock, 0 of 60 min so far, is forgotten.")
		d.wait(time.Second)
		d.press("n")
		d.sees("Almost right")
		d.press("q")
		d.wait(time.Second)
		d.press("n", "x", "q")
		d.wait(time.Second)
		d.press("y")
		d.sees("Next:")
		if len(ran) != 2 || ran[1] != "ended" {
			t.Errorf("of the run there is %q, want that it ended", ran)
		}
	})
}

func TestLeavingASessionIsAskedAtEveryStep(t *testing.T) {
	t.Parallel()
	var ran []string
	drive(t, inSession("40x12", &ran), func(d *driver) {
		for step := range 6 { // before any time was counted
			d.press("right", "q")
			d.sees(fmt.Sprintf("Leave the session at step %d of 7?", step+2))
			d.wait(time.Second)
			d.press("n")
		}
	})
	drive(t, inSession("40x12", &ran), func(d *driver) { // at the first one nothing is lost
		d.press("q")
		d.sees("Next:")
	})
}

func TestTheClockOfASession(t *testing.T) {
	t.Parallel()
	var ran []string
	drive(t, inSession("40x12", &ran), func(d *driver) {
		d.wait(2 * time.Minute) // people come in
		d.press("right")
		d.sees("05:00")
		d.wait(90 * time.Second)
		d.sees("03:30", "on time, 2 of 7")
		d.press("p")
		d.wait(2 * time.Minute)
		d.sees("paused 03:30")
		d.press("p")
		d.wait(5 * time.Minute)
		d.sees("+01:3", "1 min behind")
		d.press("right", "o") // nothing to open
		d.press("right", "o")
		d.sees("Kata 01 Open file")
		d.wait(10 * time.Minute) // it goes on meanwhile
		d.press("q")
		d.sees("10:00", "8 min ahead")
	})
}

func TestASessionInASCIIWithoutColours(t *testing.T) {
	t.Parallel()
	var ran []string
	s := inSession("120x40", &ran)
	s.onlyASCII, s.noColor = true, true
	drive(t, s, func(d *driver) {
		for range 10 {
			if i := strings.IndexFunc(d.look(), func(r rune) bool { return r > 127 }); i >= 0 {
				d.Fatalf("not ASCII from %q on:\n%s", d.look()[i:min(len(d.look()), i+20)], d.look())
			}
			d.press("space")
		}
		d.sees("######")
	})
}

// TestAPlanThatCannotBeShown is one that was changed since the command looked.
func TestAPlanThatCannotBeShown(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"":    "the plan is empty",
		"# x": "line 1: this is no plan of a session",
		strings.Replace(plan, "@kata 01", "@kata 99", 1): `line 25: no kata "99-open-file": did you mean 01-open-file?`,
	} {
		s := sizes["80x24"]
		s.start = page.Route{Page: page.Session, Text: src}
		drive(t, s, func(d *driver) {
			d.sees("Next:", want)
		})
	}
}

func TestASessionOutsideOfAClone(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.start, s.outside = page.Route{Page: page.Session, Text: plan}, true
	drive(t, s, func(d *driver) {
		d.press("right", "right", "right", "right", "x")
		d.wait(time.Second)
		d.sees("CANNOT RUN")
	})
}

// TestEveryKindOfQuestionIsShown: a plan can name any question.
func TestEveryKindOfQuestionIsShown(t *testing.T) {
	t.Parallel()
	s := sizes["120x40"]
	seen := map[course.Kind]bool{}
	src := "<!-- leakproof.agenda/1 -->\n# All\n"
	c := coursetest.Course(t).Questions
	for _, q := range c {
		src += "## 5 min: " + q.ID + "\n@question " + q.ID + "\n"
	}
	s.start = page.Route{Page: page.Session, Text: src}
	drive(t, s, func(d *driver) {
		for _, q := range c {
			seen[q.Kind] = true
			d.onward(q.ID)
			d.lacks("The answer")
			d.press("space")
			d.sees("The answer")
			d.lacks("You typed")
			d.lacks("Not quite")
			d.lacks("✗")
		}
	})
	if len(seen) < 5 {
		t.Errorf("only %v were shown", seen)
	}
}

func TestASessionLeadsToALab(t *testing.T) {
	t.Parallel()
	f := newFakeLab()
	s := inLab("120x40", f)
	s.start = page.Route{Page: page.Session, Text: "<!-- leakproof.agenda/1 -->\n\n# Together\n\n## 10 min: Watch it fail\n\n@lab leaky-fan-out\n"}
	drive(t, s, func(d *driver) {
		d.sees("Watch it fail", "Mission", "o open the lab")
		d.press("o")
		f.hello()
		f.runs(3)
		d.settle()
		d.sees("Lab: Leaky fan-out")
		d.press("q")
		d.sees("Watch it fail")
	})
}
