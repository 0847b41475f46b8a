package explain

import (
	"path"
	"strings"
	"time"

	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/text"
)

// Results lists the suite's tests and what became of them.
func (r *Run) Results() []Test {
	crashed, crash := r.crash()
	var all []Test
	for _, want := range r.Tests {
		t := Test{Name: want.Name, Status: NotRun, File: want.File, Line: want.Line}
		if got := r.Report.Tests[want.Name]; got != nil {
			t.Elapsed = time.Duration(got.Seconds * float64(time.Second))
			t.Output = text.Clip(got.Output.String(), outputLimit)
			r.result(&t, got, crashed == want.Name, crash)
		}
		all = append(all, t)
	}
	return all
}

func (s *Subject) result(t *Test, got *gorun.Tally, crashed bool, crash string) {
	switch {
	case got.Fails > 0 || crashed:
		t.Status = Fail
	case got.Skips > 0:
		t.Message = "the test was skipped"
	case got.Running():
		t.Status = Fail
		t.Message = "the run ended during this test"
	case got.Passes == s.Repeat:
		t.Status = Pass
	}
	if t.Status != Fail {
		return
	}
	defer func() { t.Message = text.Clip(t.Message, messageLimit) }()
	output := got.Output.String()
	found := s.firstMessage(output)
	lines := s.raceLines(output)
	switch {
	case found.text != "":
		t.Message = found.text
		if path.Dir(found.file) == s.Dir { // else the kit speaks for the test
			t.File, t.Line = found.file, found.line
		}
	case crashed:
		t.Message = firstLine(crash) + after(" at ", s.learnerLine(crash))
		if file, line := s.suiteLine(crash); line > 0 {
			t.File, t.Line = file, line
		}
	case lines != "":
		t.Message = "data race: " + lines
	case strings.Contains(output, raceHeading):
		t.Message = "the race detector has found a data race during this test"
	case t.Message == "":
		t.Message = "the test failed without a message"
	}
}
