package workbook

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
)

// reported is the report on a log of such events, on a Thursday evening four
// hours west of Greenwich.
func reported(t *testing.T, events ...progress.Event) Report {
	t.Helper()
	wb := open(t, grade.Verdict{})
	wb.Now = func() time.Time { return time.Date(2026, 3, 5, 21, 0, 0, 0, time.FixedZone("west", -4*60*60)) }
	for _, e := range events {
		if err := wb.Log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return wb.Report()
}

// at is a moment of 2026 by Greenwich.
func at(t *testing.T, stamp string) time.Time {
	t.Helper()
	out, err := time.Parse(time.DateTime, "2026-"+stamp+":00")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTimeBelongsToWhatItLedTo(t *testing.T) {
	const kata = "01-open-file"
	r := reported(t,
		progress.Event{Kind: progress.KindRead, Lesson: "01-close", Section: "a", At: at(t, "03-02 12:00")},
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "fail", At: at(t, "03-02 12:10")}, // 10 for the kata
		progress.Event{Kind: progress.KindHint, Kata: kata, Tier: 1, At: at(t, "03-02 12:14")},           // 4
		progress.Event{Kind: progress.KindAnswer, Question: "close-first", At: at(t, "03-02 12:29")},     // 15, and not the kata's
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "fail", At: at(t, "03-02 12:45")}, // away: 16
		progress.Event{Kind: progress.KindClock, At: at(t, "03-02 12:46")},                               // nothing was done
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "fail", At: at(t, "03-02 12:40")}, // the clock was put back
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "pass", At: at(t, "03-02 12:43")}, // 3
	)
	if len(r.Katas) != 1 || r.Katas[0].Effort() != "4 attempts, 17 minutes" || r.Katas[0].State != Done {
		t.Errorf("katas: %+v", r.Katas)
	}
	if day := r.Weeks[len(r.Weeks)-1].Days[0]; day != (Day{Minutes: 32, Active: true}) || day.Shade() != 3 || r.Minutes != 32 {
		t.Errorf("Monday: %+v, shade %d; of all %d minutes", day, day.Shade(), r.Minutes)
	}
}

// TestAResetForgetsNoAttempt: a kata that is at its start again was repaired
// all the same.
func TestAResetForgetsNoAttempt(t *testing.T) {
	const kata = "01-open-file"
	r := reported(t,
		progress.Event{Kind: progress.KindVerdict, Kata: kata, Status: "pass", At: at(t, "03-02 12:10")},
		progress.Event{Kind: progress.KindReset, Kata: kata, At: at(t, "03-02 12:11")},
	)
	if len(r.Katas) != 1 || r.Katas[0].Effort() != "1 attempt, 1 minute" || r.Katas[0].State != Open {
		t.Errorf("katas: %+v", r.Katas)
	}
}

// TestDaysAreTheLearners: what is a day, and a week, depends on where one is.
func TestDaysAreTheLearners(t *testing.T) {
	r := reported(t,
		progress.Event{Kind: progress.KindTick, Task: "a", At: at(t, "03-02 03:30")}, // Sunday, 23:30
		progress.Event{Kind: progress.KindTick, Task: "b", At: at(t, "03-06 00:50")}, // today, 20:50
	)
	var active []string
	for _, w := range r.Weeks {
		for n, d := range w.Days {
			if d.Active {
				active = append(active, w.Monday.AddDate(0, 0, n).Format("Mon 2 Jan"))
			}
		}
	}
	if diff := cmp.Diff([]string{"Sun 1 Mar", "Thu 5 Mar"}, active); diff != "" {
		t.Errorf("active days (-want +got):\n%s", diff)
	}
	last := r.Weeks[len(r.Weeks)-1]
	if last.Monday.Format("Mon 2 Jan") != "Mon 2 Mar" || last.Days[3].Ahead || !last.Days[4].Ahead {
		t.Errorf("the present week: %+v", last)
	}
}

func TestAReportAsMarkdown(t *testing.T) {
	r := reported(t,
		progress.Event{Kind: progress.KindVerdict, Kata: "01-open-file", Status: "fail", At: at(t, "03-05 12:00")},
		progress.Event{Kind: progress.KindAnswer, Question: "close-first", Revision: 1, Choice: []int{1}, At: at(t, "03-05 12:05")},
		progress.Event{Kind: progress.KindLab, Lab: "open-handles", Status: progress.LabSeen, At: at(t, "03-05 12:05")},
	)
	got := r.Markdown()
	for _, want := range []string{
		"# Leakproof: progress on 5 March 2026\n\n0 of 4 steps are done.\n",
		"| Handles | 0 of 4 |\n",
		"## Labs\n\n| Lab | State |\n| --- | --- |\n| Open handles | seen |\n\n## Katas\n",
		"| 1 Open file | last run: fail | 1 | 0 |\n",
		"- Open: “The garbage collector closes what nobody uses.” Why: A handle lives until someone closes it. (lesson 1, Close what you open)\n",
		"| 2 March 2026 |  |  |  | 5 |  |  |  |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the report lacks %q:\n%s", want, got)
		}
	}
}

func TestAReportOnNothing(t *testing.T) {
	got := reported(t).Markdown()
	if strings.Contains(got, "## Labs") || strings.Contains(got, "## Katas") || strings.Contains(got, "## Misconceptions") || strings.Contains(got, "\n\n\n") {
		t.Errorf("an empty part:\n%s", got)
	}
}
