package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/workbook"
)

// ProgressJSON is what progress writes: "leakproof.progress/1".
type ProgressJSON struct {
	Schema  string       `json:"schema"`
	State   string       `json:"state"` // the folder of the progress log
	Lessons TallyJSON    `json:"lessons"`
	Quizzes TallyJSON    `json:"quizzes"`
	Katas   TallyJSON    `json:"katas"`
	Steps   []StepJSON   `json:"steps"` // the path through the course
	Next    *StepJSON    `json:"next"`  // null when everything is done
	Damaged []DamageJSON `json:"damaged"`
}

// TallyJSON counts steps. What is neither done nor started is open.
type TallyJSON struct {
	Done    int `json:"done"`
	Started int `json:"started"`
	All     int `json:"all"`
}

// StepJSON is one step of the path. Kinds are "lesson", "quiz" and "kata";
// states are "open", "started" and "done"; the id is the lesson's or kata's.
type StepJSON struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Title  string `json:"title"`
	State  string `json:"state"`
	Detail string `json:"detail"`
}

// DamageJSON is a line of the log that cannot be read and does not count.
type DamageJSON struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

func (a *app) progressCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "progress",
		Short: "Show what is done and what is next",
		Args:  exactly(0, "only flags"),
		RunE: func(*cobra.Command, []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			if asJSON {
				a.tellNotice()
				return a.progressJSON(wb)
			}
			s := a.lines(wb)
			defer s.Close()
			s.Progress()
			dir, err := a.state()
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(a.Stdout, "Saved in: %s\n", dir); err != nil {
				return fmt.Errorf("the progress cannot be written: %w", err)
			}
			for _, d := range wb.Log.Damaged() {
				a.tell(fmt.Errorf("%v", d))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON (leakproof.progress/1)")
	return cmd
}

func (a *app) progressJSON(wb *workbook.Workbook) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	out := ProgressJSON{
		Schema: "leakproof.progress/1", State: dir, Steps: []StepJSON{}, Damaged: []DamageJSON{},
		Lessons: TallyJSON(wb.Tally(workbook.ReadStep)),
		Quizzes: TallyJSON(wb.Tally(workbook.QuizStep)),
		Katas:   TallyJSON(wb.Tally(workbook.RepairStep)),
	}
	for _, s := range wb.Path() {
		out.Steps = append(out.Steps, stepJSON(s))
	}
	if next, ok := wb.Next(); ok {
		step := stepJSON(next)
		out.Next = &step
	}
	for _, d := range wb.Log.Damaged() {
		out.Damaged = append(out.Damaged, DamageJSON{File: d.Path, Line: d.Line, Reason: d.Reason})
	}
	return a.writeJSON(out)
}

func stepJSON(s workbook.Step) StepJSON {
	return StepJSON{Kind: string(s.Kind), ID: s.ID(), Title: s.Title(), State: string(s.State), Detail: s.Detail}
}
