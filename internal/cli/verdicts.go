package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/natefinch/atomic"

	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/team/ci"
)

// checkOutput is what check writes besides, or in place of, its sentences.
type checkOutput struct {
	full   bool   // a verdict in full, not in one line
	json   bool   // in place of the sentences
	junit  string // the file for JUnit XML, or ""
	github bool   // annotations and a job summary
}

// set looks at what was asked for, before the katas take their time.
func (o *checkOutput) set(format string) error {
	switch {
	case format != "text" && format != "github":
		return usage("no format %q: --format is text or github", format)
	case format == "github" && o.json:
		return usage("--json and --format github both write to the standard output: leave out one")
	}
	o.github = format == "github"
	if o.junit == "" {
		return nil
	}
	// A slip must not write over somebody's code.
	if filepath.Ext(o.junit) != ".xml" {
		return usage("--junit %s is no XML file: name one that ends in .xml", o.junit)
	}
	if info, err := os.Stat(filepath.Dir(o.junit)); err != nil || !info.IsDir() {
		return &codeError{exitUnfit, fmt.Errorf("the folder of %s is not there: make it, or name another file with --junit", o.junit)}
	}
	// Where this run is interrupted, the verdicts of an earlier one are not its own.
	if err := os.Remove(o.junit); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &codeError{exitUnfit, fmt.Errorf("%s cannot be replaced (%w): name another file with --junit", o.junit, err)}
	}
	return nil
}

// commandless keeps GitHub from taking what is written meanwhile for commands.
func (a *app) commandless(write func() error) func() error {
	return func() error {
		begin, end := ci.Commandless()
		_, before := fmt.Fprintln(a.Stdout, begin)
		err := write()
		_, after := fmt.Fprintln(a.Stdout, end)
		return errors.Join(err, before, after)
	}
}

// publish writes the verdicts for other programs. One that cannot be written does
// not keep the next from it.
func (a *app) publish(all []ci.Graded, code int, out checkOutput) error {
	var err error
	if out.json {
		err = a.writeJSON(checkJSON(all, code))
	}
	if out.junit != "" {
		err = errors.Join(err, writeJUnit(out.junit, all))
	}
	if out.github {
		_, failed := fmt.Fprint(a.Stdout, ci.Annotations(all))
		err = errors.Join(err, failed, a.writeSummary(all))
	}
	return err
}

func checkJSON(all []ci.Graded, code int) CheckJSON {
	out := CheckJSON{Schema: "leakproof.check/1", ExitCode: code, Katas: []grade.Verdict{}, Caveat: caveat}
	for _, g := range all {
		out.Katas = append(out.Katas, g.Verdict)
	}
	return out
}

// writeJUnit writes the whole file or none.
func writeJUnit(file string, all []ci.Graded) error {
	content, err := ci.JUnit(all)
	if err == nil {
		err = atomic.WriteFile(file, bytes.NewReader(content))
	}
	if err == nil {
		err = os.Chmod(file, 0o644) // who collects it in CI is another user at times
	}
	if err != nil {
		return fmt.Errorf("the verdicts cannot be written to %s (%w): name another file with --junit", file, err)
	}
	return nil
}

// summaryVariable names the file that GitHub Actions makes a step's summary from.
const summaryVariable = "GITHUB_STEP_SUMMARY"

func (a *app) writeSummary(all []ci.Graded) (err error) {
	file := a.Getenv(summaryVariable)
	if file == "" {
		a.tell(errors.New("no job summary is written: " + summaryVariable + " is not set, as GitHub Actions does"))
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("the job summary cannot be written (%w): see what %s names", err, summaryVariable)
		}
	}()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = strings.NewReader(ci.Summary(all, caveat)).WriteTo(f)
	return err
}
