package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/plain"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

func (a *app) watchCommand() *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:   "watch [KATA]",
		Short: "Check a kata at each save, in lines",
		Long: `Check a kata now and at each save, and print each verdict. A save during a run
ends that run. Without a name it is the kata whose folder you are in, elsewhere
the next one that is not solved. With --all a kata that passes gives way to the
next one, until all are solved.

It ends when you type 0, when the input ends, when --all has no kata left, or on
an interrupt; each of these is exit code 0. With the null device as input it
reads none.`,
		Example:           "  leakproof watch\n  leakproof watch leaky-fanout\n  leakproof watch --all",
		Args:              atMost(1, "one kata, or none for the next"),
		ValidArgsFunction: a.completeKatas,
		RunE: func(cmd *cobra.Command, args []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			kata, err := a.namedKata(wb, args)
			if err != nil {
				return err
			}
			if kata == nil {
				kata = nextKata(wb)
			}
			if kata == nil && !all {
				return usage("every kata is solved: name the one to watch")
			}
			if err := wb.InClone(); err != nil {
				return err
			}
			s := a.lines(wb)
			defer s.Close()
			if all {
				return s.WatchAll(cmd.Context(), kata, !isNothing(a.Stdin))
			}
			return s.Watch(cmd.Context(), kata, !isNothing(a.Stdin))
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "go on to the next kata when one passes, until all are solved")
	return cmd
}

// nextKata is the first kata on the path that is not solved, nil when all are.
func nextKata(wb *workbook.Workbook) *course.Kata {
	for _, step := range wb.Path() {
		if step.Kind == workbook.RepairStep && step.State != workbook.Done {
			return step.Kata
		}
	}
	return nil
}

func (a *app) hintCommand() *cobra.Command {
	tier := 0
	cmd := &cobra.Command{
		Use:               "hint [KATA]",
		Short:             "Show the next hint for a kata",
		Long:              "Show the next hint for a kata. A kata has three: the question to ask, the idea,\nand the shape of the code with the place where one repair begins.\n\n" + folderHelp,
		Example:           "  leakproof hint 1\n  leakproof hint 1 --tier 1",
		Args:              atMost(1, "the kata"),
		ValidArgsFunction: a.completeKatas,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onKata(args, func(s *plain.Session, k *course.Kata) error {
				if cmd.Flags().Changed("tier") && (tier < 1 || tier > len(k.Hints)) {
					return usage("kata %d has the hints 1 to %d, not %d", k.Number, len(k.Hints), tier)
				}
				return s.Hint(cmd.Context(), k, tier)
			})
		},
	}
	cmd.Flags().IntVar(&tier, "tier", 0, "which hint, from 1 (default: the next one)")
	return cmd
}

func (a *app) diffCommand() *cobra.Command {
	with, sure := "", false
	cmd := &cobra.Command{
		Use:   "diff [KATA]",
		Short: "Compare your repair with an accepted one",
		Long: `Show how your file differs from the reference, or from another repair that the
suite accepts, and what that one trades. Before the kata is solved it asks,
because the difference is a solution; a no is exit code 1.

On a terminal, control characters in your file come as \x1b; in a pipe the text
is as it is.

` + folderHelp,
		Example:           "  leakproof diff 1\n  leakproof diff 23 --with right-buffered",
		Args:              atMost(1, "the kata"),
		ValidArgsFunction: a.completeKatas,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onKata(args, func(s *plain.Session, k *course.Kata) error {
				variant, err := accepted(k, with)
				if err != nil {
					return err
				}
				shown, err := s.Compare(cmd.Context(), k, variant, sure)
				switch {
				case errors.Is(err, io.EOF):
					return &codeError{exitUnsolved, fmt.Errorf("nothing is shown, because kata %d is not solved: solve it, or add --yes", k.Number)}
				case err != nil:
					return err
				case !shown:
					return &codeError{code: exitUnsolved}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&with, "with", "solution", "the repair to compare with: solution or right-NAME")
	cmd.Flags().BoolVar(&sure, "yes", false, "show it even if the kata is not solved")
	return cmd
}

// accepted finds an accepted variant of a kata by its id or by what follows
// "right-".
func accepted(k *course.Kata, name string) (*course.Variant, error) {
	var names []string
	for _, v := range k.Variants {
		if !v.Right() {
			continue
		}
		if v.ID == name || v.ID == "right-"+name {
			return v, nil
		}
		names = append(names, v.ID)
	}
	return nil, usage("kata %d has no accepted repair %q: did you mean %s? There are %s",
		k.Number, name, nearest(name, slices.Clone(names)), strings.Join(names, ", "))
}

func (a *app) resetCommand() *cobra.Command {
	sure, undo := false, false
	cmd := &cobra.Command{
		Use:   "reset [KATA]",
		Short: "Put a kata back to its start, or undo that",
		Long: `Put a kata back to its start: the file to repair, and every file of its suite.
What is replaced is kept in the folder "backups" of the state folder, the newest
` + strconv.Itoa(workspace.MaxBackups) + ` backups of each kata.

--undo puts the backup of the file to repair that was written last in place, and
keeps what it replaces in turn. It asks nothing, because nothing is lost.

` + folderHelp,
		Example:           "  leakproof reset 1\n  leakproof reset 1 --undo",
		Args:              atMost(1, "the kata"),
		ValidArgsFunction: a.completeKatas,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onKata(args, func(s *plain.Session, k *course.Kata) error {
				if undo {
					return s.Undo(cmd.Context(), k)
				}
				done, err := s.Reset(cmd.Context(), k, sure)
				if errors.Is(err, io.EOF) {
					return usage("nothing was reset, because nobody answered: add --yes")
				}
				if err == nil && !done {
					_, err = fmt.Fprintln(a.Stdout, "Nothing was reset.")
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&sure, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&undo, "undo", false, "put back what the last reset or restore replaced")
	return cmd
}

// onKata opens the workbook and does something with one kata, in lines.
func (a *app) onKata(args []string, do func(*plain.Session, *course.Kata) error) error {
	wb, err := a.open()
	if err != nil {
		return err
	}
	k, err := a.oneKata(wb, args)
	if err != nil {
		return err
	}
	s := a.lines(wb)
	defer s.Close()
	return do(s, k)
}

// folderHelp explains, for commands on one kata, what a missing name means.
const folderHelp = "Without a name it is the kata whose folder you are in."

// namedKata is the kata that the arguments name or, where they name none, the
// one whose folder the learner is in; nil outside of such a folder.
func (a *app) namedKata(wb *workbook.Workbook, args []string) (*course.Kata, error) {
	if len(args) > 0 {
		return wb.Course.FindKata(args[0])
	}
	return wb.KataAt(a.dir), nil
}

// oneKata is [app.namedKata] for commands that cannot do without.
func (a *app) oneKata(wb *workbook.Workbook, args []string) (*course.Kata, error) {
	k, err := a.namedKata(wb, args)
	if k == nil && err == nil {
		return nil, usage("no kata is named, and this is no kata's folder: give its number or its name")
	}
	return k, err
}

// completeKatas offers the katas to a shell.
func (a *app) completeKatas(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	all, err := a.Course()
	if err != nil || len(args) > 0 && cmd.Name() != "check" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, k := range all.Katas {
		if !slices.Contains(args, k.ID) {
			out = append(out, cobra.CompletionWithDesc(k.ID, k.Title))
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
