package workbook

import (
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
)

func TestPatternsAreWhatTheLearnerChanged(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.Pass})
	k := wb.Course.Katas[0]
	none, err := wb.Patterns()
	if err != nil || !strings.Contains(none, "No kata is solved yet") {
		t.Errorf("before any: %q, %v", none, err)
	}
	start := string(k.Start())
	check(t, wb, start+"\n// end ends it.\nfunc end() {}\n")
	got, err := wb.Patterns()
	if err != nil {
		t.Fatal(err)
	}
	point := wb.Course.Points[0]
	want := "## " + point.Title + "\n\nIn kata 1, " + k.Title + ":\n\n```go\n// end ends it.\nfunc end() {}\n```\n"
	if !strings.Contains(got, want) || strings.Contains(got, "Version") || strings.Contains(got, "No kata") {
		t.Errorf("after one:\n%s\nwant in it:\n%s", got, want)
	}
}
