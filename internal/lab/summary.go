package lab

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/leakproof/internal/text"
	wire "example.com/leakproof/lessons/lab"
)

// Summary is the run in Markdown: what was predicted, what happened, the curves
// as small plots, the code that made the difference, the mission. began is when
// the run did, and the plots have so many columns: [PlotWidth] where there is room.
func (r *Record) Summary(began time.Time, columns int) string {
	var out strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	say("# %s\n", r.Lab.Title)
	say("A run of %s on %s.\n", Seconds(r.At()), began.Format("2 January 2006 at 15:04"))

	if len(r.outcomes) > 0 {
		say("## What was predicted, and what happened\n")
		for _, o := range r.outcomes {
			say("- %s", o.Sentence(r.Lab))
			// It explains what was to be seen. Where a disturbed run showed something else, it would contradict the curve.
			if o.Seen == o.Prediction.Answer {
				say("  %s", text.Line(o.Prediction.Explanation, 1000))
			}
		}
		say("")
	}
	r.plots(say, columns)
	r.switched(say)
	r.missionSummary(say)
	return out.String()
}

func (r *Record) plots(say func(string, ...any), columns int) {
	if len(r.samples) == 0 {
		say("Nothing was measured.\n")
		return
	}
	from, to := r.samples[0].At, r.At()
	events := slices.DeleteFunc(slices.Clone(r.events), func(e wire.Event) bool { return e.At < from })
	say("## The curves\n")
	for _, c := range r.Lab.Curves {
		for _, id := range c.Numbers {
			n := Number(r.Lab, id)
			title := c.Title
			if !strings.EqualFold(title, n.Title) {
				title += ": " + n.Title
			}
			say("%s\n\n```text\n%s```\n", title, plot(r.points(id, from, math.Inf(1), true), n.Unit, from, to, events, columns))
		}
	}
	for i, e := range events {
		say("- %c, at %s: %s", letter(i), Seconds(e.At), Says(r.Lab, e))
	}
	disturbed := 0
	for _, s := range r.samples {
		if s.Disturbed != "" {
			disturbed++
		}
	}
	if disturbed > 0 {
		say("\nThis machine was disturbed in %d of %d samples.", disturbed, len(r.samples))
	}
	say("")
}

// switched shows the code of the settings that were changed.
func (r *Record) switched(say func(string, ...any)) {
	first := true
	for _, id := range r.turned {
		s := r.Lab.Setting(id)
		if s == nil || s.Code == "" {
			continue
		}
		if first {
			say("## The code that was switched\n")
		}
		first = false
		say("%s (%s at the end). %s\n\n%s, line %d:\n", s.Title, State(s, r.values[id]), s.Says, s.File, s.Line)
		say("```go\n%s\n```\n", strings.TrimRight(s.Code, "\n"))
	}
}

func (r *Record) missionSummary(say func(string, ...any)) {
	m, evidence := r.Mission(), []Evidence(nil)
	say("## The mission\n\n%s\n", r.Lab.Mission.Text)
	if m.Met {
		say("Met at %s, after %d s without a break:\n", Seconds(m.MetAt), r.Lab.Mission.Hold)
		evidence = m.Then
	} else {
		say("Not met. At the end:\n")
		evidence = m.Evidence
	}
	for _, e := range evidence {
		say("- %s", e.Text)
	}
	switch {
	case m.Way != nil:
		say("\n%s. The price: %s", Settings(r.Lab, m.Way.Settings), m.Way.Price)
	case !m.Met && m.Waits != "":
		say("- %s", m.Waits)
	case !m.Met && m.Anew != "":
		say("\n%s", m.Anew)
	}
}

// WriteCSV writes the samples as a table with a row for each, and the events
// beside the sample that came after them; those after the last one beside that.
func (r *Record) WriteCSV(w io.Writer) error {
	names := map[string]bool{}
	for _, s := range r.samples {
		for name := range s.Numbers {
			names[name] = true
		}
	}
	numbers := slices.Sorted(maps.Keys(names))
	table := csv.NewWriter(w)
	rows := [][]string{append(append([]string{"at"}, numbers...), "disturbed", "events")}
	told := 0
	for i, s := range r.samples {
		row := []string{strconv.FormatFloat(s.At, 'f', 3, 64)}
		for _, name := range numbers {
			cell := ""
			if v, ok := s.Numbers[name]; ok {
				cell = strconv.FormatFloat(v, 'f', -1, 64)
			}
			row = append(row, cell)
		}
		var events []string
		for ; told < len(r.events) && (r.events[told].At <= s.At || i == len(r.samples)-1); told++ {
			events = append(events, Says(r.Lab, r.events[told]))
		}
		rows = append(rows, append(row, text.Cell(text.FirstLine(s.Disturbed)), text.Cell(strings.Join(events, "; "))))
	}
	return table.WriteAll(rows) // which flushes
}
