package lab

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/course"
	wire "example.com/leakproof/lessons/lab"
)

func TestPredictions(t *testing.T) {
	f := newFeed(t, nil)
	f.run(4, nil)
	p := f.Asks("silent", 1)
	if p == nil || p.ID != "lab-shards-silent" {
		t.Fatalf("before the first effect, it asks %v", p)
	}
	if f.Asks("silent", 0) != nil || f.Asks("buffer", 1) != nil {
		t.Error("it asks before a setting without a prediction, or that stays as it is")
	}
	f.set("buffer", 1)
	if f.Asks("silent", 1) != nil {
		t.Error("it asks although what is given is not so")
	}
	f.set("buffer", 0)
	f.Predict(p, course.Stays)
	if f.Asks("silent", 1) != nil {
		t.Error("it asks twice")
	}
	if o := f.Outcomes()[0]; o.From != -1 || o.Seen != "" {
		t.Errorf("before the effect: %+v", o)
	}
	f.set("silent", 1)
	took := f.at
	leak := func() { f.numbers["goroutines"] += 10 }
	f.run(5, leak)
	if o := f.Outcomes()[0]; o.From != took || o.Seen != "" {
		t.Errorf("after 5 s: %+v", o)
	}
	f.run(3, leak)
	if o := f.Outcomes()[0]; o.Seen != course.Rises || o.Predicted != course.Stays {
		t.Errorf("after 8 s: %+v", o)
	}
	if got, want := f.Outcomes()[0].Sentence(f.Lab), "One shard is silent: on. You predicted of \"goroutines\" that it stays as it is. But it rose without end."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	// What follows from another setting is not counted.
	f.set("buffer", 1)
	f.run(20, func() { f.numbers["goroutines"] = 40 })
	if o := f.Outcomes()[0]; o.Seen != course.Rises {
		t.Errorf("after the cure: %+v", o)
	}
	if newFeed(t, map[string]course.Shape{p.ID: course.Rises}).Asks("silent", 1) != nil {
		t.Error("it asks what was predicted in an earlier run")
	}
}

func TestAnOutcomeFollowsTheCurve(t *testing.T) {
	f := newFeed(t, nil)
	f.run(3, nil)
	f.Predict(f.Asks("silent", 1), course.RisesAndFalls)
	f.set("silent", 1)
	f.run(8, func() { f.numbers["goroutines"] += 10 })
	if o := f.Outcomes()[0]; o.Seen != course.Rises {
		t.Errorf("on the way up: %q", o.Seen)
	}
	f.run(8, func() { f.numbers["goroutines"] -= 10 })
	if o := f.Outcomes()[0]; o.Seen != course.RisesAndFalls {
		t.Errorf("on the way down: %q", o.Seen)
	}
	f.run(5, nil)
	f.run(30, func() { f.numbers["goroutines"] += 100 })
	if o := f.Outcomes()[0]; o.Seen != course.RisesAndFalls {
		t.Errorf("long after: %q", o.Seen)
	}
}

func TestSharesAndMarks(t *testing.T) {
	f := newFeed(t, nil)
	if _, ok := f.Now("ok"); ok {
		t.Error("there is a share before there is a sample")
	}
	f.run(6, func() { f.numbers["heap"] += 0.5 })
	if v, ok := f.Now("ok"); !ok || v != 100 {
		t.Errorf("all answered: %v, %v", v, ok)
	}
	f.run(2.5, func() { f.numbers["reads.answered"] -= 50 })
	if v, ok := f.Now("ok"); !ok || v != 50 {
		t.Errorf("half of 5 s answered: %v, %v", v, ok)
	}
	m := f.Mark()
	if m["reads.sent"] != 50*4*8.5 {
		t.Errorf("a counter's mark is %v", m["reads.sent"])
	}
	// The last sample and the twelve before it, from three seconds.
	if want := (11*17.5 + 17 + 16.5) / 13; m["heap"] != want {
		t.Errorf("the heap's mark is %v, want %v", m["heap"], want)
	}
	f.numbers = map[string]float64{"reads.sent": 3, "reads.answered": 3} // the service started again
	f.sample("")
	if v, ok := f.Now("ok"); ok {
		t.Errorf("from a counter that went back there is a share of %v", v)
	}
	if _, ok := f.Now("heap"); ok {
		t.Error("a number that was left out has a value")
	}
}

func TestTheMission(t *testing.T) {
	f := newFeed(t, nil)
	check := func(when string, held float64, waits string) {
		t.Helper()
		if m := f.Mission(); m.Held != held || m.Waits != waits {
			t.Errorf("%s: held for %v s, waits: %q; want %v, %q", when, m.Held, m.Waits, held, waits)
		}
	}
	const first = `it counts once "One shard is silent" has been on for 2 s`
	check("at the start", 0, first)
	f.run(8, nil)
	check("unbroken", 0, first)
	f.set("silent", 1)
	f.run(1.25, nil)
	check("on its way", 0, first+" (1 so far)")
	f.set("silent", 0)
	f.run(3, nil)
	check("given up", 0, first)
	f.set("silent", 1)
	f.run(2.5, nil)
	check("it counts", 0.25, "")
	f.run(1, nil)
	check("it counts", 1.25, "")

	f.set("silent", 0)
	f.run(1, nil)
	check("not given", 0, `it counts while "One shard is silent" is on`)
	f.set("silent", 1)
	f.run(2.25, nil)
	check("given again", 2, "")
	f.sample("the load went out 180 ms late")
	check("disturbed", 2, "")
	f.run(0.5, nil)
	check("they go on", 2.5, "")
	f.numbers["goroutines"] = 90
	f.sample("the load went out 180 ms late")
	f.numbers["goroutines"] = 60
	check("what a disturbed sample measures", 2.5, "")
	f.run(2.25, nil)
	f.sample("the load went out 180 ms late") // with this one it would have been 5 s
	check("nearly", 4.75, "")
	f.run(1, func() { f.numbers["goroutines"] = 60.0004 })
	check("a need fails", 0, "")
	if got, want := f.Mission().Anew, "The 5 s began anew at 22 s: goroutines: 60.0004 (at most 60)."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	f.numbers["goroutines"] = 60
	f.run(3, nil)
	f.at += 100
	f.run(3, nil)
	check("after a sleep", 2.5, "")
	f.set("buffer", 1)
	f.run(2, nil)
	if f.Mission().Met {
		t.Error("met too early")
	}
	f.run(1, nil)
	m := f.Mission()
	want := []Evidence{{"goroutines: 60 (at most 60)", true}, {"reads answered in time: 100 % (at least 99 %)", true}}
	if !m.Met || m.Way == nil || m.Way.Price != "Memory for each answer." || !cmp.Equal(m.Then, want) {
		t.Errorf("met: %+v", m)
	}
	f.run(3, func() { f.numbers["goroutines"] = 90 })
	if m := f.Mission(); !m.Met || m.Held != 0 {
		t.Errorf("once met, always: %+v", m)
	}
}

func TestTheWayThatNamesMostCounts(t *testing.T) {
	f := newFeed(t, nil)
	f.set("silent", 1)
	f.set("buffer", 1)
	f.set("budget", 100)
	f.run(9, nil)
	if m := f.Mission(); !m.Met || m.Way.Price != "Some answers come late." {
		t.Errorf("%+v", m)
	}
}

func TestTimeThatJumps(t *testing.T) {
	f := newFeed(t, nil)
	f.run(4, nil)
	f.Predict(f.Asks("silent", 1), course.Rises)
	f.set("silent", 1)
	f.run(5, func() { f.numbers["goroutines"] += 10 })
	before := f.at

	f.at += 3600
	f.run(1, nil)
	if _, ok := f.Now("ok"); !ok {
		t.Error("no share after a sleep")
	}
	if got := f.Shape("goroutines", before-4, f.at); got != "" {
		t.Errorf("across the sleep the curve %q", got)
	}
	if o := f.Outcomes()[0]; o.Seen != "" {
		t.Errorf("across the sleep: %+v", o)
	}
	f.run(20, func() { f.numbers["goroutines"] += 10 })
	if o := f.Outcomes()[0]; o.Seen != "" {
		t.Errorf("long after the sleep: %+v", o)
	}

	f.at = 0.1
	f.sample("")
	if got := f.Points("goroutines", 60); len(got) != 1 || f.At() != 0.1 || len(f.Events(1e9)) != 0 {
		t.Errorf("after a jump back: %v at %v, events %v", got, f.At(), f.Events(1e9))
	}
	f.numbers["goroutines"] = 40
	f.run(3, nil)
	if m := f.Mission(); m.Held != 2.75 || m.Met {
		t.Errorf("after a jump back: %+v", m)
	}
}

func TestTheRecordIsBounded(t *testing.T) {
	f := newFeed(t, nil)
	for i := range 3000 {
		f.numbers["goroutines"] = float64(i)
		f.set("budget", []int{50, 100}[i%2])
		f.sample("")
	}
	if got := len(f.samples); got != 4*keptFor+1 {
		t.Errorf("%d samples are kept", got)
	}
	if got := len(f.events); got != keptEvents {
		t.Errorf("%d events are kept", got)
	}
	if p := f.Points("goroutines", 60); len(p) != 241 || p[0].Value != 2759 || p[240].Value != 2999 {
		t.Errorf("%d points from %v to %v", len(p), p[0], p[len(p)-1])
	}
	if e := f.Events(1); len(e) != 5 {
		t.Errorf("%d events in a second", len(e))
	}
}

func TestDisturbedIsToldForAWhile(t *testing.T) {
	f := newFeed(t, nil)
	f.run(2, nil)
	f.sample("late")
	f.run(3, nil)
	if got := f.Disturbed(); got != "late" {
		t.Errorf("after 3 s: %q", got)
	}
	f.run(0.25, nil)
	if got := f.Disturbed(); got != "" {
		t.Errorf("later: %q", got)
	}
}

func TestSummary(t *testing.T) {
	f := newFeed(t, nil)
	f.run(4, nil)
	f.Predict(f.Asks("silent", 1), course.Stays)
	f.set("silent", 1)
	f.run(8, func() { f.numbers["goroutines"] += 10 })
	f.sample("late")
	f.set("buffer", 1)
	f.run(8, func() { f.numbers["goroutines"] = 40 })
	got := f.Summary(time.Date(2026, 3, 9, 16, 5, 0, 0, time.UTC), PlotWidth)
	for _, want := range []string{
		"# Shards\n\nA run of 20 s on 9 March 2026 at 16:05.\n",
		"- One shard is silent: on. You predicted of \"goroutines\" that it stays as it is. But it rose without end.\n  Each search leaves senders behind.\n",
		"Goroutines\n\n```text\n500 |",
		"    +------------a-----------------------b-----------------------\n     0 s                                                     20 s\n```\n",
		"- a, at 4 s: silent\n- b, at 12 s: buffer\n\nThis machine was disturbed in 1 of 81 samples.\n",
		"Room for each answer (on at the end). No sender waits.\n\nlessons/13-x/shards/service.go, line 31:\n\n```go\nfunc results() {\n\treturn\n}\n```\n",
		"Few goroutines while a shard is silent.\n\nMet at 17 s, after 5 s without a break:\n\n- goroutines: 40 (at most 60)\n",
		"Room for each answer: on. The price: Memory for each answer.\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say:\n%s", want)
		}
	}
	if strings.Contains(got, "Budget") {
		t.Error("it shows a setting that was not touched")
	}
	if t.Failed() {
		t.Log(got)
	}
	if got := newFeed(t, nil).Summary(time.Time{}, PlotWidth); !strings.Contains(got, "Nothing was measured.") || !strings.Contains(got, `- it counts once "One shard is silent" has been on for 2 s`) {
		t.Errorf("of nothing: %s", got)
	}
}

// The explanation is one of what was to be seen.
func TestSummaryExplainsWhatTheCurveShows(t *testing.T) {
	for name, c := range map[string]struct {
		predicted course.Shape
		step      float64
		explained bool
	}{
		"right":     {course.Rises, 10, true},
		"wrong":     {course.Stays, 10, true},
		"disturbed": {course.Rises, 0, false},
	} {
		f := newFeed(t, nil)
		f.run(4, nil)
		f.Predict(f.Asks("silent", 1), c.predicted)
		f.set("silent", 1)
		f.run(8, func() { f.numbers["goroutines"] += c.step })
		got := f.Summary(time.Time{}, PlotWidth)
		if strings.Contains(got, "Each search leaves senders behind.") != c.explained {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

func TestPlot(t *testing.T) {
	var points []Point
	for i := range 120 {
		points = append(points, Point{float64(i) / 4, float64(i)})
	}
	got := plot(points[20:], "MB", 0, 30, []wire.Event{{At: 0}, {At: 15}, {At: 99}}, PlotWidth)
	lines := strings.Split(got, "\n")
	if len(lines) != plotHeight+3 || !strings.HasPrefix(lines[0], "200 MB |") || strings.TrimSpace(lines[0]) != "200 MB |" {
		t.Fatalf("\n%s", got)
	}
	if lines[6] != "       +a-----------------------------b----------------------------c" {
		t.Errorf("marks: %s", lines[6])
	}
	if bottom := []rune(lines[5])[8:]; slices.Contains(bottom[10:], ' ') || strings.TrimSpace(string(bottom[:10])) != "" {
		t.Errorf("what was measured, and nothing else, has a column: %q", string(bottom))
	}
	if plot(points[:1], "", 0, 0, nil, PlotWidth) != "" {
		t.Error("a plot of no time")
	}
	for line := range strings.Lines(plot(points, "MB", 0, 30, []wire.Event{{At: 15}}, 24)) {
		if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > len("200 MB |")+24 {
			t.Errorf("a plot of 24 columns has a line of %d: %q", n, line)
		}
	}
}

func TestCSV(t *testing.T) {
	f := newFeed(t, nil)
	f.run(0.25, nil)
	f.Add(Update{Event: &wire.Event{At: 0.2, Text: "=cmd\nmore"}})
	delete(f.numbers, "heap")
	f.sample("late, by 180 ms")
	f.set("silent", 1)
	var out strings.Builder
	if err := f.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	want := "at,goroutines,heap,reads.answered,reads.sent,disturbed,events\n0.000,40,5.5,50,50,,\n0.250,40,,50,50,\"late, by 180 ms\",'=cmd; silent\n"
	if out.String() != want {
		t.Errorf("%s\nwant\n%s", out.String(), want)
	}
}

func TestTimesAndShapesInWords(t *testing.T) {
	for at, want := range map[float64]string{0: "0 s", 59.9: "59 s", 60: "1 min", 125: "2 min 5 s"} {
		if got := Seconds(at); got != want {
			t.Errorf("%v: %q", at, got)
		}
	}
	for _, s := range []course.Shape{course.Rises, course.RisesAndFalls, course.Stays, course.Falls, RisesAndStays, FallsAndRises} {
		if Does(s) == "" || Did(s) == "" {
			t.Errorf("%q has no words", s)
		}
	}
}
