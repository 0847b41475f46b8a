package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/review"
	"example.com/leakproof/internal/tui/page"
)

func (a *app) readCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "read LESSON",
		Short: "Read a lesson",
		Long: `Read a lesson, section by section. In a pipe the whole lesson is printed, with
its questions left open; "leakproof quiz" asks them.

"leakproof read cheatsheet" prints the cheatsheet alone, as Markdown for your
team's wiki; "leakproof read 17" opens its lesson. "leakproof read patterns"
prints what you wrote yourself to solve katas, point by point, as Markdown.`,
		Example:           "  leakproof read 13\n  leakproof read fan-out-safely | less\n  leakproof read cheatsheet > cheatsheet.md",
		Args:              exactly(1, "the lesson to read"),
		ValidArgsFunction: a.completeLessons,
		RunE: func(cmd *cobra.Command, args []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			text := ""
			switch args[0] {
			case "cheatsheet":
				text = wb.Course.Cheatsheet()
			case "patterns":
				text, err = wb.Patterns()
			}
			if err != nil {
				return err
			}
			if text != "" {
				if _, err := fmt.Fprint(a.Stdout, text); err != nil {
					return fmt.Errorf("the %s cannot be written: %w", args[0], err)
				}
				return nil
			}
			lesson, err := wb.Course.FindLesson(args[0])
			if err != nil {
				return err
			}
			if !a.inLines() {
				return a.screens(cmd.Context(), wb, page.Route{Page: page.Lesson, ID: lesson.ID})
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
		Example:           "  leakproof quiz\n  leakproof quiz 13",
		Args:              atMost(1, "one lesson, or none for all"),
		ValidArgsFunction: a.completeLessons,
		RunE: func(cmd *cobra.Command, args []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			var lesson *course.Lesson
			start := page.Route{Page: page.Quiz}
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

func (a *app) testoutCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "testout [MODULE]",
		Short: "Skip the lessons of a module that you know",
		Long: `Answer at most ten of the harder questions on the lessons of a module. If all
are right at the first try, those lessons and their quizzes count as done; katas
never do. A miss ends it, and nothing is lost.

A module goes by its name or a part of it; without one it is the next
with a lesson that is not done.`,
		Example: "  leakproof testout\n  leakproof testout goroutines",
		RunE: func(cmd *cobra.Command, args []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			module, err := wb.FindModule(strings.Join(args, " "))
			if err != nil {
				return &codeError{exitUsage, err}
			}
			if !a.inLines() {
				return a.screens(cmd.Context(), wb, page.Route{Page: page.TestOut, ID: module})
			}
			s := a.lines(wb)
			defer s.Close()
			return s.TestOut(cmd.Context(), module)
		},
	}
}

func (a *app) reviewCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "review",
		Short: "Answer again what you are about to forget",
		Long: fmt.Sprintf(`Answer again what you are about to forget: questions, and the misconceptions
behind wrong answers and failed tests. The schedule (FSRS) is derived from your
answers; a day brings at most %d questions.`, review.Cap),
		Args: exactly(0, "only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			if !a.inLines() {
				return a.screens(cmd.Context(), wb, page.Route{Page: page.Review})
			}
			s := a.lines(wb)
			defer s.Close()
			return s.Review(cmd.Context())
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
