package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/regular"
	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/workbook"
	wire "example.com/leakproof/lessons/lab"
)

// labFlags are what the command is told besides the lab.
type labFlags struct {
	headless         bool
	json             bool
	script           string
	export, measured string // files
}

func (a *app) labCommand() *cobra.Command {
	var flags labFlags
	cmd := &cobra.Command{
		Use:   "lab [LAB]",
		Short: "Watch a failure happen in a live service, then stop it",
		Long: `Run a live lab: a service under load on this machine fails, and you turn on what
keeps it from failing, with the curves before you. Without a name, the labs are
listed.

In lines (--plain) a line a second tells the numbers, and settings are words:
"silent on", "budget 200"; "help" lists them.

--headless runs a script and nobody is asked: the lab's own run.script, or that of
--script. A line of a script is a time in seconds and what to do: "mark healthy"
keeps the numbers under a name; "silent on" sets; "expect goroutines > 5 *
healthy.goroutines" compares; "expect goroutines rises" looks at the curve since
the last earlier mark; "expect mission met" and "end" say what they do. The exit
code is 0 if all expectations hold and the mission was met (or the script expects
"mission not met"), else 1.`,
		Example: "  leakproof lab\n  leakproof lab leaky-fan-out\n  leakproof lab leaky-fan-out --headless --json > samples.jsonl\n  leakproof lab leaky-fan-out --headless --script talk.script --export talk.md",
		Args:    atMost(1, "one lab, or none for the list"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			all, err := a.Course()
			if err != nil || len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var out []string
			for _, l := range all.Labs {
				out = append(out, cobra.CompletionWithDesc(l.ID, l.Title))
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			wb, err := a.open()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if flags != (labFlags{}) {
					return usage("which lab? Name it before the flags: `leakproof lab` lists them")
				}
				a.tellNotice()
				return a.listLabs(wb)
			}
			l, err := wb.Course.FindLab(args[0])
			if err != nil {
				return err
			}
			if err := flags.check(a.inLines()); err != nil {
				return err
			}
			switch {
			case flags.headless:
				a.tellNotice()
				return a.headless(cmd.Context(), wb, l, flags)
			case !a.inLines():
				return a.screens(cmd.Context(), wb, page.Route{Page: page.Lab, ID: l.ID})
			}
			if err := wb.InClone(); err != nil {
				return err
			}
			s := a.lines(wb)
			defer s.Close()
			record, began, err := s.Lab(cmd.Context(), l)
			return errors.Join(err, flags.keep(record, began))
		},
	}
	cmd.Flags().BoolVar(&flags.headless, "headless", false, "run a script; nobody is asked")
	cmd.Flags().StringVar(&flags.script, "script", "", "with --headless: the script to run (default: the lab's own)")
	cmd.Flags().BoolVar(&flags.json, "json", false, "with --headless: write JSON, an object a line (leakproof.lab/1)")
	cmd.Flags().StringVar(&flags.measured, "measured", "", "with --headless: write the marks to this file, as a lesson shows them")
	cmd.Flags().StringVar(&flags.export, "export", "", "at the end, write the run to this file: .md is its summary, .csv its samples")
	return cmd
}

// check refuses flags that do not fit together, and files that cannot be written
// at the end of a run: it is better to know that before.
func (f labFlags) check(inLines bool) error {
	if !f.headless {
		for _, flag := range []struct {
			name  string
			given bool
		}{{"script", f.script != ""}, {"json", f.json}, {"measured", f.measured != ""}} {
			if flag.given {
				return usage("--%s goes with --headless: add it", flag.name)
			}
		}
		if f.export != "" && !inLines {
			return usage("--export goes with --plain or --headless; the page has a key that writes its summary")
		}
	}
	if f.export != "" {
		if err := workbook.CheckExport(f.export); err != nil {
			return usage("%w", err)
		}
	}
	for _, file := range []string{f.export, f.measured} {
		if file == "" {
			continue
		}
		if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
			return &codeError{exitUnfit, fmt.Errorf("%s cannot be written, since there is no folder %s: make it, or name another file", file, filepath.Dir(file))}
		}
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			return &codeError{exitUnfit, fmt.Errorf("%s cannot be written, since it is a folder: name another file", file)}
		}
		probe, err := os.CreateTemp(filepath.Dir(file), ".leakproof-")
		if err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
		if err != nil {
			return &codeError{exitUnfit, fmt.Errorf("%s cannot be written (%w): make its folder writable, or name another file", file, err)}
		}
	}
	return nil
}

// keep writes a run to its file, if it is wanted.
func (f labFlags) keep(r *lab.Record, began time.Time) error {
	if f.export == "" || r == nil {
		return nil
	}
	return workbook.Export(r, began, f.export)
}

func (a *app) listLabs(wb *workbook.Workbook) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "LAB\tLESSON\tTIME\tSTATE\tTITLE")
	for _, l := range wb.Course.Labs {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.ID, l.Lesson, workbook.Time(l.Minutes), wb.LabStep(l).State, l.Title)
	}
	return a.flush(w)
}

// LabResultJSON is the last object that lab --headless --json writes.
type LabResultJSON struct {
	OK           bool           `json:"ok"` // all expectations hold, and the mission was met or expected not to be
	Mission      LabMissionJSON `json:"mission"`
	Expectations []lab.Expected `json:"expectations"`
}

// LabMissionJSON is what became of a lab's mission.
type LabMissionJSON struct {
	Met      bool     `json:"met"`
	At       float64  `json:"at,omitempty"`    // when it was met, as in samples
	Evidence []string `json:"evidence"`        // as measured then, else at the end
	Waits    string   `json:"waits,omitempty"` // what has to be so before it counts, if it did not at the end
	Anew     string   `json:"anew,omitempty"`  // why its seconds last began anew
	Price    string   `json:"price,omitempty"` // of the way that met it
}

// headless plays a script.
func (a *app) headless(ctx context.Context, wb *workbook.Workbook, l *course.Lab, f labFlags) error {
	file, src := l.Dir()+"/run.script", l.Script
	if f.script != "" {
		text, err := regular.Read(f.script, regular.SourceLimit)
		if err != nil {
			return usage("the script %s cannot be read (%w): name another with --script", f.script, err)
		}
		file, src = f.script, string(text)
	} else if src == "" {
		return usage("the lab %s has no script of its own: name one with --script", l.ID)
	}
	script, err := lab.ParseScript(file, src, l)
	if err != nil {
		return &codeError{exitUsage, err}
	}
	if err := wb.InClone(); err != nil {
		return err
	}

	began, record := a.Now(), lab.NewRecord(l, nil)
	out := &labOutput{app: a, lab: l, record: record}
	tell := lab.Tell{Update: out.update, Mark: out.mark, Expected: out.expected}
	if f.json {
		out := json.NewEncoder(a.Stdout)
		tell = labJSON(out)
		_ = out.Encode(map[string]string{"schema": "leakproof.lab/1", "lab": l.ID}) // the last object tells
	}
	run := wb.StartLab(ctx, l)
	defer run.Stop()
	played, err := lab.Play(ctx, run, script, record, tell)
	run.Stop()
	if err == nil {
		err = run.Err()
	}
	if err != nil {
		return err
	}
	if err := a.labResult(l, played, f.json); err != nil {
		return err
	}
	if err := f.keep(record, began); err != nil {
		return err
	}
	switch {
	case !played.OK && f.measured != "":
		return &codeError{exitUnsolved, fmt.Errorf("%s was not written, since the script did not show what it expects: correct the lab or its script", f.measured)}
	case !played.OK:
		return &codeError{code: exitUnsolved}
	case f.measured != "":
		machine := fmt.Sprintf("%s/%s, %d cores, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
		return workbook.WriteWhole(f.measured, lab.Measured(l, played.Marks, machine))
	}
	return nil
}

// labJSON writes each thing that happens as an object.
func labJSON(out *json.Encoder) lab.Tell {
	// Who stops reading ends the program at the last object.
	say := func(v any) { _ = out.Encode(v) }
	return lab.Tell{
		Update: func(u lab.Update) {
			if u.Building == nil {
				say(wire.Message{Hello: u.Hello, Sample: u.Sample, Event: u.Event})
			}
		},
		Mark: func(m lab.Mark) { say(map[string]lab.Mark{"mark": m}) },
	}
}

// labResult tells what became of a script.
func (a *app) labResult(l *course.Lab, played lab.Played, asJSON bool) error {
	m := played.Mission
	result := LabResultJSON{OK: played.OK, Mission: LabMissionJSON{Met: m.Met, At: m.MetAt, Anew: m.Anew, Waits: m.Waits, Evidence: []string{}}, Expectations: played.Expected}
	evidence := m.Evidence
	if m.Met {
		evidence, result.Mission.Waits = m.Then, ""
	}
	for _, e := range evidence {
		result.Mission.Evidence = append(result.Mission.Evidence, e.Text)
	}
	if m.Way != nil {
		result.Mission.Price = m.Way.Price
	}
	var err error
	if asJSON {
		if result.Expectations == nil {
			result.Expectations = []lab.Expected{}
		}
		err = json.NewEncoder(a.Stdout).Encode(result)
	} else {
		said := fmt.Sprintf("Mission met at %s.", lab.Seconds(m.MetAt))
		if !m.Met {
			why := strings.Join(result.Mission.Evidence, "; ")
			if m.Waits != "" { // what is measured does not count
				why = m.Waits
			}
			said = strings.TrimSpace(fmt.Sprintf("Mission not met: %s. %s", why, m.Anew))
		}
		_, err = fmt.Fprintln(a.Stdout, said)
	}
	if err != nil {
		return fmt.Errorf("what the lab %s measured cannot be written: %w", l.ID, err)
	}
	return nil
}

// labOutput writes in lines what happens while a script is played.
type labOutput struct {
	*app
	lab       *course.Lab
	record    *lab.Record
	disturbed bool
}

func (o *labOutput) say(format string, args ...any) {
	_, _ = fmt.Fprintf(o.Stdout, format+"\n", args...)
}

func (o *labOutput) update(u lab.Update) {
	if u.Event != nil {
		o.say("%s: %s.", lab.Seconds(u.Event.At), lab.Says(o.lab, *u.Event))
	}
	if why := o.record.Disturbed(); (why != "") != o.disturbed {
		o.disturbed = why != ""
		if o.disturbed {
			o.say("%s: disturbed: %s.", lab.Seconds(o.record.At()), why)
		} else {
			o.say("%s: no longer disturbed.", lab.Seconds(o.record.At()))
		}
	}
}

func (o *labOutput) mark(m lab.Mark) {
	var numbers []string
	for _, c := range o.lab.Curves {
		for _, id := range c.Numbers {
			if v, ok := m.Numbers[id]; ok {
				n := lab.Number(o.lab, id)
				numbers = append(numbers, n.Title+" "+text.Amount(n.Unit, v))
			}
		}
	}
	o.say("%s: %s: %s.", lab.Seconds(m.At), m.Name, strings.Join(numbers, ", "))
}

func (o *labOutput) expected(e lab.Expected) {
	holds := "ok"
	if !e.Holds {
		holds = "NOT SO"
	}
	o.say("%s: %s: %s (%s).", lab.Seconds(e.At), holds, e.Text, e.Measured)
}
