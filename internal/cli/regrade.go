package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/plain"
	"example.com/leakproof/internal/team/report"
	"example.com/leakproof/internal/workbook"
)

// RegradeJSON is what regrade writes: "leakproof.regrade/1".
type RegradeJSON struct {
	Schema   string           `json:"schema"`
	ExitCode int              `json:"exit_code"` // 0 all claims hold, 1 one does not, 3 one could not be decided or a file not be read
	Version  string           `json:"version"`   // of the program that graded here
	Reports  []RegradedReport `json:"reports"`   // in the order they were named; a file that is no report is told on stderr
	Alike    []report.Alike   `json:"alike"`     // the same code of several members
	Caveat   string           `json:"caveat"`    // what no verdict can promise
}

// RegradedReport is a report and what became of its claims.
type RegradedReport struct {
	File    string            `json:"file"`
	Member  string            `json:"member"`
	Name    string            `json:"name"`
	At      string            `json:"at"`      // when the report was made (RFC 3339)
	Version string            `json:"version"` // of the program that made it
	Claims  []report.Regraded `json:"claims"`  // by number of the kata
}

func (a *app) regradeCommand() *cobra.Command {
	sure, asJSON := false, false
	cmd := &cobra.Command{
		Use:   "regrade FILE...",
		Short: "Run the files of reports here, and print claim against verdict",
		Long: `Run the files of the solved katas in reports ("leakproof report"), and print for
each what the report claims and what the verdict is here. Each report gets a
workspace of its own that is removed afterwards; your own files and your progress
stay as they are. It also says which members hand over the same code.

This runs other people's code with your rights: it can read your files, and use
your network. So it asks; without a terminal it wants --yes. Where you do not know
whose code it is, do it in a container. Once, in a clone, make a program for it
and fetch the modules:

  CGO_ENABLED=0 GOOS=linux go build -o leakproof-linux .
  go mod download

Then, with the reports in the folder "reports":

  docker run --rm --init --network none --read-only --cap-drop ALL \
    --security-opt no-new-privileges --pids-limit 1024 --memory 4g --cpus 2 \
    --user "$(id -u):$(id -g)" --tmpfs /tmp:exec,size=2g \
    -e HOME=/tmp -e GOCACHE=/tmp/cache -e GOMODCACHE=/modules \
    -e GOPROXY=off -e GOTOOLCHAIN=local \
    -v "$(go env GOMODCACHE):/modules:ro" -v "$PWD/reports:/reports:ro" \
    -v "$PWD/leakproof-linux:/usr/local/bin/leakproof:ro" \
    golang:1.26 sh -c 'leakproof regrade --yes /reports/*.json'

The first kata then takes minutes, because nothing is compiled yet. What this does
not protect from: a hole in the kernel, which the container shares with you; code
of one report that reads the others, which are mounted beside it (run one report
at a time if that matters); and a forged verdict.

` + caveat + `

Exit codes: 0 all claims hold, 1 one does not, 3 one cannot be decided here or a
file is no report. The highest code counts.`,
		Example: "  leakproof regrade ada.json\n  leakproof regrade --yes --json *.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("give the files of the reports to grade again")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := a.Course()
			if err != nil {
				return fmt.Errorf("the course cannot be loaded: %w", err)
			}
			given, code := a.reports(all, args)
			if len(given) == 0 {
				return ended(code)
			}
			if err := a.mayRun(cmd.Context(), given, sure); err != nil {
				return err
			}
			return a.regrade(cmd.Context(), all, given, code, asJSON)
		},
	}
	cmd.Flags().BoolVar(&sure, "yes", false, "do not ask whether to run the code")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON (leakproof.regrade/1)")
	return cmd
}

// mayRun says whose code is about to run, and fails unless that is wanted.
func (a *app) mayRun(ctx context.Context, given []report.Given, sure bool) error {
	katas := 0
	for _, g := range given {
		katas += g.Code()
	}
	warning := fmt.Sprintf("This runs the code of %s from %s on this machine, with your rights: it can read your files and use your network. "+
		"`leakproof regrade --help` has a command that does it in a container.", workbook.Count(katas, "kata"), workbook.Count(len(given), "report"))
	switch {
	case katas == 0:
		return nil
	case sure:
		_, err := fmt.Fprintln(a.Stderr, warning)
		return err
	case !isTerminal(a.Stdin):
		return usage("nothing was run, because nobody can be asked: add --yes. %s", warning)
	}
	s := plain.New(nil, a.Stdin, a.Stderr, a.Stderr)
	defer s.Close()
	yes, err := s.Confirm(ctx, warning, "Run it", "Run nothing")
	if errors.Is(err, io.EOF) || err == nil && !yes {
		return usage("nothing was run, because you did not agree")
	}
	return err
}

func (a *app) regrade(ctx context.Context, all *course.Course, given []report.Given, code int, asJSON bool) error {
	contents, err := a.Contents()
	if err != nil {
		return fmt.Errorf("the katas cannot be loaded: %w", err)
	}
	out := RegradeJSON{Schema: "leakproof.regrade/1", Version: contents.Version, Reports: []RegradedReport{}, Alike: report.FindAlike(all, given), Caveat: caveat}
	var failed error
	for _, g := range given {
		_, _ = fmt.Fprintf(a.Stderr, "Grading %s of %s (%s).\n", workbook.Count(len(g.Solutions()), "kata"), g.Name, g.File)
		claims, err := report.Regrade(ctx, all, contents, func(root string) report.Grader { return a.Grader(root) }, g.Report)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failed = errors.Join(failed, err)
		one := RegradedReport{File: g.File, Member: g.Member, Name: g.Name, At: g.At.UTC().Format(time.RFC3339), Version: g.Version, Claims: claims}
		out.Reports = append(out.Reports, one)
		for _, claim := range claims {
			code = max(code, exitOfClaim(claim.Outcome))
		}
		if !asJSON {
			if _, err := fmt.Fprint(a.Stdout, regraded(one, contents.Version)); err != nil {
				return fmt.Errorf("the verdicts cannot be written: %w", err)
			}
		}
	}
	for _, one := range out.Alike {
		if asJSON {
			break
		}
		if _, err := fmt.Fprintln(a.Stdout, one); err != nil {
			return fmt.Errorf("the verdicts cannot be written: %w", err)
		}
	}
	if failed != nil {
		a.tell(failed)
		code = exitUnfit
	}
	out.ExitCode = code
	if asJSON {
		if err := a.writeJSON(out); err != nil {
			return err
		}
	}
	return ended(code)
}

// regraded is a report's claims, each with what became of it, in lines.
func regraded(r RegradedReport, version string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s (%s):\n", r.Name, r.File)
	if len(r.Claims) == 0 {
		out.WriteString("  It claims no kata.\n")
	}
	refuted := false
	for _, c := range r.Claims {
		refuted = refuted || c.Outcome == report.Refuted
		here := "not run here"
		if c.Status != "" {
			here = "here " + c.Status.Word()
		}
		fmt.Fprintf(&out, "  %s: kata %d, %s. Claimed %s (%s), %s: %s\n", outcomes[c.Outcome],
			c.OfKata.Number, c.OfKata.Title, c.Claim.Word(), c.Claimed, here, c.Summary)
	}
	if refuted && r.Version != version {
		fmt.Fprintf(&out, "  The report is of version %s, and this is %s: a suite may have become stricter.\n", r.Version, version)
	}
	return out.String()
}

// outcomes are what a person is told of them.
var outcomes = map[report.Outcome]string{report.Holds: "Holds", report.Refuted: "Does not hold", report.Undecided: "Undecided"}

func exitOfClaim(o report.Outcome) int {
	switch o {
	case report.Holds:
		return exitOK
	case report.Refuted:
		return exitUnsolved
	case report.Undecided:
	}
	return exitUnfit
}
