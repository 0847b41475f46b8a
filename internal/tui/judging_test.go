package tui

import (
	"context"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
)

// TestAPageTellsHowATestJudges where the learner writes the test: each
// implementation as it is known, and the verdict after the last.
func TestAPageTellsHowATestJudges(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			s := repairing(name)
			s.course = func(c *course.Course) {
				c.Katas[0].Implementations = []*course.Implementation{{ID: "right-one"}, {ID: "wrong-one"}}
			}
			results := []explain.Test{
				{Name: "right-one", Status: explain.Pass, Message: "your test accepts the right one"},
				{Name: "wrong-one", Status: explain.Fail, Message: "your test passes the wrong one: it did not notice"},
			}
			s.grade = func(ctx context.Context, suite grade.Suite) (grade.Verdict, error) {
				for _, one := range results {
					time.Sleep(time.Second)
					suite.Tell(one)
				}
				time.Sleep(time.Second)
				return grade.Verdict{Status: explain.Fail, Summary: "your test notices nothing yet", Tests: results, Race: true}, ctx.Err()
			}
			drive(t, s, func(d *driver) {
				d.press("2")
				d.wait(1100 * time.Millisecond)
				d.sees("✓ your test accepts the right one")
				d.lacks("the wrong one")
				d.wait(time.Second)
				d.sees("✓ your test accepts the right one", "✗ your test passes the wrong one")
				d.golden()
				d.wait(time.Second)
				d.sees("FAIL", "your test notices nothing yet", "1 of 2 judged rightly")
				d.save() // a new run begins anew
				d.wait(300 * time.Millisecond)
				d.lacks("✗ your test passes")
			})
		})
	}
}
