package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/plain"
	"example.com/leakproof/internal/team/ci"
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
	var out checkOutput
	format := ""
	cmd := &cobra.Command{
		Use:   "check [KATA...]",
		Short: "Check katas once; without a name all, or that of this folder",
		Long: `Check katas once. For katas that are named each failed test is shown. Without a
name it is the kata whose folder you are in, as if it were named; elsewhere every
kata is checked and gets one line.

Exit codes: 0 all pass, 1 one is not solved, 3 one cannot be checked here,
4 one ran out of time, 5 one run cannot be trusted. The highest code counts.

With --junit the verdicts are also written to a file as JUnit XML: a suite for
each kata, a case for each test. With --format github each failure becomes an
annotation of GitHub Actions, and the job gets a summary. "leakproof ci" prints
a workflow that does both.

A verdict has an origin, "ci" or "self": who ran the grader. It is "ci" where
CI=true and the program is a release, or where all files but the learner's are
as in the git revision that LEAKPROOF_BASE names.

` + caveat,
		Example:           "  leakproof check 1\n  leakproof check --json\n  leakproof check --junit katas.xml",
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
			out.full = len(katas) > 0
			if !out.full {
				katas = wb.Course.Katas
			}
			if err := wb.InClone(); err != nil {
				return err
			}
			if err := out.set(format); err != nil {
				return err
			}
			a.tellNotice()
			return a.check(cmd.Context(), wb, katas, out)
		},
	}
	cmd.Flags().BoolVar(&out.json, "json", false, "write JSON (leakproof.check/1)")
	cmd.Flags().StringVar(&out.junit, "junit", "", "write JUnit XML to this `file` as well, which ends in .xml")
	cmd.Flags().StringVar(&format, "format", "text", "text, or github: annotations and a job summary of GitHub Actions as well")
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

// check tells a verdict for each kata, in the ways that were asked for.
func (a *app) check(ctx context.Context, wb *workbook.Workbook, katas []*course.Kata, out checkOutput) error {
	var each func(explain.Test)
	show := func(*course.Kata, grade.Verdict) error { return nil }
	if !out.json {
		s := plain.New(wb, a.Stdin, a.Stdout, a.Stderr)
		defer s.Close()
		for _, k := range katas {
			_, _ = fmt.Fprintf(a.Stderr, "Checking %s.\n", k.ID)
		}
		each, show = a.inWords(s, out.full)
	}
	var all []ci.Graded
	grading := func() error {
		return a.verdicts(ctx, wb, katas, each, func(k *course.Kata, v grade.Verdict) error {
			all = append(all, ci.Graded{Kata: k, Verdict: v})
			return show(k, v)
		})
	}
	if out.github {
		grading = a.commandless(grading)
	}
	if err := grading(); err != nil {
		return err
	}
	code := exitOK
	for _, g := range all {
		code = max(code, exitOf(g.Verdict.Status))
	}
	if err := a.publish(all, code, out); err != nil {
		return &codeError{max(code, exitUnfit), err}
	}
	return ended(code)
}

// inWords is how to tell a verdict to a person: in full, with how a learner's
// test judged each implementation, or in one line.
func (a *app) inWords(s *plain.Session, full bool) (each func(explain.Test), show func(*course.Kata, grade.Verdict) error) {
	if full {
		return s.Judged, func(k *course.Kata, v grade.Verdict) error {
			s.Verdict(k, v)
			return nil
		}
	}
	return nil, func(k *course.Kata, v grade.Verdict) error {
		if _, err := fmt.Fprintln(a.Stdout, plain.Headline(k, v)); err != nil {
			return fmt.Errorf("the verdict cannot be written: %w", err)
		}
		return nil
	}
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
