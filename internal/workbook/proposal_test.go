package workbook

import (
	"slices"
	"testing"

	"example.com/leakproof/internal/grade"
)

func TestAProposalFitsTheTimeAndHasWhatAKataNeeds(t *testing.T) {
	wb := open(t, grade.Verdict{})
	all, shortest := wb.Propose(1<<20, "")
	whole := 0
	for _, s := range all {
		whole += s.Left
		if s.Kata == nil {
			continue
		}
		for _, id := range s.Kata.Lessons {
			if !slices.ContainsFunc(all, func(other Step) bool { return other.ID() == id }) {
				t.Errorf("%s is proposed without lesson %s", s.ID(), id)
			}
		}
	}
	if len(all) != len(wb.Course.Lessons)+len(wb.Course.Katas) || shortest <= 0 {
		t.Errorf("with all the time there is, %d steps are proposed, want each lesson and kata once; the shortest takes %d", len(all), shortest)
	}
	for minutes := shortest; minutes < whole; minutes++ {
		steps, _ := wb.Propose(minutes, "")
		sum := 0
		for _, s := range steps {
			sum += s.Left
		}
		if len(steps) == 0 || sum > minutes {
			t.Errorf("%d steps of %d minutes are proposed for %d", len(steps), sum, minutes)
		}
	}
	if steps, _ := wb.Propose(shortest-1, ""); len(steps) > 0 {
		t.Errorf("%d steps are proposed for less than the shortest takes", len(steps))
	}
	if steps, shortest := wb.Propose(1<<20, "no such thing"); len(steps) > 0 || shortest != 0 {
		t.Errorf("%d steps are proposed on what there is nothing of", len(steps))
	}
	if steps, _ := wb.Propose(1<<20, wb.Course.Katas[0].Title); !slices.ContainsFunc(steps, func(s Step) bool { return s.Kata == wb.Course.Katas[0] }) {
		t.Errorf("a kata is not found by its title")
	}
}
