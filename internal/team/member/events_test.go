package member_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/room"
)

func TestWhatIsSentIsWhatHappensFromTheJoiningOn(t *testing.T) {
	inBubble(t, func(l *learner) {
		c := l.sender.Course
		first := c.Lessons[0].Sections[0].ID
		l.record(reset(), progress.Event{Kind: progress.KindHint, Kata: "01-open-file", Tier: 1})
		if err := l.join(room.JoinRequest{Name: "Anna", ShareCode: true}); err != nil {
			l.Fatal(err)
		}
		at := time.Now().Add(-time.Hour) // a clock that was put back
		l.record(
			progress.Event{Kind: progress.KindRead, Lesson: c.Lessons[0].ID, Section: first, At: at},
			progress.Event{Kind: progress.KindRead, Lesson: c.Lessons[0].ID, Section: c.Lessons[0].Sections[1].ID},
			progress.Event{Kind: progress.KindRead, Lesson: "99-gone", Section: "s"},
			progress.Event{Kind: progress.KindAnswer, Question: "q", Revision: 1},
			progress.Event{Kind: progress.KindTick, Task: "t", Done: true},
			progress.Event{Kind: progress.KindLab, Lab: "open-handles", Status: progress.LabMet},
			progress.Event{Kind: progress.KindVerdict, Kata: "01-open-file", Status: "fail", Hash: "abc", At: at,
				Failed: []string{"TestReadClosesOnFailure", "TestReadWorks", "TestUnknown"}, Alike: []string{"TestReadWorks"}},
			progress.Event{Kind: progress.KindVerdict, Kata: "98-gone", Status: "pass", Hash: "abc", At: at},
			progress.Event{Kind: progress.KindHint, Kata: "01-open-file", Tier: 2, At: at},
			progress.Event{Kind: progress.KindReset, Kata: "01-open-file", Backup: "/home/anna/secret", At: at},
		)
		l.run()()
		m := l.membership()
		belief := c.Misconceptions[c.Katas[0].Tests["TestReadClosesOnFailure"].Misconception]
		id := func(line int) string { return room.EventID(m.Session, line) }
		want := []room.Event{
			{ID: id(3), At: at, Kind: room.Read, Lesson: c.Lessons[0].ID},
			{ID: id(9), At: at, Kind: room.Verdict, Kata: "01-open-file", Status: "fail",
				Says: []room.Belief{{ID: belief.ID, Says: belief.Says, Truth: belief.Truth, Tests: []string{"TestReadClosesOnFailure"}}}, Code: "code of 01-open-file abc"},
			{ID: id(10), At: at, Kind: room.Verdict, Kata: "98-gone", Status: "pass"},
			{ID: id(11), At: at, Kind: room.Hint, Kata: "01-open-file", Tier: 2},
			{ID: id(12), At: at, Kind: room.Reset, Kata: "01-open-file"},
		}
		if diff := cmp.Diff(want, l.board.Events(), cmp.Comparer(time.Time.Equal)); diff != "" {
			l.Errorf("(-want +got):\n%s", diff)
		}
		if m.Sent != 5 || m.Name != "Anna" || m.Room != "The room" {
			l.Errorf("%+v", m)
		}
		if got := l.board.People(); len(got) != 1 || got[0].Name != "Anna" || !got[0].ShareCode {
			l.Errorf("joined as %+v", got)
		}
	})
}

func TestNoCodeIsSentUnlessShared(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		l.record(progress.Event{Kind: progress.KindVerdict, Kata: "01-open-file", Status: "pass", Hash: "abc"})
		l.run()()
		if got := l.board.Events(); len(got) != 1 || got[0].Code != "" {
			l.Errorf("sent: %+v", got)
		}
	})
}

func TestABacklogGoesInRequestsOfABoundedSize(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.sender.Source = func(*course.Kata, string) ([]byte, error) { return []byte(strings.Repeat("<\n", 30<<10)), nil }
		if err := l.join(room.JoinRequest{ShareCode: true}); err != nil {
			l.Fatal(err)
		}
		for range 250 {
			l.record(reset())
		}
		for range 10 {
			l.record(progress.Event{Kind: progress.KindVerdict, Kata: "01-open-file", Status: "pass", Hash: "abc"})
		}
		l.run()()
		if got := l.board.Events(); len(got) != 260 || len(got[259].Code) != 60<<10 {
			l.Errorf("%d events", len(got))
		}
		if m := l.membership(); m.Refused != 0 {
			l.Errorf("%+v", m)
		}
	})
}

func TestCodeThatNobodyCanReadIsLeftOut(t *testing.T) {
	for what, src := range map[string]string{
		"too large": strings.Repeat("x", room.MaxCode+1), "no text": "\xff\xfe", "with a zero": "a\x00b", "escapes": strings.Repeat("\x01", room.MaxCode),
	} {
		t.Run(what, func(t *testing.T) {
			inBubble(t, func(l *learner) {
				l.sender.Source = func(*course.Kata, string) ([]byte, error) { return []byte(src), nil }
				if err := l.join(room.JoinRequest{ShareCode: true}); err != nil {
					l.Fatal(err)
				}
				l.record(progress.Event{Kind: progress.KindVerdict, Kata: "01-open-file", Status: "pass", Hash: "abc"})
				l.run()()
				if got := l.board.Events(); len(got) != 1 || got[0].Code != "" {
					l.Errorf("%d events", len(got))
				}
			})
		})
	}
}
