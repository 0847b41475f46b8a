package cli

import (
	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui"
	"example.com/leakproof/internal/workbook"
)

func (a *app) readCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "read LESSON",
		Short: "Read a lesson",
		Long: `Read a lesson, section by section. In a pipe the whole lesson is printed, with
its questions left open; "leakproof quiz" asks them.`,
		Example:           "  leakproof read 12\n  leakproof read fan-out-safely | less",
		Args:              exactly(1, "the lesson to read"),
		ValidArgsFunction: a.completeLessons,
		RunE: func(cmd *cobra.Command, args []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			lesson, err := wb.Course.FindLesson(args[0])
			if err != nil {
				return err
			}
			if !a.inLines() {
				return a.screens(cmd.Context(), wb, tui.Start{Kind: workbook.ReadStep, ID: lesson.ID})
			}
			s := a.lines(wb)
			defer s.Close()
			if isTerminal(a.Stdin) && isTerminal(a.Stdout) {
				return s.Lesson(cmd.Context(), lesson)
			}
			s.PrintLesson(lesson)
			return nil
		},
	}
}

func (a *app) quizCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "quiz [LESSON]",
		Short: "Answer questions, of one lesson or of all",
		Long: `Answer the questions of a lesson, or of all lessons, that you have not answered
right yet; all of them again when there are none. A missed question comes back
at the end.`,
		Example:           "  leakproof quiz\n  leakproof quiz 12",
		Args:              atMost(1, "one lesson, or none for all"),
		ValidArgsFunction: a.completeLessons,
		RunE: func(cmd *cobra.Command, args []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			var lesson *course.Lesson
			start := tui.Start{Kind: workbook.QuizStep}
			if len(args) == 1 {
				if lesson, err = wb.Course.FindLesson(args[0]); err != nil {
					return err
				}
				start.ID = lesson.ID
			}
			if !a.inLines() {
				return a.screens(cmd.Context(), wb, start)
			}
			s := a.lines(wb)
			defer s.Close()
			return s.Quiz(cmd.Context(), lesson)
		},
	}
}

// completeLessons offers the lessons to a shell.
func (a *app) completeLessons(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	all, err := a.Course()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, l := range all.Lessons {
		out = append(out, cobra.CompletionWithDesc(l.ID, l.Title))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
