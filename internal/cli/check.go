package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/plain"
	"example.com/leakproof/internal/workbook"
)

// CheckJSON is what check writes: "leakproof.check/1".
type CheckJSON struct {
	Schema   string          `json:"schema"`
	ExitCode int             `json:"exit_code"` // see the package documentation
	Katas    []grade.Verdict `json:"katas"`     // in the order they were named, else by number
	Caveat   string          `json:"caveat"`    // what no verdict can promise
}

// caveat is true wherever the grader runs.
const caveat = "Code under test shares its process with the suite and can forge a verdict in the end, on any machine: " +
	"where one counts, somebody reads the code."

func (a *app) checkCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "check [KATA...]",
		Short: "Check katas once; without a name all, or that of this folder",
		Long: `Check katas once. For katas that are named each failed test is shown. Without a
name it is the kata whose folder you are in, as if it were named; elsewhere every
kata is checked and gets one line.

Exit codes: 0 all pass, 1 one is not solved, 3 one cannot be checked here,
4 one ran out of time, 5 one run cannot be trusted. The highest code counts.

With --json a verdict has an origin, "ci" or "self": who ran the grader. It is
"ci" where CI=true and the program is a release, or where all files but the
learner's are as in the git revision that LEAKPROOF_BASE names. README, With a
team, has the commands.

` + caveat,
		Example:           "  leakproof check 1\n  leakproof check --json",
		ValidArgsFunction: a.completeKatas,
		RunE: func(cmd *cobra.Command, args []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			katas, err := a.namedKatas(wb, args)
			if err != nil {
				return err
			}
			full := len(katas) > 0
			if !full {
				katas = wb.Course.Katas
			}
			if err := wb.InClone(); err != nil {
				return err
			}
			a.tellNotice()
			if asJSON {
				return a.checkJSON(cmd.Context(), wb, katas)
			}
			return a.check(cmd.Context(), wb, katas, full)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON (leakproof.check/1)")
	return cmd
}

// namedKatas is [app.namedKata] for any number of arguments; none outside of a
// kata's folder.
func (a *app) namedKatas(wb *workbook.Workbook, args []string) ([]*course.Kata, error) {
	if here := wb.KataAt(a.dir); len(args) == 0 && here != nil {
		return []*course.Kata{here}, nil
	}
	var katas []*course.Kata
	for _, arg := range args {
		k, err := wb.Course.FindKata(arg)
		if err != nil {
			return nil, err
		}
		katas = append(katas, k)
	}
	return katas, nil
}

// check prints a verdict for each kata: in full, or in one line.
func (a *app) check(ctx context.Context, wb *workbook.Workbook, katas []*course.Kata, full bool) error {
	s := plain.New(wb, a.Stdin, a.Stdout, a.Stderr)
	defer s.Close()
	for _, k := range katas {
		_, _ = fmt.Fprintf(a.Stderr, "Checking %s.\n", k.ID)
	}
	code := exitOK
	var each func(explain.Test)
	if full {
		each = s.Judged
	}
	err := a.verdicts(ctx, wb, katas, each, func(k *course.Kata, v grade.Verdict) error {
		code = max(code, exitOf(v.Status))
		if full {
			s.Verdict(k, v)
			return nil
		}
		if _, err := fmt.Fprintln(a.Stdout, plain.Headline(k, v)); err != nil {
			return fmt.Errorf("the verdict cannot be written: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return ended(code)
}

func (a *app) checkJSON(ctx context.Context, wb *workbook.Workbook, katas []*course.Kata) error {
	out := CheckJSON{Schema: "leakproof.check/1", Katas: []grade.Verdict{}, Caveat: caveat}
	err := a.verdicts(ctx, wb, katas, nil, func(_ *course.Kata, v grade.Verdict) error {
		out.ExitCode = max(out.ExitCode, exitOf(v.Status))
		out.Katas = append(out.Katas, v)
		return nil
	})
	if err != nil {
		return err
	}
	if err := a.writeJSON(out); err != nil {
		return err
	}
	return ended(out.ExitCode)
}

// verdicts checks the katas and tells each verdict in their order, as soon as
// those before it are known, and by each how a learner's test judges the
// implementations. That one cannot be recorded is told once and does not take the
// verdict away.
func (a *app) verdicts(ctx context.Context, wb *workbook.Workbook, katas []*course.Kata, each func(explain.Test), tell func(*course.Kata, grade.Verdict) error) error {
	told := false
	known := make([]*grade.Verdict, len(katas))
	next := 0
	return wb.CheckAll(ctx, katas, each, func(i int, v grade.Verdict) error {
		known[i] = &v
		for next < len(katas) && known[next] != nil {
			if err := tell(katas[next], *known[next]); err != nil {
				return err
			}
			next++
		}
		return nil
	}, func(unkept error) {
		if !told {
			told = true
			a.tell(unkept)
		}
	})
}

// exitOf is the exit code that a kata's verdict stands for.
func exitOf(s explain.Status) int {
	switch s {
	case explain.Pass:
		return exitOK
	case explain.Fail, explain.CompileError:
		return exitUnsolved
	case explain.Timeout:
		return exitTimeout
	case explain.Untrusted:
		return exitUntrusted
	}
	return exitUnfit
}

// ended is the error of a command that has told everything and ends with code.
func ended(code int) error {
	if code == exitOK {
		return nil
	}
	return &codeError{code: code}
}
