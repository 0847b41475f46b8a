package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/workbook"
)

// ProgressJSON is what progress writes: "leakproof.progress/1".
type ProgressJSON struct {
	Schema  string       `json:"schema"`
	State   string       `json:"state"` // the folder of the progress log
	Lessons TallyJSON    `json:"lessons"`
	Quizzes TallyJSON    `json:"quizzes"`
	Labs    TallyJSON    `json:"labs"` // done is: the mission was met
	Katas   TallyJSON    `json:"katas"`
	Steps   []StepJSON   `json:"steps"` // the path through the course
	Next    *StepJSON    `json:"next"`  // null when everything is done
	Review  ReviewJSON   `json:"review"`
	Beliefs []BeliefJSON `json:"misconceptions"` // met so far, the latest first
	Damaged []DamageJSON `json:"damaged"`
}

// TallyJSON counts steps. What is neither done nor started is open.
type TallyJSON struct {
	Done    int `json:"done"`
	Started int `json:"started"`
	All     int `json:"all"`
}

// StepJSON is one step of the path. Kinds are "lesson", "quiz", "lab" and
// "kata"; states are "open", "started" and "done"; the id is the lesson's, the
// lab's or the kata's.
type StepJSON struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Title  string `json:"title"`
	State  string `json:"state"`
	Detail string `json:"detail"`
}

// ReviewJSON says what is due for review.
type ReviewJSON struct {
	Due  int    `json:"due"`  // questions ready now, at most what is left of the day's cap
	Next string `json:"next"` // when the next one is due (RFC 3339); "" if none is
}

// BeliefJSON is a misconception that the learner has met.
type BeliefJSON struct {
	ID      string `json:"id"`
	Says    string `json:"says"`
	Truth   string `json:"truth"`
	Lesson  string `json:"lesson"`
	Met     int    `json:"met"` // how often
	Cleared bool   `json:"cleared"`
}

// DamageJSON is a line of the log that cannot be read and does not count.
type DamageJSON struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

func (a *app) progressCommand() *cobra.Command {
	asJSON, asMarkdown := false, false
	cmd := &cobra.Command{
		Use:   "progress",
		Short: "Show what is done and what is next",
		Long: `Show what is done in each module, what is next, the attempts and minutes that
each kata took, the misconceptions that you met, and the last weeks.`,
		Example: "  leakproof progress\n  leakproof progress --markdown > progress.md",
		Args:    exactly(0, "only flags"),
		RunE: func(*cobra.Command, []string) error {
			if asJSON && asMarkdown {
				return usage("--json and --markdown do different things: give one of them")
			}
			wb, err := a.open()
			if err != nil {
				return err
			}
			if asJSON {
				a.tellNotice()
				return a.progressJSON(wb)
			}
			if asMarkdown {
				a.tellNotice()
				if _, err := fmt.Fprint(a.Stdout, wb.Report().Markdown()); err != nil {
					return fmt.Errorf("the progress cannot be written: %w", err)
				}
				return nil
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
	cmd.Flags().BoolVar(&asMarkdown, "markdown", false, "write Markdown, for a wiki or a note of your own")
	return cmd
}

func (a *app) progressJSON(wb *workbook.Workbook) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	out := ProgressJSON{
		Schema: "leakproof.progress/1", State: dir, Steps: []StepJSON{}, Beliefs: []BeliefJSON{}, Damaged: []DamageJSON{},
		Lessons: TallyJSON(wb.Tally(workbook.ReadStep)),
		Quizzes: TallyJSON(wb.Tally(workbook.QuizStep)),
		Labs:    TallyJSON(wb.Tally(workbook.LabStep)),
		Katas:   TallyJSON(wb.Tally(workbook.RepairStep)),
	}
	for _, s := range wb.Path() {
		out.Steps = append(out.Steps, stepJSON(s))
	}
	if next, ok := wb.Next(); ok {
		step := stepJSON(next)
		out.Next = &step
	}
	schedule := wb.Review()
	out.Review.Due = len(schedule.Due)
	if !schedule.Next.IsZero() {
		out.Review.Next = schedule.Next.UTC().Format(time.RFC3339)
	}
	for _, b := range schedule.Beliefs {
		out.Beliefs = append(out.Beliefs, BeliefJSON{ID: b.ID, Says: b.Says, Truth: b.Truth, Lesson: b.Lesson.ID, Met: b.Met, Cleared: b.Cleared})
	}
	for _, d := range wb.Log.Damaged() {
		out.Damaged = append(out.Damaged, DamageJSON{File: d.Path, Line: d.Line, Reason: d.Reason})
	}
	return a.writeJSON(out)
}

func stepJSON(s workbook.Step) StepJSON {
	return StepJSON{Kind: string(s.Kind), ID: s.ID(), Title: s.Title(), State: string(s.State), Detail: s.Detail}
}
