package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/course/coursetest"
)

// member is a report of somebody, made at a minute of noon.
func member(digit, name string, minute int) Given {
	return Given{File: name + ".json", Report: Report{At: at(minute), Member: strings.Repeat(digit, 32), Name: name}}
}

func names(t Team) []string {
	var out []string
	for _, row := range t.Members {
		out = append(out, row.Name)
	}
	return out
}

func TestTheNewestReportOfAMemberStands(t *testing.T) {
	old, newer, newest := member("a", "Ada", 1), member("a", "Ada", 2), member("a", "Ada L.", 3)
	old.File, newer.File, old.Minutes, newest.Minutes = "old.json", "newer.json", 1, 3
	for _, given := range [][]Given{{old, newer, newest}, {newest, newer, old}, {newer, newest, old}} {
		team, notes := Merge(coursetest.Course(t), given, at(59))
		if len(team.Members) != 1 || team.Members[0].Minutes != 3 || team.Members[0].Name != "Ada L." {
			t.Errorf("%+v", team.Members)
		}
		if len(notes) != 2 || !strings.Contains(notes[0]+notes[1], "old.json is left out") || !strings.Contains(notes[0]+notes[1], "newer.json is left out: Ada L..json is a newer report of Ada L., who was called Ada in it") {
			t.Errorf("notes: %q", notes)
		}
	}
}

// A report that was changed has the time of the one that it was made from.
func TestReportsOfTheSameTime(t *testing.T) {
	honest, same, forged := member("a", "Ada", 1), member("a", "Ada", 1), member("a", "Ada", 1)
	honest.File, same.File, forged.File, forged.Minutes = "honest.json", "same.json", "forged.json", 99
	for _, test := range []struct {
		given []Given
		want  string
	}{
		{[]Given{honest, same}, "same.json is left out: honest.json is the same report"},
		{[]Given{honest, forged}, "forged.json is left out: it and honest.json are reports of Ada that were made at the same time and differ, so at least one was changed afterwards: have Ada make a new one"},
		{[]Given{forged, honest}, "honest.json is left out: it and forged.json are reports of Ada that were made at the same time and differ, so at least one was changed afterwards: have Ada make a new one"},
	} {
		team, notes := Merge(coursetest.Course(t), test.given, at(59))
		if len(notes) != 1 || notes[0] != test.want || len(team.Members) != 1 || team.Members[0].Minutes != test.given[0].Minutes {
			t.Errorf("%+v, %q, want %q", team.Members, notes, test.want)
		}
	}
}

func TestTwoOfOneNameAreTwo(t *testing.T) {
	team, notes := Merge(coursetest.Course(t), []Given{member("b", "Ada", 1), member("c", "bo", 1), member("a", "Ada", 1)}, at(59))
	if diff := cmp.Diff([]string{"Ada (aaaa)", "Ada (bbbb)", "bo"}, names(team)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "2 members are called Ada: ") {
		t.Errorf("notes: %q", notes)
	}
}

func TestAClockThatIsOffIsTold(t *testing.T) {
	ahead := member("a", "Ada", 0)
	for hours, want := range map[int]int{0: 0, 1: 0, 25: 1} {
		ahead.At = at(59).Add(time.Duration(hours) * time.Hour)
		team, notes := Merge(coursetest.Course(t), []Given{ahead}, at(59))
		if len(notes) != want || len(team.Members) != 1 {
			t.Errorf("%d hours ahead: %q", hours, notes)
		}
	}
}

// team has somebody with a hostile name who did everything, and somebody who did
// nothing.
func team(t *testing.T) Team {
	t.Helper()
	all := member("a", `=HYPERLINK("x")|<b>&`, 1)
	all.LastSeen, all.Minutes = time.Date(2026, 3, 5, 12, 0, 0, 0, time.Local), 12
	all.Lessons = []Lesson{{ID: "01-close", State: "done", Right: 500, Questions: 500}}
	all.Katas = []Kata{{ID: kata, Solved: &Solution{Origin: "ci"}}}
	began := member("b", "李雷", 1)
	began.Katas = []Kata{{ID: kata}}
	out, notes := Merge(coursetest.Course(t), []Given{all, began, member("c", "Zoë", 1)}, at(59))
	if notes != nil {
		t.Errorf("notes: %q", notes)
	}
	return out
}

func TestTheTableOfATeam(t *testing.T) {
	const want = `Of 1 lesson, 6 questions and 1 kata:

Member                Lessons  Questions  Katas  Minutes  Last seen   Verdicts claimed
=HYPERLINK("x")|<b>&  1        6          1      12       2026-03-05  ci
Zoë                   0        0          0
李雷                  0        0          0

Kata          Solved  Began
1, Open file  1       2
`
	if diff := cmp.Diff(want, team(t).Text()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := team(t).Markdown(); !strings.Contains(got, "\n| =HYPERLINK(\"x\")\\|&lt;b&gt;&amp; | 1 | 6 |") || !strings.Contains(got, "\n| 1, Open file | 1 | 2 |\n") {
		t.Errorf("Markdown:\n%s", got)
	}
	empty, _ := Merge(coursetest.Course(t), []Given{member("c", "Zoë", 1)}, at(59))
	if got := empty.Text() + empty.Markdown(); strings.Contains(got, "Began") {
		t.Errorf("katas that nobody began:\n%s", got)
	}
}

func TestASpreadsheetSeesNoFormula(t *testing.T) {
	var out bytes.Buffer
	if err := team(t).CSV(&out); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"name", "lessons", "questions", "katas", "minutes", "last_seen", "verdicts", kata},
		{`'=HYPERLINK("x")|<b>&`, "1", "6", "1", "12", time.Date(2026, 3, 5, 12, 0, 0, 0, time.Local).UTC().Format(time.RFC3339), "ci", "1"},
		{"Zoë", "0", "0", "0", "", "", "", ""},
		{"李雷", "0", "0", "0", "", "", "", "0"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
