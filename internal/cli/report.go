package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/team/report"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/workbook"
)

func (a *app) reportCommand() *cobra.Command {
	out, name := "", ""
	noCode, merge, asCSV, asMarkdown := false, false, false, false
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write what you did, for your team; with --merge, the table of a team",
		Long: `Write what you did as JSON (leakproof.report/1): lessons, questions and katas with
their times, the hints that you took, the versions that were checked with their
hashes and, unless --no-code, the files of the katas that you solved. Without
--out it is printed. A file that exists is replaced only if it is an older report
of yours.

Without --name it goes by a pseudonym, which stays the same for your state folder.
Each verdict has an origin: "self", or "ci" where CI's own variables said so when
it was made. That is what your machine says, and anybody can edit it:
"leakproof regrade" runs the files again.

With --merge it reads the reports of a team and prints a line for each member, in
the order of their names, and how many began and solved each kata. Of two reports
of one member the newer stands. The columns of --csv are name, lessons (read or
tested out of), questions (answered right), katas (solved), minutes, last_seen
(RFC 3339), verdicts (origins), and one for each kata: 1 where it is solved, 0
where it was begun, so that its sum is how many solved it and its count how many
began. A name that a spreadsheet would take for a formula begins with '. A file
that cannot be read is named, the others count, and the exit code is 3.`,
		Example: "  leakproof report --out ada.json --name Ada\n  leakproof report --merge *.json\n  leakproof report --merge *.json --csv > team.csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, other := range []string{"out", "name", "no-code"} {
				if merge && cmd.Flags().Changed(other) {
					return usage("--merge prints the table of a team and writes no report: leave out --%s", other)
				}
			}
			switch {
			case asCSV && asMarkdown:
				return usage("--csv and --markdown do different things: give one of them")
			case !merge && (asCSV || asMarkdown):
				return usage("--csv and --markdown are of the table of a team: add --merge and its reports")
			case !merge && len(args) > 0:
				return usage("give only flags: --out %s writes there, --merge reads reports", args[0])
			case merge && len(args) == 0:
				return usage("give the files of the reports to merge")
			case merge:
				return a.merge(args, asCSV, asMarkdown)
			}
			if cmd.Flags().Changed("name") {
				var err error
				if name, err = room.CleanName(name); err != nil {
					return usage("%w", err)
				}
			}
			return a.report(out, report.Options{Name: name, Code: !noCode})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&out, "out", "", "write it into this `file`")
	flags.StringVar(&name, "name", "", "your `name`, at most 40 letters (default: a pseudonym)")
	flags.BoolVar(&noCode, "no-code", false, "leave your files out")
	flags.BoolVar(&merge, "merge", false, "print the table of a team, from its reports")
	flags.BoolVar(&asCSV, "csv", false, "the table for a spreadsheet")
	flags.BoolVar(&asMarkdown, "markdown", false, "the table for a wiki")
	return cmd
}

// report writes the learner's report into a file or, without one, prints it.
func (a *app) report(file string, options report.Options) error {
	wb, err := a.open()
	if err != nil {
		return err
	}
	if wb.Forget {
		return &codeError{exitUnfit, fmt.Errorf("there is nothing to report: %s", a.notice)}
	}
	a.tellNotice()
	state, err := a.state()
	if err != nil {
		return err
	}
	member, err := report.OfState(state)
	if err != nil {
		return err
	}
	contents, err := a.Contents()
	if err != nil {
		return fmt.Errorf("the katas cannot be loaded: %w", err)
	}
	options.Version = contents.Version
	r, notes := report.Build(wb, member, options)
	for _, note := range notes {
		a.tell(errors.New(note))
	}
	about := a.Stderr
	if file == "" {
		data, err := r.JSON()
		if err != nil {
			return err
		}
		if _, err := a.Stdout.Write(data); err != nil {
			return fmt.Errorf("the report cannot be written: %w", err)
		}
	} else {
		if err := report.Write(file, r); err != nil {
			return err
		}
		about = a.Stdout
	}
	return told(about, file, r)
}

// told says what a report is and where.
func told(out io.Writer, file string, r report.Report) error {
	where, code, name := "", "without code", "as --name says"
	if file != "" {
		where = " in " + file
	}
	if n := r.Code(); n > 0 {
		code = fmt.Sprintf("with the code of %d", n)
	}
	if r.Pseudonym {
		name = "a pseudonym, which stays; --name gives another name"
	}
	_, err := fmt.Fprintf(out, "A report%s: %s begun, %s begun, %d solved, %s. It is of %s, %s.\n", where,
		workbook.Count(len(r.Lessons), "lesson"), workbook.Count(len(r.Katas), "kata"), len(r.Solutions()), code, r.Name, name)
	return err
}

// merge prints the table of a team. What cannot be read is told, and the others
// count.
func (a *app) merge(files []string, asCSV, asMarkdown bool) error {
	all, err := a.Course()
	if err != nil {
		return fmt.Errorf("the course cannot be loaded: %w", err)
	}
	given, code := a.reports(all, files)
	team, notes := report.Merge(all, given, a.Now())
	for _, note := range notes {
		a.tell(errors.New(note))
	}
	switch {
	case len(team.Members) == 0:
	case asCSV:
		err = team.CSV(a.Stdout)
	case asMarkdown:
		_, err = fmt.Fprint(a.Stdout, team.Markdown())
	default:
		_, err = fmt.Fprint(a.Stdout, team.Text())
	}
	if err != nil {
		return fmt.Errorf("the table cannot be written: %w", err)
	}
	return ended(code)
}

// reports reads the reports in files. Each that cannot be read is told, and makes
// the code that of a folder that is not fit.
func (a *app) reports(all *course.Course, files []string) (given []report.Given, code int) {
	for _, file := range files {
		r, note, err := report.Read(file, all)
		if err != nil {
			a.tell(err)
			code = exitUnfit
			continue
		}
		if note != "" {
			a.tell(errors.New(note))
		}
		given = append(given, report.Given{File: file, Report: r})
	}
	return given, code
}
