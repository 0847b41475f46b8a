package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// ListJSON is what list writes: "leakproof.list/1".
type ListJSON struct {
	Schema  string       `json:"schema"`
	Lessons []LessonJSON `json:"lessons"`
	Labs    []LabJSON    `json:"labs"`
	Katas   []KataJSON   `json:"katas"`
}

// LessonJSON is a lesson with its quiz. States are "open", "started", "done".
type LessonJSON struct {
	Number    int      `json:"number"`
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Summary   string   `json:"summary"`
	Minutes   int      `json:"minutes"`
	Sections  int      `json:"sections"`
	Questions int      `json:"questions"`
	Teaches   []string `json:"teaches"` // ids of curriculum points
	State     string   `json:"state"`
	QuizState string   `json:"quiz_state"`
}

// LabJSON is a live lab. States are "open", "started" (it was seen), "done" (its
// mission was met).
type LabJSON struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Lesson  string   `json:"lesson"`
	Minutes int      `json:"minutes"`
	Dir     string   `json:"dir"`     // slash path of its program below the module root
	Teaches []string `json:"teaches"` // ids of curriculum points
	State   string   `json:"state"`
}

// KataJSON is a kata. States are "open", "started", "done".
type KataJSON struct {
	Number    int      `json:"number"`
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Module    string   `json:"module"`
	Minutes   int      `json:"minutes"`
	File      string   `json:"file"` // slash path below the module root
	Lessons   []string `json:"lessons"`
	Practises []string `json:"practises"` // ids of curriculum points
	State     string   `json:"state"`
}

// CurriculumJSON is what list --curriculum writes: "leakproof.curriculum/1".
type CurriculumJSON struct {
	Schema string      `json:"schema"`
	Points []PointJSON `json:"points"`
}

// PointJSON is a point of the curriculum with what covers it.
type PointJSON struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Lesson    string   `json:"lesson"`
	Taught    bool     `json:"taught"` // false while its lesson is planned
	Questions []string `json:"questions"`
	Katas     []string `json:"katas"`         // that practise it
	Planned   []string `json:"planned_katas"` // that will
	Labs      []string `json:"labs"`          // that show it
	LabToCome bool     `json:"planned_lab"`   // one is to show it, and none does yet
}

// ProposalJSON is what list --minutes writes: "leakproof.proposal/1".
type ProposalJSON struct {
	Schema  string         `json:"schema"`
	Minutes int            `json:"minutes"` // that all steps take
	Steps   []ProposedJSON `json:"steps"`   // in the order of the path
}

// ProposedJSON is a step of a proposal.
type ProposedJSON struct {
	Kind    string `json:"kind"` // "lesson" or "kata"
	ID      string `json:"id"`
	Title   string `json:"title"`
	Minutes int    `json:"minutes"` // that it still takes
}

func (a *app) listCommand() *cobra.Command {
	asJSON, curriculum, minutes, about := false, false, 0, ""
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the lessons, labs and katas, the curriculum, or what fits into some minutes",
		Example: "  leakproof list\n  leakproof list --curriculum\n  leakproof list --minutes 90 --about context",
		Args:    exactly(0, "only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			timed := cmd.Flags().Changed("minutes")
			switch {
			case timed && minutes <= 0:
				return usage("--minutes %d: give the time that there is, such as 90", minutes)
			case about != "" && !timed:
				return usage("--about goes with --minutes, such as --minutes 90 --about %s", about)
			case timed && curriculum:
				return usage("--curriculum and --minutes: use one of the two")
			}
			wb, err := a.open()
			if err != nil {
				return err
			}
			a.tellNotice()
			switch {
			case timed:
				return a.propose(wb, minutes, about, asJSON)
			case curriculum && asJSON:
				return a.writeJSON(curriculumJSON(wb.Course))
			case curriculum:
				return a.printMatrix(wb.Course)
			case asJSON:
				return a.writeJSON(listJSON(wb))
			}
			return a.printList(wb)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON (leakproof.list/1, leakproof.curriculum/1 or leakproof.proposal/1)")
	cmd.Flags().BoolVar(&curriculum, "curriculum", false, "show what teaches, asks about, practises and shows each point")
	cmd.Flags().IntVar(&minutes, "minutes", 0, "propose lessons and katas for so many minutes")
	cmd.Flags().StringVar(&about, "about", "", "with --minutes: only what is about this, such as context")
	return cmd
}

func listJSON(wb *workbook.Workbook) ListJSON {
	out := ListJSON{Schema: "leakproof.list/1", Lessons: []LessonJSON{}, Labs: []LabJSON{}, Katas: []KataJSON{}}
	for _, l := range wb.Course.Lessons {
		out.Lessons = append(out.Lessons, LessonJSON{
			Number: l.Number, ID: l.ID, Title: l.Title, Summary: l.Summary, Minutes: l.Minutes,
			Sections: len(l.Sections), Questions: len(wb.Course.QuestionsOf(l.ID)), Teaches: l.Teaches,
			State: string(wb.ReadStep(l).State), QuizState: string(wb.QuizStep(l).State),
		})
	}
	for _, l := range wb.Course.Labs {
		out.Labs = append(out.Labs, LabJSON{
			ID: l.ID, Title: l.Title, Lesson: l.Lesson, Minutes: l.Minutes, Dir: l.Dir(), Teaches: l.Teaches, State: string(wb.LabStep(l).State),
		})
	}
	for _, k := range wb.Course.Katas {
		out.Katas = append(out.Katas, KataJSON{
			Number: k.Number, ID: k.ID, Title: k.Title, Module: wb.Course.ModuleOf(k.After()).Title, Minutes: k.Minutes, File: k.Path(),
			Lessons: k.Lessons, Practises: k.Practises, State: string(wb.RepairStep(k).State),
		})
	}
	return out
}

func curriculumJSON(c *course.Course) CurriculumJSON {
	out := CurriculumJSON{Schema: "leakproof.curriculum/1", Points: []PointJSON{}}
	for _, r := range c.Matrix() {
		out.Points = append(out.Points, PointJSON{
			ID: r.Point.ID, Title: r.Point.Title, Lesson: r.Point.Lesson, Taught: r.Taught,
			Questions: append([]string{}, r.Questions...), Katas: append([]string{}, r.Katas...), Planned: append([]string{}, r.Planned...),
			Labs: append([]string{}, r.Labs...), LabToCome: r.LabToCome(),
		})
	}
	return out
}

// printList writes a line for each step of the path, module by module, with its
// state first.
func (a *app) printList(wb *workbook.Workbook) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	for i, stage := range wb.Map() {
		if i > 0 {
			_, _ = fmt.Fprintln(w)
		}
		_, _ = fmt.Fprintln(w, stage.Title)
		for _, step := range stage.Steps {
			_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", step.State, step.Kind, step.ID(), step.Title(), step.Detail)
		}
	}
	return a.flush(w)
}

// propose writes what fits into the minutes, with what each step takes.
func (a *app) propose(wb *workbook.Workbook, minutes int, about string, asJSON bool) error {
	steps, shortest := wb.Propose(minutes, about)
	out := ProposalJSON{Schema: "leakproof.proposal/1", Steps: []ProposedJSON{}}
	for _, step := range steps {
		out.Minutes += step.Left
		out.Steps = append(out.Steps, ProposedJSON{string(step.Kind), step.ID(), step.Title(), step.Left})
	}
	switch {
	case asJSON:
		return a.writeJSON(out)
	case shortest == 0 && about == "":
		_, err := fmt.Fprintln(a.Stdout, workbook.AllDone)
		return err
	case shortest == 0:
		_, err := fmt.Fprintf(a.Stdout, "Nothing that is left is about %q. `leakproof list` shows everything.\n", about)
		return err
	case len(steps) == 0:
		_, err := fmt.Fprintf(a.Stdout, "Nothing fits into %d minutes. The shortest takes %d, with the lessons that it needs.\n", minutes, shortest)
		return err
	}
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	for _, step := range out.Steps {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d minutes\n", step.Kind, step.ID, step.Title, step.Minutes)
	}
	_, _ = fmt.Fprintf(w, "\n%d of %d minutes. A kata comes with the lessons that it needs, if you haven't read them.\n", out.Minutes, minutes)
	return a.flush(w)
}

// printMatrix writes the curriculum as a table. Questions are counted, katas
// are named by their numbers, labs by their ids, planned ones stand in
// parentheses, and "-" is none.
func (a *app) printMatrix(c *course.Course) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "POINT\tQUESTIONS\tKATAS\tLAB\tLESSON\tTITLE")
	for _, r := range c.Matrix() {
		questions, lesson := "-", r.Point.Lesson
		if n := len(r.Questions); n > 0 {
			questions = strconv.Itoa(n)
		}
		var katas []string
		for _, id := range r.Katas {
			katas = append(katas, id[:2])
		}
		for _, id := range r.Planned {
			katas = append(katas, "("+id[:2]+")")
		}
		if len(katas) == 0 {
			katas = []string{"-"}
		}
		labs := strings.Join(r.Labs, ",")
		if r.LabToCome() {
			labs = "(lab)"
		}
		if !r.Taught {
			lesson += " (planned)"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Point.ID, questions, strings.Join(katas, ","), cmp.Or(labs, "-"), lesson, r.Point.Title)
	}
	return a.flush(w)
}

// flush ends a table; a failure to write any of it shows here.
func (a *app) flush(w *tabwriter.Writer) error {
	if err := w.Flush(); err != nil {
		return fmt.Errorf("the list cannot be written: %w", err)
	}
	return nil
}

func (a *app) writeJSON(v any) error {
	enc := json.NewEncoder(a.Stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("the JSON cannot be written: %w", err)
	}
	return nil
}
