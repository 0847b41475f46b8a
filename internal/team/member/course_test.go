package member_test

import (
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// A board refuses sentences that are too long, and events that name too much.
func TestABoardTakesWhatEachKataCanSay(t *testing.T) {
	all, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		t.Fatal(err)
	}
	inBubble(t, func(l *learner) {
		l.sender = l.open(all)
		l.log = l.sender.Log
		l.mustJoin()
		want := 0
		for _, k := range all.Katas {
			var failed []string
			for name := range k.Tests {
				failed = append(failed, name)
			}
			l.record(progress.Event{Kind: progress.KindVerdict, Kata: k.ID, Status: "fail", Failed: failed, At: time.Now()})
			want++
		}
		for _, lesson := range all.Lessons {
			l.record(progress.Event{Kind: progress.KindRead, Lesson: lesson.ID, Section: lesson.Sections[0].ID})
			want++
		}
		l.run()()
		if m := l.membership(); m.Sent != want || m.Refused != 0 {
			l.Errorf("%d of %d taken, %d refused", m.Sent, want, m.Refused)
		}
		for _, e := range l.board.Events() {
			tests := 0
			for _, b := range e.Says {
				tests += len(b.Tests)
			}
			if e.Kind == room.Verdict && (tests == 0 || len(e.Says) == 0) {
				l.Errorf("%s names %d tests and %d beliefs", e.Kata, tests, len(e.Says))
			}
		}
	})
}
