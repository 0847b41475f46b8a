package workbook

import (
	"strings"
	"testing"

	"example.com/leakproof/internal/grade"
)

func TestTheFirstRunIsTheOneBeforeAnyEvent(t *testing.T) {
	wb := open(t, grade.Verdict{})
	if !wb.FirstRun() {
		t.Error("an empty log is no first run")
	}
	wb.Welcomed(t.Context())
	if wb.FirstRun() {
		t.Error("a learner who was welcomed would be welcomed again")
	}
}

func TestHowLongAModuleTakes(t *testing.T) {
	wb := realCourse(t)
	text := wb.HowLong()
	for _, part := range []string{" modules, ", "A module takes from ", "What you did is saved"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
	wb.Forget = true
	if strings.Contains(wb.HowLong(), "saved") {
		t.Error("a run that saves nothing promises to save")
	}
}

func TestTheFirstKataIsTheShortest(t *testing.T) {
	wb := realCourse(t)
	for _, k := range wb.Course.Katas {
		if first := wb.FirstKata(); k.Minutes < first.Minutes {
			t.Errorf("the first kata takes %d minutes, and %s takes %d", first.Minutes, k.ID, k.Minutes)
		}
	}
	wb.Course.Katas = nil
	if wb.FirstKata() != nil {
		t.Error("a course without katas has a first one")
	}
}
