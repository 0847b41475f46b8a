package plain

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/team/agenda"
)

// planned is a session with a step of each kind.
func planned() agenda.Agenda {
	return agenda.Agenda{Title: "Together: The worker", Steps: []agenda.Step{
		{Title: "Read lesson 1", Kind: agenda.Lesson, ID: "01-ends", Text: "It takes `5` minutes."},
		{Title: "Vote", Minutes: 10, Kind: agenda.Question, ID: "one", Notes: "It returns."},
		{Title: "Repair", Minutes: 20, Kind: agenda.Kata, ID: "02-worker"},
		{Title: "Almost right", Minutes: 10, Kind: agenda.NearMiss, ID: "02-worker/wrong-hope", Text: "Would you have merged this?"},
		{Title: "A break", Minutes: 5, Kind: agenda.Break},
		{Title: "At home", Minutes: 5, Kind: agenda.Task, ID: "audit"},
	}}
}

// presentDesk has the near miss of the plan.
func presentDesk(t *testing.T, in io.Reader) (d *desk, ran *[]string) {
	t.Helper()
	d = newDesk(t, in)
	d.kata.Variants = append(d.kata.Variants, &course.Variant{
		ID: "wrong-hope", Summary: "A `hope`.", Why: "Hope ends nothing.", Misconception: "kill", RefusedBy: []string{"TestEnds"},
		Files: map[string][]byte{"notes.go": []byte("package worker\n\n// hope\n")},
	})
	ran = &[]string{}
	d.wb.Grade = func(_ context.Context, s grade.Suite) (grade.Verdict, error) {
		*ran = append(*ran, string(s.Answer["katas/02-worker/notes.go"]))
		return grade.Verdict{Status: explain.Fail, Race: true, Tests: []explain.Test{
			{Name: "TestEnds", Status: explain.Fail, Message: "Run must\x1b[2J return."}, {Name: "TestEndsTwice", Status: explain.Fail, Message: "Run must\x1b[2J return."}, {Name: "TestRuns", Status: explain.Pass},
		}}, nil
	}
	return d, ran
}

func TestASessionInLines(t *testing.T) {
	d, ran := presentDesk(t, typing("pause", "go", "", "time", "answer", "why", "", "back", "", "", "run", "why", "again", "", "nonsense", "", ""))
	if err := d.Present(t.Context(), planned()); err != nil {
		t.Fatal(err)
	}
	golden(t, "present", d)
	if len(*ran) != 1 || !strings.Contains((*ran)[0], "hope") {
		t.Errorf("the suite ran against %q, want once against the near miss", *ran)
	}
	if history := recordedKinds(d); history != "" {
		t.Errorf("a session records what the learner did not do: %s", history)
	}
}

func recordedKinds(d *desk) string {
	var out []string
	for e := range d.wb.Log.State().History() {
		out = append(out, string(e.Kind))
	}
	return strings.Join(out, " ")
}

// TestASessionHidesAnswers: nothing of what the room has to find out stands in
// the lines before its word is typed.
func TestASessionHidesAnswers(t *testing.T) {
	d, _ := presentDesk(t, typing("", "", "", "", ""))
	if err := d.Present(t.Context(), planned()); err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"Only its own return", "ends by itself", "Hope ends nothing", "Something else ends it"} {
		if strings.Contains(d.out.String(), hidden) {
			t.Errorf("%q is told unasked:\n%s", hidden, d.out.String())
		}
	}
	if !strings.HasSuffix(d.out.String(), "\nThe input has ended.\n") {
		t.Errorf("the end of the input is not told:\n%s", d.out.String())
	}
}

func TestASessionIsLeft(t *testing.T) {
	d, _ := presentDesk(t, typing("QUIT", "time"))
	if err := d.Present(t.Context(), planned()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(d.out.String(), "has not begun") {
		t.Errorf("after quit it goes on:\n%s", d.out.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Present(ctx, planned()); err != nil {
		t.Errorf("interrupted: %v", err)
	}
}

func TestASessionThatNamesWhatIsNotThere(t *testing.T) {
	d, _ := presentDesk(t, typing())
	a := planned()
	a.Steps[2].ID, a.Steps[2].Line = "02-walker", 12
	if err := d.Present(t.Context(), a); err == nil || !strings.Contains(err.Error(), `line 12: no kata "02-walker": did you mean 02-worker?`) {
		t.Errorf("present: %v", err)
	}
}

func TestTheEndOfAStepIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, keys := io.Pipe()
		d, _ := presentDesk(t, in)
		d.wb.Now = time.Now
		ended := make(chan error, 1)
		go func() { ended <- d.Present(t.Context(), planned()) }()
		typed := func(line string) string {
			t.Helper()
			if _, err := io.WriteString(keys, line+"\n"); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			return d.out.take()
		}
		pass := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		pass(time.Hour) // people come in
		contains(t, typed(""), "Step 2 of 6, 10 minutes: Vote")
		pass(10*time.Minute - time.Second)
		if told := d.out.take(); told != "" {
			t.Errorf("told before the end: %q", told)
		}
		pass(2 * time.Second)
		contains(t, d.out.take(), "The 10 minutes of this step are over.")
		pass(2 * time.Minute)
		contains(t, typed("time"), "This step is 2 minutes over its time. So far 12 of 50 min, 2 min behind.")
		contains(t, typed("pause"), "The clock stands still.")
		pass(time.Hour)
		contains(t, typed("go"), "So far 12 of 50 min, 2 min behind.")
		contains(t, typed(""), "Step 3 of 6, 20 minutes: Repair", "So far 12 of 50 min, 2 min behind.")
		contains(t, typed("time"), "This step has 20 minutes left.")
		typed("pause")
		pass(time.Hour)
		if told := d.out.take(); told != "" {
			t.Errorf("told while the clock stands still: %q", told)
		}
		if err := keys.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
