package workbook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/natefinch/atomic"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/progress"
	wire "example.com/leakproof/lessons/lab"
)

// LabRun is a run of a lab; see [lab.Run].
type LabRun interface {
	Next(context.Context) (lab.Update, bool)
	Err() error
	Set(ctx context.Context, setting string, value int) error
	Goroutines(context.Context) (*wire.Goroutines, error)
	Touch(context.Context) error
	Stop()
}

// StartLab starts a lab. The run ends with ctx.
func (w *Workbook) StartLab(ctx context.Context, l *course.Lab) LabRun {
	if err := w.InClone(); err != nil {
		return noRun{err}
	}
	return w.Lab(ctx, l)
}

// noRun is a run that never began.
type noRun struct{ err error }

func (r noRun) Next(context.Context) (lab.Update, bool)              { return lab.Update{}, false }
func (r noRun) Err() error                                           { return r.err }
func (r noRun) Set(context.Context, string, int) error               { return r.err }
func (r noRun) Goroutines(context.Context) (*wire.Goroutines, error) { return nil, r.err }
func (r noRun) Touch(context.Context) error                          { return r.err }
func (r noRun) Stop()                                                {}

// Predicted is what the learner predicted of a lab before.
func (w *Workbook) Predicted(l *course.Lab) map[string]course.Shape {
	out, shapes := map[string]course.Shape{}, course.Shapes()
	for _, p := range l.Predictions {
		if a, ok := w.Log.State().Answered(p.ID, p.Revision); ok && len(a.Choice) == 1 && a.Choice[0] < len(shapes) {
			out[p.ID] = shapes[a.Choice[0]]
		}
	}
	return out
}

// SawLab records that the learner has seen a lab at work, or met its mission.
// What is recorded already is not recorded again.
func (w *Workbook) SawLab(ctx context.Context, l *course.Lab, met bool) error {
	state, status := w.Log.State(), progress.LabSeen
	if met {
		status = progress.LabMet
	}
	if state.LabMet(l.ID) || !met && state.LabSeen(l.ID) {
		return nil
	}
	return w.record(ctx, progress.Event{Kind: progress.KindLab, Lab: l.ID, Status: status})
}

// CheckExport says what keeps a run of a lab from being written to a file, before
// there is one.
func CheckExport(file string) error {
	if ext := filepath.Ext(file); ext != ".md" && ext != ".csv" {
		return fmt.Errorf("a run is written as .md, its summary, or as .csv, its samples: name such a file, not %s", file)
	}
	return nil
}

// Export writes a run of a lab, which began at a time, to a file as a whole: its
// summary to a .md, its samples to a .csv.
func Export(r *lab.Record, began time.Time, file string) error {
	var out bytes.Buffer
	err := CheckExport(file)
	if err != nil {
		return err
	}
	if filepath.Ext(file) == ".md" {
		out.WriteString(r.Summary(began, lab.PlotWidth))
	} else {
		err = r.WriteCSV(&out)
	}
	return errors.Join(err, WriteWhole(file, out.String()))
}

// WriteWhole writes a file as a whole, or leaves what is there.
func WriteWhole(file, content string) error {
	if err := atomic.WriteFile(file, strings.NewReader(content)); err != nil {
		return fmt.Errorf("%s cannot be written (%w): make its folder, free some space, or name another file", file, err)
	}
	return nil
}

// WriteSummary writes the summary of a run of a lab to a file of its own in the
// folder that the learner works in, and returns its path.
func (w *Workbook) WriteSummary(l *course.Lab, text string) (string, error) {
	file, err := filepath.Abs(fmt.Sprintf("lab-%s-%s.md", l.ID, w.Now().Format("20060102-150405")))
	if err != nil {
		return "", fmt.Errorf("the summary has no place (%w): start the workbook in a folder that is there", err)
	}
	return file, WriteWhole(file, text)
}
