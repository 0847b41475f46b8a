package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/tui/page"
)

const about = `Leakproof is a workbook for Go services that do not leak: lessons, a quiz, and
broken pieces of one notes API that you repair until their suites agree.

Without a command it opens the workbook: screens on a terminal; lines with
--plain, with ACCESSIBLE=1 or TERM=dumb in the environment, and in a pipe.

A kata or lesson is named by its number (23), its name (leaky-fanout) or both
(23-leaky-fanout), a lab by its name.

Exit codes:
  0    done; every kata that was checked is solved
  1    a kata is not solved; a lab's script did not show what it expects
  2    the command line is wrong
  3    this machine or folder is not fit; "leakproof doctor" says why
  4    a suite ran out of time
  5    a run cannot be trusted
  130  interrupted
  Where several katas are checked, the highest code counts.

Environment:
  LEAKPROOF_STATE     the folder for progress, attempts and backups, as --state
  LEAKPROOF_SETTINGS  the file of settings; "leakproof config" shows where it is
  LEAKPROOF_SECRET    the facilitator's secret, for "leakproof board --watch"
  VISUAL, EDITOR      the editor that opens a kata, unless the settings name one
  ACCESSIBLE          lines in place of screens, unless empty, 0 or false
  NO_COLOR            no colours, unless empty
  COLORFGBG           the terminal's colours, where it does not tell them itself`

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "leakproof",
		Short:         "A workbook for Go services that do not leak",
		Long:          about,
		Args:          noCommand,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			a.began = true
			if a.theme != "" {
				if err := settings.Check("theme", a.theme); err != nil {
					return usage("%w", err)
				}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !a.inLines() {
				return a.screensOf(cmd.Context(), a.open, page.Route{})
			}
			wb, err := a.open()
			if err != nil {
				return err
			}
			s := a.lines(wb)
			defer s.Close()
			return s.Menu(cmd.Context())
		},
	}
	flags := root.PersistentFlags()
	flags.BoolVar(&a.plain, "plain", false, "lines in place of screens")
	flags.StringVar(&a.dir, "dir", ".", "a folder in your clone of leakproof")
	flags.StringVar(&a.stateDir, "state", "", "the folder for progress, attempts and backups (default: leakproof in your state folder)")
	flags.StringVar(&a.theme, "theme", "", "colours of the screens: auto, dark, light, contrast or none")
	root.SetFlagErrorFunc(flagError)

	root.AddGroup(&cobra.Group{ID: "learn", Title: "Learn:"}, &cobra.Group{ID: "repair", Title: "Repair:"}, &cobra.Group{ID: "state", Title: "See where you are:"},
		&cobra.Group{ID: "workspace", Title: "Have the katas without a clone:"}, &cobra.Group{ID: "team", Title: "Learn together:"})
	for group, commands := range map[string][]*cobra.Command{
		"learn":     {a.readCommand(), a.quizCommand(), a.labCommand(), a.reviewCommand(), a.testoutCommand()},
		"repair":    {a.watchCommand(), a.checkCommand(), a.hintCommand(), a.diffCommand(), a.attemptsCommand(), a.resetCommand()},
		"workspace": {a.initCommand(), a.updateCommand()},
		"team":      {a.sessionCommand(), a.boardCommand(), a.joinCommand(), a.leaveCommand(), a.reportCommand(), a.regradeCommand(), a.ciCommand()},
		"state":     {a.listCommand(), a.progressCommand(), a.configCommand(), a.doctorCommand()},
	} {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	root.SetHelpCommand(helpCommand(root))
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.Args = noCommand
		c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	return root
}

// noCommand refuses what is neither a command nor a flag.
func noCommand(parent *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range parent.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return usage("no command %q: did you mean %s?", args[0], nearest(args[0], names))
}

func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return noCommand(root, args)
			}
			return cmd.Help()
		},
	}
}

// flagError suggests the nearest flag for one that does not exist.
func flagError(cmd *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) {
		return &codeError{exitUsage, fmt.Errorf("%w: correct the flag", err)}
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return usage("no flag %q: did you mean --%s?", missing.GetSpecifiedName(), nearest(missing.GetSpecifiedName(), names))
}

// nearest is the name with the fewest changes to what was typed.
func nearest(typed string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return slices.MinFunc(names, func(a, b string) int {
		return levenshtein.ComputeDistance(typed, a) - levenshtein.ComputeDistance(typed, b)
	})
}

// exactly refuses any other number of arguments than n, and says what they
// are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("give %s, and nothing else: you gave %d arguments", what, len(args))
		}
		return nil
	}
}

// atMost refuses more than n arguments, and says what they are.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return usage("give %s, and nothing else: you gave %d arguments", what, len(args))
		}
		return nil
	}
}
