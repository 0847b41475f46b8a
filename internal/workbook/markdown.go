package workbook

import (
	"fmt"
	"strings"
	"time"

	"example.com/leakproof/internal/review"
)

// CountedTime says how the minutes of a report come about.
var CountedTime = fmt.Sprintf("Time counts from one thing that you did to the next; a pause of more than %d minutes does not count.", pause/time.Minute)

// Effort says what went into a kata: "3 attempts, 14 minutes".
func (k KataReport) Effort() string {
	return Count(k.Attempts, "attempt") + tookMinutes(k.Minutes)
}

// Says is the week in words: "2 days, 45 minutes".
func (w Week) Says() string {
	return Count(w.Active(), "day") + tookMinutes(w.Minutes())
}

// tookMinutes follows a count; less than a minute is not worth a word.
func tookMinutes(n int) string {
	if n == 0 {
		return ""
	}
	return ", " + Count(n, "minute")
}

// Misconceptions counts those that were met: "3 met, 1 cleared".
func (r Report) Misconceptions() string {
	return fmt.Sprintf("%d met, %d cleared", len(r.Review.Beliefs), r.Review.Cleared())
}

// Markdown is the report for a wiki or a note of one's own.
func (r Report) Markdown() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# Leakproof: progress on %s\n", r.now.Format("2 January 2006"))
	say("%d of %d steps are done.", r.All.Done, r.All.All)
	say("\n## Modules\n\n| Module | Done |\n| --- | --- |")
	for _, m := range r.Modules {
		say("| %s | %d of %d |", cell(m.Title), m.Done, m.All)
	}
	if len(r.Labs) > 0 {
		say("\n## Labs\n\n| Lab | State |\n| --- | --- |")
	}
	for _, l := range r.Labs {
		say("| %s | %s |", cell(l.Title()), l.Detail)
	}
	if len(r.Katas) > 0 {
		say("\n## Katas\n\n| Kata | State | Attempts | Minutes |\n| --- | --- | ---: | ---: |")
	}
	for _, k := range r.Katas {
		say("| %d %s | %s | %d | %d |", k.Kata.Number, cell(k.Kata.Title), k.Detail, k.Attempts, k.Minutes)
	}
	if len(r.Review.Beliefs) > 0 {
		say("\n## Misconceptions: %s\n", r.Misconceptions())
	}
	for _, belief := range r.Review.Beliefs {
		say("- %s", misconception(belief))
	}
	say("\n## The last %d weeks\n\nMinutes on each day. %s\n", len(r.Weeks), CountedTime)
	say("| Week of | Mon | Tue | Wed | Thu | Fri | Sat | Sun |\n| --- |%s", strings.Repeat(" ---: |", 7))
	for _, w := range r.Weeks {
		row := "| " + w.Monday.Format("2 January 2006") + " |"
		for _, d := range w.Days {
			row += " " + d.figure() + " |"
		}
		say("%s", row)
	}
	return b.String()
}

// misconception is one that was met, by what it says.
func misconception(b review.Belief) string {
	state := "Open"
	if b.Cleared {
		state = "Cleared"
	}
	return fmt.Sprintf("%s: “%s” %s (lesson %d, %s)", state, b.Says, Truth(b.Truth), b.Lesson.Number, b.Lesson.Title)
}

// figure is the day in a table.
func (d Day) figure() string {
	if !d.Active {
		return ""
	}
	return fmt.Sprint(d.Minutes)
}

// cell keeps a text in its column.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
