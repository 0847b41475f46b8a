package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a workspace: the katas, to repair without a clone",
		Long: `Write a workspace into a new or empty folder, by default "leakproof": the katas
at their start with their suites, the programs of the lessons, and a go.mod with
which "go test ./katas/..." works. Nothing that exists is written over.`,
		Example: "  leakproof init\n  leakproof init ~/learn/leakproof",
		Args:    atMost(1, "the folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := filepath.Join(a.dir, "leakproof")
			if len(args) > 0 {
				dir = args[0]
			}
			contents, err := a.Contents()
			if err != nil {
				return fmt.Errorf("the katas cannot be loaded: %w", err)
			}
			home := a.Getenv("HOME")
			if home == "" {
				home = a.Getenv("USERPROFILE")
			}
			if err := workspace.Create(dir, home, contents); err != nil {
				return &codeError{exitUnfit, err}
			}
			_, err = fmt.Fprintf(a.Stdout, "A workspace with %s is in %s.\nNext: cd %[2]s, then leakproof. `leakproof doctor` there says whether this machine is fit.\n",
				workbook.Count(contents.Katas(), "kata"), dir)
			return err
		},
	}
}

func (a *app) updateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "update",
		Short: "Bring a workspace to the installed version",
		Long: `Bring the suites, briefs and programs of a workspace to those of this program.
What you wrote stays. A suite that was edited is kept as a backup. A kata whose
brief or suite changed is named, so that you can check it again. A clone is
brought up to date by git.`,
		Args: exactly(0, "only --dir"),
		RunE: func(*cobra.Command, []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			if err := wb.InClone(); err != nil {
				return &codeError{exitUnfit, errors.New("there is no workspace here: change into yours, or make one with `leakproof init`")}
			}
			contents, err := a.Contents()
			if err != nil {
				return fmt.Errorf("the katas cannot be loaded: %w", err)
			}
			done, err := wb.Space.Update(contents, a.Now())
			if text := updated(wb, done); text != "" {
				if _, err := fmt.Fprint(a.Stdout, text); err != nil {
					return err
				}
			}
			if err != nil {
				return &codeError{exitUnfit, err}
			}
			return nil
		},
	}
}

// updated says what an update did; nothing if it did not begin.
func updated(wb *workbook.Workbook, done workspace.Changes) string {
	if done.To == "" {
		return ""
	}
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	if done.None() {
		line("This workspace is up to date (%s).", done.To)
	} else {
		from := ""
		if done.From != done.To {
			from = " from " + done.From
		}
		line("Brought%s to %s: %s new, %d changed, %d removed.", from, done.To, workbook.Count(len(done.Added), "file"), len(done.Changed), len(done.Removed))
	}
	katas := func(text string, some []*course.Kata) {
		for _, k := range some {
			line(text, k.Number, k.Title)
		}
	}
	katas("New: kata %d, %s.", done.New)
	katas("Another brief or suite: kata %d, %s. `leakproof check %[1]d` checks yours again.", done.Contract)
	for _, name := range done.Kept {
		line("Yours stays as it is: %s", name)
	}
	for _, place := range done.Backups {
		line("It had been edited, and is kept: %s", wb.Short(place))
	}
	return out.String()
}
