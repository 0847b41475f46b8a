package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/editor"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

// DoctorJSON is what doctor writes: "leakproof.doctor/1".
type DoctorJSON struct {
	Schema string        `json:"schema"`
	OK     bool          `json:"ok"` // nothing that is needed is missing
	Checks []FindingJSON `json:"checks"`
}

// FindingJSON is one thing that doctor looked at.
type FindingJSON struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"` // without it katas cannot be checked or the program does not start
	Text   string `json:"text"`   // what was found and, if not ok, what to do
}

func (a *app) doctorCommand() *cobra.Command {
	asJSON, team := false, false
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "See whether this machine and folder are fit",
		Long: `Look at everything that the workbook needs: the clone, the go command and its
version, the race detector, the editor, the folder for progress, the terminal.
A small suite is built and run as "leakproof check" does it, which takes
some minutes the first time.
Exit code 3 means that something is missing without which katas cannot be
checked.

With --team nothing is looked at: it prints what each participant of a session
needs, and how to check it the day before, as Markdown for the invitation.`,
		Args: exactly(0, "only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case team && asJSON:
				return usage("--team is Markdown, --json is JSON: leave out one")
			case team:
				return a.invite()
			}
			out := DoctorJSON{Schema: "leakproof.doctor/1", OK: true, Checks: a.examine(cmd.Context())}
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			for _, f := range out.Checks {
				out.OK = out.OK && (f.OK || !f.Needed)
			}
			if err := a.writeFindings(out, asJSON); err != nil {
				return err
			}
			if !out.OK {
				return &codeError{code: exitUnfit}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON (leakproof.doctor/1)")
	cmd.Flags().BoolVar(&team, "team", false, "print what participants of a session need, as Markdown")
	return cmd
}

func (a *app) writeFindings(out DoctorJSON, asJSON bool) error {
	if asJSON {
		return a.writeJSON(out)
	}
	for _, f := range out.Checks {
		word := "ok"
		switch {
		case !f.OK && f.Needed:
			word = "not ok"
		case !f.OK:
			word = "not ok, but not needed"
		}
		if _, err := fmt.Fprintf(a.Stdout, "%s: %s: %s\n", f.Name, word, f.Text); err != nil {
			return fmt.Errorf("the findings cannot be written: %w", err)
		}
	}
	return nil
}

func (a *app) examine(ctx context.Context) []FindingJSON {
	course := a.examineCourse()
	found := append(a.examineClone(ctx), course)
	if runs := a.examineRun(ctx, found); runs != nil {
		found = append(found, *runs)
	}
	found = append(found, a.examineEditor())
	found = append(found, a.examineState()...)
	return append(found, a.examineTerminal())
}

// problem is the first thing that doctor would complain of, "" if there is
// nothing. Nothing is built for it.
func (a *app) problem(ctx context.Context) string {
	found := append(a.examineClone(ctx), a.examineEditor())
	found = slices.DeleteFunc(append(found, a.examineState()...), func(f FindingJSON) bool { return f.OK })
	if len(found) == 0 {
		return ""
	}
	text := strings.ToUpper(found[0].Text[:1]) + found[0].Text[1:]
	if more := len(found) - 1; more > 0 {
		text += fmt.Sprintf(" (`leakproof doctor` names %d more.)", more)
	}
	return text
}

func (a *app) examineClone(ctx context.Context) []FindingJSON {
	root, err := workspace.Find(a.dir)
	if err != nil {
		return []FindingJSON{{Name: "workbook", Needed: true, Text: err.Error()}}
	}
	var found []FindingJSON
	for _, c := range a.Grader(root).Environment(ctx).Checks {
		found = append(found, FindingJSON{Name: c.Name, OK: c.OK, Needed: true, Text: c.Text})
	}
	return found
}

// examineRun builds and runs a small suite, as a check would. It is nil where
// something that it needs was not found.
func (a *app) examineRun(ctx context.Context, found []FindingJSON) *FindingJSON {
	if slices.ContainsFunc(found, func(f FindingJSON) bool { return f.Needed && !f.OK }) {
		return nil
	}
	all, err := a.Course()
	root, unfound := workspace.Find(a.dir)
	if err != nil || unfound != nil || len(all.Katas) == 0 {
		return nil // it has been told
	}
	f := &FindingJSON{Name: "a small suite", Needed: true}
	_, _ = fmt.Fprintln(a.Stderr, "Building and running a small suite; the first time takes some minutes.")
	var suites []grade.Suite
	for _, k := range all.Katas {
		suites = append(suites, workbook.Suite(k))
	}
	v, err := a.Grader(root).Try(ctx, suites)
	switch {
	case err != nil:
		f.Text = err.Error()
	case v.Status == explain.Pass:
		f.OK, f.Text = true, fmt.Sprintf("it was built and passed, with the race detector, in %.1f s", v.Elapsed.Seconds())
	default:
		f.Text = v.Summary
	}
	return f
}

func (a *app) examineCourse() FindingJSON {
	f := FindingJSON{Name: "course", Needed: true}
	all, err := a.Course()
	if err != nil {
		f.Text = err.Error()
		return f
	}
	f.OK = true
	f.Text = fmt.Sprintf("%s, %s, %s and %s", workbook.Count(len(all.Lessons), "lesson"), workbook.Count(len(all.Questions), "question"),
		workbook.Count(len(all.Labs), "lab"), workbook.Count(len(all.Katas), "kata"))
	return f
}

func (a *app) examineEditor() FindingJSON {
	f := FindingJSON{Name: "editor"}
	_, info, err := editor.Command("notes.go", 1, a.getenv, a.LookPath)
	if err != nil {
		f.Text = err.Error()
		return f
	}
	f.OK, f.Text = true, info.Name
	return f
}

// examineState looks at the folder for progress: whether it can be written,
// and whether what is in it can be read.
func (a *app) examineState() []FindingJSON {
	folder, saved := FindingJSON{Name: "state folder"}, FindingJSON{Name: "progress"}
	dir, err := a.state()
	if err == nil {
		err = tryWriting(dir)
	}
	if err != nil {
		folder.Text = fmt.Sprintf("nothing can be saved (%v): make the folder writable, or name another with --state or LEAKPROOF_STATE", err)
		return []FindingJSON{folder}
	}
	folder.OK, folder.Text = true, dir
	log, err := progress.Open(dir)
	switch {
	case err != nil:
		saved.Text, saved.Needed = err.Error(), errors.Is(err, progress.ErrNewer)
	case len(log.Damaged()) > 0:
		saved.Text = fmt.Sprintf("%d lines cannot be read, the first is %v", len(log.Damaged()), log.Damaged()[0])
	default:
		saved.OK, saved.Text = true, "every saved line can be read"
	}
	return []FindingJSON{folder, saved}
}

// tryWriting writes a file where progress is written or, before there is any,
// in the folder above, and leaves nothing behind.
func tryWriting(dir string) error {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, "leakproof-doctor-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (a *app) examineTerminal() FindingJSON {
	f := FindingJSON{Name: "terminal", OK: true}
	shows := "screens"
	if a.inLines() {
		shows = "lines"
	}
	f.Text = fmt.Sprintf("%s are used: input is a terminal: %t, output is a terminal: %t, TERM is %q, ACCESSIBLE is %q, NO_COLOR is %q",
		shows, isTerminal(a.Stdin), isTerminal(a.Stdout), a.Getenv("TERM"), a.Getenv("ACCESSIBLE"), a.Getenv("NO_COLOR"))
	return f
}
