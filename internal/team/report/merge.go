package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/workbook"
)

// Given is a report and the file that it was read from.
type Given struct {
	File string
	Report
}

// Team is what some reports say together. It is no ranking: members stand in the
// order of their names.
type Team struct {
	Members []Row
	Katas   []KataCount // those that anybody began, by number

	course *course.Course
}

// clockSkew is how far two clocks may differ before somebody hears of it.
const clockSkew = time.Hour

// Row is a member of a team.
type Row struct {
	Name      string
	Lessons   int // done
	Questions int // answered right
	Katas     int // solved
	Minutes   int // 0 if they are not known
	LastSeen  time.Time
	Origin    string // of the verdicts that solved katas: "self", "ci", both, or none

	began map[string]bool // by kata, whether it is solved
}

// KataCount says how many members began and solved a kata.
type KataCount struct {
	Kata          *course.Kata
	Began, Solved int
}

// Merge puts reports into one table. Of several reports of one member the newest
// stands. The notes say which do not, which of the same time differ, who has the
// same name, and whose clock is off.
func Merge(c *course.Course, given []Given, now time.Time) (t Team, notes []string) {
	t = Team{course: c}
	newest := map[string]Given{}
	for _, g := range given {
		if g.At.After(now.Add(clockSkew)) {
			notes = append(notes, fmt.Sprintf("%s says that it was made on %s, which is to come: a clock is off, and an older report of %s may be newer",
				g.File, g.At.Local().Format(time.DateOnly), g.Name))
		}
		old, known := newest[g.Member]
		if known && !g.At.After(old.At) { // of the same time the first stands
			old, g = g, old
		}
		if newest[g.Member] = g; known {
			notes = append(notes, leftOut(old, g))
		}
	}
	members := map[string]int{} // by name
	for _, g := range newest {
		members[g.Name]++
	}
	for _, g := range newest {
		row := rowOf(c, g.Report)
		if members[g.Name] > 1 {
			row.Name = fmt.Sprintf("%s (%s)", g.Name, g.Member[:4])
		}
		t.Members = append(t.Members, row)
	}
	for name, n := range members {
		if n > 1 {
			notes = append(notes, fmt.Sprintf("%d members are called %s: their reports come from different state folders, so each has a row, with the first digits of its id", n, name))
		}
	}
	slices.Sort(notes)
	slices.SortFunc(t.Members, func(a, b Row) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.Name, b.Name))
	})
	for _, k := range c.Katas {
		n := KataCount{Kata: k}
		for _, row := range t.Members {
			solved, began := row.began[k.ID]
			if began {
				n.Began++
			}
			if solved {
				n.Solved++
			}
		}
		if n.Began > 0 {
			t.Katas = append(t.Katas, n)
		}
	}
	return t, notes
}

func leftOut(old, stands Given) string {
	as := ""
	switch {
	case !old.At.Equal(stands.At):
	case reflect.DeepEqual(old.Report, stands.Report):
		return fmt.Sprintf("%s is left out: %s is the same report", old.File, stands.File)
	default:
		return fmt.Sprintf("%s is left out: it and %s are reports of %s that were made at the same time and differ, so at least one was changed afterwards: have %s make a new one",
			old.File, stands.File, stands.Name, stands.Name)
	}
	if old.Name != stands.Name {
		as = fmt.Sprintf(", who was called %s in it", old.Name)
	}
	return fmt.Sprintf("%s is left out: %s is a newer report of %s%s", old.File, stands.File, stands.Name, as)
}

func rowOf(c *course.Course, r Report) Row {
	row := Row{Name: r.Name, Minutes: r.Minutes, LastSeen: r.LastSeen, began: map[string]bool{}}
	for _, l := range r.Lessons {
		if workbook.StepState(l.State) == workbook.Done {
			row.Lessons++
		}
		row.Questions += min(l.Right, len(c.QuestionsOf(l.ID))) // another version may have more
	}
	var origins []string
	for _, k := range r.Katas {
		row.began[k.ID] = k.Solved != nil
		if k.Solved != nil {
			row.Katas++
			origins = append(origins, k.Solved.Origin)
		}
	}
	slices.Sort(origins)
	row.Origin = strings.Join(slices.Compact(origins), ", ")
	return row
}

// of is the table of the members, with its head.
func (t Team) of() [][]string {
	table := [][]string{{"Member", "Lessons", "Questions", "Katas", "Minutes", "Last seen", "Verdicts claimed"}}
	for _, row := range t.Members {
		seen := ""
		if !row.LastSeen.IsZero() {
			seen = row.LastSeen.Local().Format(time.DateOnly)
		}
		table = append(table, []string{
			row.Name, strconv.Itoa(row.Lessons), strconv.Itoa(row.Questions), strconv.Itoa(row.Katas), known(row.Minutes), seen, row.Origin,
		})
	}
	return table
}

// ofKatas is the table of the katas, with its head.
func (t Team) ofKatas() [][]string {
	table := [][]string{{"Kata", "Solved", "Began"}}
	for _, n := range t.Katas {
		table = append(table, []string{fmt.Sprintf("%d, %s", n.Kata.Number, n.Kata.Title), strconv.Itoa(n.Solved), strconv.Itoa(n.Began)})
	}
	return table
}

func known(minutes int) string {
	if minutes == 0 {
		return ""
	}
	return strconv.Itoa(minutes)
}

// all says how much there is of what the table counts.
func (t Team) all() string {
	return fmt.Sprintf("Of %s, %s and %s:\n\n", workbook.Count(len(t.course.Lessons), "lesson"),
		workbook.Count(len(t.course.Questions), "question"), workbook.Count(len(t.course.Katas), "kata"))
}

// Text is the team in lines for a terminal.
func (t Team) Text() string {
	out := t.all() + columns(t.of())
	if len(t.Katas) > 0 {
		out += "\n" + columns(t.ofKatas())
	}
	return out
}

// columns writes a table with each column as wide as its widest cell.
func columns(table [][]string) string {
	width := make([]int, len(table[0]))
	for _, row := range table {
		for i, cell := range row {
			width[i] = max(width[i], ansi.StringWidth(cell))
		}
	}
	var out strings.Builder
	for _, row := range table {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", width[i]-ansi.StringWidth(cell)+2)
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}

// Markdown is the team as two tables.
func (t Team) Markdown() string {
	out := t.all() + markdown(t.of())
	if len(t.Katas) > 0 {
		out += "\n" + markdown(t.ofKatas())
	}
	return out
}

// escaped takes the meaning that characters have in Markdown and HTML from a
// member's name.
var escaped = strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "<", "&lt;", ">", "&gt;", "&", "&amp;")

func markdown(table [][]string) string {
	var out strings.Builder
	for i, row := range table {
		out.WriteString("|")
		for _, cell := range row {
			out.WriteString(" " + escaped.Replace(cell) + " |")
		}
		out.WriteString("\n")
		if i == 0 {
			out.WriteString("|" + strings.Repeat(" --- |", len(row)) + "\n")
		}
	}
	return out.String()
}

// CSV writes a line a member, for a spreadsheet. After the columns of the table
// each kata has one, by its id: 1 if it is solved, 0 if it was begun, else empty.
func (t Team) CSV(w io.Writer) error {
	head := []string{"name", "lessons", "questions", "katas", "minutes", "last_seen", "verdicts"}
	for _, k := range t.course.Katas {
		head = append(head, k.ID)
	}
	table := [][]string{head}
	for _, row := range t.Members {
		seen := ""
		if !row.LastSeen.IsZero() {
			seen = row.LastSeen.UTC().Format(time.RFC3339)
		}
		line := []string{text.Cell(row.Name), strconv.Itoa(row.Lessons), strconv.Itoa(row.Questions), strconv.Itoa(row.Katas), known(row.Minutes), seen, row.Origin}
		for _, k := range t.course.Katas {
			cell := ""
			if solved, began := row.began[k.ID]; solved {
				cell = "1"
			} else if began {
				cell = "0"
			}
			line = append(line, cell)
		}
		table = append(table, line)
	}
	return csv.NewWriter(w).WriteAll(table)
}
