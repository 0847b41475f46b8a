package agenda

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"
)

// small is a plan with everything that one can hold.
func small() Agenda {
	return Agenda{Title: "Lost cancel", Notes: "Change it.\n\nAs you like.", Steps: []Step{
		{Title: "Read lesson 5", Kind: Lesson, ID: "05-context-is-a-tree", Text: "About 17 minutes."},
		{Title: "Welcome", Minutes: 5, Kind: Talk, Text: "Hello."},
		{Title: "Vote: who cancels?", Minutes: 10, Kind: Question, ID: "who-cancels", Notes: "The answer: whoever made it."},
		{Title: "Repair", Minutes: 40, Kind: Kata, ID: "05-lost-cancel"},
		{Title: "A break", Minutes: 10, Kind: Break},
		{Title: "Almost right", Minutes: 5, Kind: NearMiss, ID: "05-lost-cancel/wrong-defer", Text: "Why?\n\n```go\n## no heading\n@no directive\n> no note\n```"},
		{Title: "At home", Minutes: 5, Kind: Task, ID: "w1-go-audit"},
	}}
}

// unplaced is a plan without the lines it was read from.
func unplaced(a Agenda) Agenda {
	for i := range a.Steps {
		a.Steps[i].Line = 0
	}
	return a
}

func TestAPlanIsReadAsItWasWritten(t *testing.T) {
	plans := []Agenda{small()}
	for _, text := range []string{
		"## a heading", "# a title", "@kata x", "> quoted", `\@ escaped`, `\\ twice`, `\plain`, "#tag", "### deeper", "  ## indented", "    ## code",
		"- a list\n  - in a list", "one\n\n\ntwo", "```\nfence\n```", "~~~~\n```\n~~~\n## x\n~~~~", "  ```\n  ## x\n  ```", "\u2028", "a\tb", "1. `x`", "<!-- leakproof.agenda/2 -->", "ä – “ö” 🦫",
		"10 min: no heading", "---", "|a|b|\n|-|-|",
	} {
		a := small()
		a.Steps[1].Text, a.Steps[2].Notes, a.Notes = text, text, text
		plans = append(plans, a)
	}
	for _, title := range []string{": colon", "- dash", "5 min: twice", "Before: once more", "# sharp", "@kata", "a `b` *c*", strings.Repeat("é", maxTitle)} {
		a := small()
		a.Title, a.Steps[0].Title, a.Steps[1].Title = title, title, title
		plans = append(plans, a)
	}
	// Anything out of the pieces that mean something.
	dice := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"#", "##", "###", " ", "  ", "\n", "\n\n", "@", "@kata x", ">", "> x", "```", "~~~", `\`, "10 min:", "Before:", "word", "<!--", "-->", "é", "\t.", "-"}
	for range 2000 {
		a := small()
		for i := range a.Steps {
			var b strings.Builder
			for range dice.IntN(12) {
				b.WriteString(pieces[dice.IntN(len(pieces))])
			}
			a.Steps[i].Text = tidy(b.String())
			a.Steps[i].Notes = block(strings.Split(strings.TrimRight(b.String(), " \t\n"), "\n"))
		}
		plans = append(plans, a)
	}
	for _, want := range plans {
		got, err := Read(strings.NewReader(want.Markdown()))
		if err != nil {
			t.Fatalf("%v:\n%s", err, want.Markdown())
		}
		for i, s := range got.Steps {
			line := strings.Split(want.Markdown(), "\n")[s.Line-1]
			if !strings.HasPrefix(line, "## ") || !strings.Contains(line, s.Title) {
				t.Errorf("step %d is said to be in line %d: %q", i, s.Line, line)
			}
		}
		if got = unplaced(got); !reflect.DeepEqual(got, normal(want)) {
			t.Fatalf("read:\n%+v\nwant:\n%+v\nfrom:\n%s", got, want, want.Markdown())
		}
	}
}

// tidy makes a text one that a plan can hold: no blanks at the ends of lines, no
// fence that is open at its end.
func tidy(text string) string {
	lines := strings.Split(text, "\n")
	var f fence
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t")
		_, rest := margin(lines[i])
		f.inside(rest)
	}
	if f.mark != "" {
		lines = append(lines, f.mark)
	}
	return block(lines)
}

// normal is a plan with the notes as they are read back: without blanks at the
// ends of their lines.
func normal(a Agenda) Agenda {
	trim := func(s string) string {
		lines := strings.Split(s, "\n")
		for i, line := range lines {
			lines[i] = strings.TrimRight(line, " \t")
		}
		return block(lines)
	}
	a.Notes = trim(a.Notes)
	for i := range a.Steps {
		a.Steps[i].Notes = trim(a.Steps[i].Notes)
	}
	return a
}

// TestAPlanIsEditedByHand: what people do to a text.
func TestAPlanIsEditedByHand(t *testing.T) {
	src := "\ufeff\r\n<!--leakproof.agenda/1-->\r\n\r\n#   Our   session  \r\n> for me\r\n\r\n##20 minutes Welcome\r\n\r\nHello,\r\n\\@anna\r\n" +
		"## before - Read\n  @lesson 05-context-is-a-tree  \n## 3 MIN: The end\n##  5 min. A break\n@break\n\n"
	got, err := Read(strings.NewReader(src))
	want := Agenda{Title: "Our session", Notes: "for me", Steps: []Step{
		{Title: "Welcome", Minutes: 20, Kind: Talk, Text: "Hello,\n@anna", Line: 7},
		{Title: "Read", Kind: Lesson, ID: "05-context-is-a-tree", Line: 11},
		{Title: "The end", Minutes: 3, Kind: Talk, Line: 13},
		{Title: "A break", Minutes: 5, Kind: Break, Line: 14},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v; want %+v", got, err, want)
	}
	if got.Minutes() != 28 {
		t.Errorf("%d minutes, want 28", got.Minutes())
	}
}

func TestWhatCannotBeReadIsNamed(t *testing.T) {
	head := "<!-- leakproof.agenda/1 -->\n# T\n"
	for name, test := range map[string]struct{ src, want string }{
		"empty":             {" \n\t\n", "the plan is empty"},
		"another text":      {"# Leakproof\n", "line 1: this is no plan of a session"},
		"another format":    {"\n<!-- leakproof.agenda/2 -->\n# T\n", "line 2: the plan is of the format leakproof.agenda/2, and this program reads leakproof.agenda/1"},
		"UTF-16":            {"\xff\xfe<\x00!\x00", "line 1: this is no UTF-8"},
		"no step":           {head, "the plan has no step"},
		"no title":          {"<!-- leakproof.agenda/1 -->\n## 5 min: A\n", "line 2: the plan has no title"},
		"two titles":        {head + "# U\n## 5 min: A\n", "line 3: a second title"},
		"no minutes":        {head + "## Welcome\n", "line 3: a step says how long it takes"},
		"words for minutes": {head + "## ten min: A\n", "line 3: a step says how long it takes"},
		"no time at all":    {head + "## 0 min: A\n", "line 3: a step takes 1 to 600 minutes, and this says 0"},
		"days":              {head + "## 601 min: A\n", "line 3: a step takes 1 to 600 minutes, and this says 601"},
		"beyond numbers":    {head + "## 99999999999999999999 min: A\n", "line 3: a step takes 1 to 600 minutes"},
		"no title of it":    {head + "## 5 min:\n", "line 3: the title is missing"},
		"a long title":      {head + "## 5 min: " + strings.Repeat("x", 201), "line 3: the title has 201 characters"},
		"unknown":           {head + "## 5 min: A\n@kataa x\n", "line 4: @kataa is not known"},
		"a bare sign":       {head + "## 5 min: A\n@\n", "line 4: @ is not known"},
		"no id":             {head + "## 5 min: A\n\n@kata\n", "line 5: @kata takes one id"},
		"two ids":           {head + "## 5 min: A\n@kata x y\n", "line 4: @kata takes one id"},
		"a busy break":      {head + "## 5 min: A\n@break x\n", "line 4: @break stands alone"},
		"twice":             {head + "## 5 min: A\n@kata x\n@break\n", "line 5: the step is about line 4 already"},
		"of no step":        {head + "@kata x\n## 5 min: A\n", "line 3: @kata belongs to a step"},
		"text of no step":   {head + "Hello.\n## 5 min: A\n", "line 3: this belongs to no step"},
		"an open fence":     {head + "## 5 min: A\n```go\n## 5 min: B\n", "line 4: this fence is never closed"},
		"an escape":         {head + "## 5 min: A\x1b[2J\n", "line 3: the character U+001B cannot be shown"},
		"turned round":      {head + "## 5 min: A\u202e\n", "line 3: the character U+202E cannot be shown"},
		"huge":              {head + strings.Repeat("x\n", MaxBytes), "the plan has more than 256 KiB"},
		"many steps":        {head + strings.Repeat("## 5 min: A\n", MaxSteps+1), "line 203: the plan has 201 steps"},
	} {
		_, err := Read(strings.NewReader(test.src))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	_, err := Read(strings.NewReader(head + strings.Repeat("## A\n", 50)))
	if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != maxProblems+1 || !strings.HasSuffix(fmt.Sprint(err), "and 40 lines more that cannot be read") {
		t.Errorf("of 50 mistakes %d lines are told:\n%v", n, err)
	}
	if _, err := Read(broken{}); !errors.Is(err, errBroken) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

var errBroken = errors.New("the disk is gone")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

func FuzzRead(f *testing.F) {
	f.Add(small().Markdown())
	f.Add("<!-- leakproof.agenda/1 -->\n# T\n## 5 min: A\n~~~\n")
	f.Fuzz(func(t *testing.T, src string) {
		a, err := Read(strings.NewReader(src))
		if err != nil {
			return
		}
		again, err := Read(strings.NewReader(a.Markdown()))
		if err != nil || !reflect.DeepEqual(unplaced(again), unplaced(a)) {
			t.Errorf("%q is read as %+v and, written anew, as %+v, %v", src, a, again, err)
		}
	})
}

func TestTheClockKeepsEachStepsTime(t *testing.T) {
	now := time.Date(2026, 11, 30, 14, 0, 0, 0, time.UTC)
	c := NewClock(Agenda{Steps: []Step{{Title: "Read"}, {Title: "A", Minutes: 10}, {Title: "B", Minutes: 20}, {Title: "C", Minutes: 5}}})
	c.Tick(now)
	pass := func(d time.Duration) { now = now.Add(d); c.Tick(now) }
	check := func(digits, pace, place string) {
		t.Helper()
		if c.Digits() != digits || c.Pace() != pace || c.Place() != place {
			t.Errorf("the clock shows %s, %s, %s; want %s, %s, %s", c.Digits(), c.Pace(), c.Place(), digits, pace, place)
		}
	}
	pass(time.Hour) // people come in
	if c.Started() {
		t.Error("the time before the session counts")
	}
	c.Go(1)
	check("10:00", "on time", "0 of 35 min")
	pass(90*time.Second + 300*time.Millisecond)
	check("08:30", "on time", "1 of 35 min")
	c.Paused = true
	pass(time.Hour)
	check("08:30", "on time", "1 of 35 min")
	c.Paused = false
	pass(10 * time.Minute)
	check("+01:30", "1 min behind", "11 of 35 min")
	c.Go(3) // B is left out
	check("05:00", "18 min ahead", "11 of 35 min")
	pass(-time.Hour) // the clock was put back
	check("05:00", "18 min ahead", "11 of 35 min")
	c.Go(2) // after all
	pass(25 * time.Minute)
	check("+05:00", "6 min behind", "36 of 35 min")
	c.Go(9)
	if c.At != 3 {
		t.Errorf("beyond the end it is at step %d", c.At)
	}
}

// TestTheBoardCanReadPlans: neither the course nor the screens come with them.
func TestTheBoardCanReadPlans(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.Lines(string(out)) {
		dep = strings.TrimSpace(dep)
		if first, _, _ := strings.Cut(dep, "/"); strings.Contains(first, ".") && !strings.HasPrefix(dep, "example.com/leakproof/internal/team/agenda") {
			t.Errorf("the package brings %s", dep)
		}
	}
}
