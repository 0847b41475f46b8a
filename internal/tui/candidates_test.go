package tui

import (
	"context"
	"example.com/leakproof/internal/tui/page"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
)

// solved is a learner who has solved the kata. The suite refuses whatever it is
// given, after a moment; ran collects what that was.
func solved(size string, ran *[]string) setup {
	s := sizes[size]
	s.start = page.Route{Page: page.Candidates, ID: "1"}
	s.history = []progress.Event{{Kind: progress.KindVerdict, At: time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), Kata: "01-open-file", Status: "pass"}}
	s.grade = func(ctx context.Context, suite grade.Suite) (grade.Verdict, error) {
		*ran = append(*ran, string(suite.Answer["katas/01-open-file/notes.go"]))
		select {
		case <-time.After(2 * time.Second):
			return failing, nil
		case <-ctx.Done():
			return grade.Verdict{}, ctx.Err()
		}
	}
	return s
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			var ran []string
			drive(t, solved(name, &ran), func(d *driver) {
				d.golden()
			})
		})
	}
}

func TestACandidateIsPredictedAndThenRun(t *testing.T) {
	t.Parallel()
	var ran []string
	drive(t, solved("120x40", &ran), func(d *driver) {
		list := d.kata().Candidates()
		for !strings.HasPrefix(list[0].ID, "wrong-") {
			d.press("down")
			list = list[1:]
		}
		d.press("enter")
		d.sees(list[0].Summary, "What does the suite say against it?")
		d.pick("Nothing: it is accepted.")
		d.sees("Running the suite against it.")
		d.lacks("Not quite") // the suite decides, not the key
		d.wait(3 * time.Second)
		d.sees("The suite: FAIL", "TestReadClosesOnFailure", "Not quite", "The suite refuses it.")
		d.golden()
		if want := string(list[0].Files["notes.go"]); len(ran) != 1 || ran[0] != want {
			t.Errorf("the suite ran against %q, want once against %q", ran, want)
		}
		d.press("enter")
		d.sees("Pick one", "> ✗")
	})
}

func TestCandidatesWaitForGreen(t *testing.T) {
	t.Parallel()
	s := sizes["80x24"]
	s.start = page.Route{Page: page.Kata, ID: "1"}
	drive(t, s, func(d *driver) {
		d.press("m")
		d.sees("First solve the kata")
	})
}

func TestLeavingACandidateEndsItsRun(t *testing.T) {
	t.Parallel()
	var ran []string
	drive(t, solved("80x24", &ran), func(d *driver) {
		d.press("enter")
		d.pick("Nothing: it is accepted.")
		d.press("q")
		d.wait(3 * time.Second)
		d.sees("Pick one")
		d.press("q")
		d.sees("Next:")
	})
}
