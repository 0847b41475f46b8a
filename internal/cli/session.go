package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/regular"
	"example.com/leakproof/internal/team/agenda"
	"example.com/leakproof/internal/tui/page"
)

func (a *app) sessionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "session",
		Short: "Plan a session with your team, and show it on the projector",
		Long: `Plan a session with your team, and show it on the projector.

  leakproof session plan --minutes 90 > plan.md
  leakproof session present plan.md

In between, edit the plan: it is Markdown, and says itself how.`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.planCommand(), a.presentCommand())
	return cmd
}

func (a *app) planCommand() *cobra.Command {
	minutes, about := 0, ""
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Write the plan of a session, as Markdown",
		Long: `Write the plan of a session, as Markdown: what everybody reads before, a question
to vote on, a kata to repair together, two near misses of it to discuss, and a
task to take home. The minutes come from the course, stretched to what a room
needs; they add up to those that you give. A long session gets further katas, and
breaks.

The words of --about stand in the title of the kata, its lessons or what it
practises; a kata's number or name picks that one.`,
		Example: "  leakproof session plan --minutes 90 > plan.md\n  leakproof session plan --minutes 60 --about context\n  leakproof session plan --minutes 90 --about 23",
		Args:    exactly(0, "only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if minutes <= 0 {
				if !cmd.Flags().Changed("minutes") {
					return usage("how long is the session? Say it with --minutes, such as --minutes 90")
				}
				return usage("--minutes %d: give the time that there is, such as 90", minutes)
			}
			wb, err := a.open()
			if err != nil {
				return err
			}
			a.tellNotice()
			plan, err := wb.Plan(minutes, about)
			if err != nil {
				return &codeError{exitUsage, err}
			}
			if _, err := io.WriteString(a.Stdout, plan.Markdown()); err != nil {
				return fmt.Errorf("the plan cannot be written: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&minutes, "minutes", 0, "how long the session takes")
	cmd.Flags().StringVar(&about, "about", "", "only katas about this, such as context")
	return cmd
}

func (a *app) presentCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "present PLAN",
		Short: "Show a plan on the projector, step by step",
		Long: `Show a plan on the projector, one step at a time with the time that it has left.
The answer to a question, and why a near miss is refused, show at a key; the suite
runs against a near miss at another. Make the terminal's font as large as the last
row needs it.`,
		Example: "  leakproof session present plan.md\n  leakproof --plain session present plan.md",
		Args:    exactly(1, "the file with the plan"),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := args[0]
			text, plan, err := readPlan(file)
			if err != nil {
				return &codeError{exitUsage, err}
			}
			wb, err := a.open()
			if err != nil {
				return err
			}
			if _, err := wb.Scenes(plan); err != nil {
				return &codeError{exitUsage, unfitPlan(file, err)}
			}
			if !a.inLines() {
				return a.screens(cmd.Context(), wb, page.Route{Page: page.Session, Text: text})
			}
			s := a.lines(wb)
			defer s.Close()
			return s.Present(cmd.Context(), plan)
		},
	}
}

// readPlan reads the plan in a file.
func readPlan(file string) (text string, plan agenda.Agenda, err error) {
	f, _, err := regular.Open(file)
	if err != nil {
		return "", plan, fmt.Errorf("the plan is not there (%w): give the file with what `leakproof session plan` wrote", err)
	}
	var b strings.Builder
	plan, err = agenda.Read(io.TeeReader(f, &b))
	if err := errors.Join(err, f.Close()); err != nil {
		return "", plan, unfitPlan(file, err)
	}
	return b.String(), plan, nil
}

// unfitPlan names the file of what cannot be read or shown, a line each.
func unfitPlan(file string, err error) error {
	return fmt.Errorf("%s cannot be shown as it is:\n  %s", file, strings.ReplaceAll(err.Error(), "\n", "\n  "))
}
