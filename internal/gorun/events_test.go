package gorun

import (
	"strings"
	"testing"
)

// writerOf is a writer whose events are all those of one report.
func writerOf(r *Report, limit int, full func()) *eventWriter {
	return &eventWriter{of: func(Event) *Report { return r }, limit: limit, full: full, started: func(*Report) {}, ended: func(*Report) {}}
}

// TestEventsComeInPieces: a write may end anywhere.
func TestEventsComeInPieces(t *testing.T) {
	stream := `{"Action":"start","Package":"example.com/x"}
{"Action":"run","Test":"TestA"}
not an event
{"Action":"output","Test":"TestA/sub","Output":"one\n"}
{"Action":"pass","Test":"TestA/sub"}
{"Action":"output","Test":"TestA","Output":"two\n"}
{"Action":"fail","Test":"TestA","Elapsed":0.5}
{"Action":"run","Test":"TestB"}
{"Action":"output","Output":"outside\n"}
{"Action":"fail"}
`
	r := NewReport()
	w := writerOf(r, 1000, func() { t.Error("the stream is over the limit") })
	for piece := range strings.SplitSeq(stream, "") {
		if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if !r.Started || r.Package != "example.com/x" || r.Passed != 0 || r.Failed != 1 || r.Outside.String() != "outside\n" {
		t.Errorf("the package: %+v", r)
	}
	if got := strings.Join(r.Order, " "); got != "TestA TestB" {
		t.Fatalf("tests %q", got)
	}
	a, b := r.Tests["TestA"], r.Tests["TestB"]
	if a.Runs != 1 || a.Fails != 1 || a.Passes != 0 || a.Seconds != 0.5 || a.Output.String() != "one\ntwo\n" || a.Running() {
		t.Errorf("TestA: %+v", a)
	}
	if !b.Running() || b.Results() != 0 {
		t.Errorf("TestB had not ended: %+v", b)
	}
}

func TestOutputOverTheLimitStopsTheRunOnce(t *testing.T) {
	for what, line := range map[string]string{
		"long lines":    `{"Action":"output","Test":"TestAddsUp","Output":"` + strings.Repeat("x", 90) + `"}` + "\n",
		"short lines":   `{"Action":"output","Test":"TestAddsUp","Output":"x"}` + "\n",
		"no line break": strings.Repeat("x", 100),
	} {
		stops := 0
		r := NewReport()
		w := writerOf(r, 1000, func() { stops++ })
		for range 400 {
			if n, err := w.Write([]byte(line)); n != len(line) || err != nil {
				t.Fatalf("%s: Write = %d, %v", what, n, err)
			}
		}
		if stops != 1 {
			t.Errorf("%s: stopped %d times, want once", what, stops)
		}
		if kept := r.Test("TestAddsUp").Output.Len() + len(w.rest); kept > 2000 {
			t.Errorf("%s: kept %d bytes of a limit of 1000", what, kept)
		}
	}
}
