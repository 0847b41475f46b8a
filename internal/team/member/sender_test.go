package member_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
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
			{ID: id(8), At: at, Kind: room.Verdict, Kata: "01-open-file", Status: "fail",
				Says: []room.Belief{{ID: belief.ID, Says: belief.Says, Truth: belief.Truth, Tests: []string{"TestReadClosesOnFailure"}}}, Code: "code of 01-open-file abc"},
			{ID: id(9), At: at, Kind: room.Verdict, Kata: "98-gone", Status: "pass"},
			{ID: id(10), At: at, Kind: room.Hint, Kata: "01-open-file", Tier: 2},
			{ID: id(11), At: at, Kind: room.Reset, Kata: "01-open-file"},
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

// A board that goes and comes back again has everything once, in order, whoever sends it.
func TestNothingIsLostOrDoubledWhileABoardComesAndGoes(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		stop := l.run()
		want := ""
		for i := range 60 {
			switch i % 10 {
			case 2:
				l.board.Misbehave(broken)
			case 4:
				l.board.Misbehave(never)
			case 6:
				l.board.Misbehave(takesAndGoes(l.board))
			case 8:
				stop()
				l.board.Misbehave(takesAndGoes(l.board))
				l.flush()
			case 9:
				stop = l.run()
			}
			l.record(reset())
			want += fmt.Sprintf(" %d", i+1)
			time.Sleep(3 * time.Second)
			synctest.Wait()
		}
		time.Sleep(2 * time.Minute)
		l.wantLines(want[1:])
		stop()
		if m := l.membership(); m.Sent != 60 || m.Line != 60 || m.Trouble != "" {
			l.Errorf("%+v", m)
		}
	})
}

func TestSeveralCopiesSendEachEventOnce(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		var late atomic.Int32 // the board counts those twice
		slow := func(w http.ResponseWriter, r *http.Request) {
			late.Add(1)
			time.Sleep(300 * time.Millisecond)
			l.board.Misbehave(nil)
			l.board.ServeHTTP(w, r)
		}
		stop := l.run()
		for range 20 {
			l.board.Misbehave(slow)
			l.record(reset())
			l.flush()
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		l.wantLines("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20")
		posts := -int(late.Load())
		for _, r := range l.board.Requests() {
			if r == "POST /api/events" {
				posts++
			}
		}
		if posts > 20 {
			l.Errorf("%d requests for 20 events: %+v", posts, l.membership())
		}
		stop()
	})
}

// A copy that finds another one sending ends at once; that one sends what was recorded meanwhile.
func TestOneCopySendsForTheOthers(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		l.board.Misbehave(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(5 * time.Second)
			l.board.Misbehave(nil)
			l.board.ServeHTTP(w, r)
		})
		l.record(reset())
		done := make(chan struct{})
		go func() { l.flush(); close(done) }()
		synctest.Wait()
		l.record(reset())
		began := time.Now()
		l.flush()
		if took := time.Since(began); took != 0 {
			l.Errorf("the second copy took %s", took)
		}
		<-done
		l.wantLines("1 2")
	})
}

func TestFlushEndsInItsTime(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		l.record(reset())
		for _, fault := range []struct {
			http.HandlerFunc
			trouble string
		}{{never, "does not answer in time"}, {broken, "status 500"}} {
			l.board.Misbehave(fault.HandlerFunc)
			began := time.Now()
			l.flush()
			if took := time.Since(began); took != 10*time.Second {
				l.Errorf("it took %s", took)
			}
			if m := l.membership(); !strings.Contains(m.Trouble, fault.trouble) || m.TroubleSince.IsZero() {
				l.Errorf("%+v", m)
			}
		}
	})
}

func TestTheStatusLineTellsWhatWaits(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		stop := l.run()
		l.record(reset())
		synctest.Wait()
		l.wantTold()
		l.board.Misbehave(broken)
		l.record(reset())
		synctest.Wait()
		l.record(reset())
		synctest.Wait()
		l.wantTold("Room: 1 event waits for the board", "Room: 2 events wait for the board")
		l.board.Misbehave(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		l.wantTold("Room: 1 event waits for the board", "Room: 2 events wait for the board", "")
		l.wantLines("1 2 3")
		stop()
	})
}

// The pauses grow from 1 s to a minute, and never shrink below what the board asks for.
func TestAttemptsBecomeRare(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		var at []time.Time
		l.board.Misbehave(func(w http.ResponseWriter, _ *http.Request) {
			if at = append(at, time.Now()); len(at) == 20 {
				w.Header().Set("Retry-After", "200")
				roomtest.Refuse(w, http.StatusServiceUnavailable, room.Busy, "Busy.")
				return
			}
			broken(w, nil)
		})
		l.record(reset())
		stop := l.run()
		for range 200 {
			l.sender.Nudge() // must not make it ask more often
			time.Sleep(5 * time.Second)
		}
		stop()
		for i := 1; i < len(at); i++ {
			longest := min(time.Second<<i, time.Minute)
			shortest := longest / 2
			if i == 20 {
				shortest, longest = 200*time.Second, 200*time.Second
			}
			if pause := at[i].Sub(at[i-1]); pause < shortest || pause > longest {
				l.Errorf("pause %d is %s, want %s to %s", i, pause, shortest, longest)
			}
		}
		if len(at) < 21 {
			l.Errorf("%d attempts", len(at))
		}
	})
}

func TestWhoIsUnknownStopsAndSaysSoOnce(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		if err := room.NewClient(address, "token-1", l.transport).Delete(l.Context()); err != nil {
			l.Fatal(err)
		}
		stop := l.run()
		for range 5 {
			l.record(reset())
			time.Sleep(time.Minute)
		}
		stop()
		l.flush()
		l.wantTold("Room: the board does not know you any more")
		if got := strings.Join(l.board.Requests(), ", "); got != "POST /api/join, DELETE /api/me, POST /api/events" {
			l.Errorf("requests: %s", got)
		}
		if m := l.membership(); m.Ended != member.Unknown {
			l.Errorf("%+v", m)
		}
		if err := l.join(room.JoinRequest{}); err != nil { // again
			l.Error(err)
		}
	})
}

// A proxy's page for signing in must not end a membership.
func TestAnother401EndsNothing(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		l.board.Misbehave(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
		l.record(reset())
		stop := l.run()
		l.board.Misbehave(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		l.wantLines("1")
		stop()
	})
}

func TestAnEventThatTheBoardRefusesKeepsNoOther(t *testing.T) {
	for what, named := range map[string]bool{"named": true, "not named": false} {
		t.Run(what, func(t *testing.T) {
			inBubble(t, func(l *learner) {
				l.mustJoin()
				if !named {
					l.board.Misbehave(func(w http.ResponseWriter, r *http.Request) {
						body, _ := io.ReadAll(r.Body)
						if strings.Contains(string(body), "bad-") {
							roomtest.Refuse(w, http.StatusBadRequest, room.BadRequest, "One of them is bad.")
							return
						}
						l.board.Misbehave(nil)
						r.Body = io.NopCloser(strings.NewReader(string(body)))
						fault := l.board
						fault.ServeHTTP(w, r)
					})
				}
				bad := progress.Event{Kind: progress.KindVerdict, Kata: "bad-\u202e", Status: "fail"}
				l.record(reset(), reset(), bad, reset(), bad, reset())
				l.run()()
				if named {
					l.wantLines("1 2 4 6")
					if m := l.membership(); m.Sent != 4 || m.Refused != 2 || m.Line != 6 {
						l.Errorf("%+v", m)
					}
				}
				if m := l.membership(); m.Sent+m.Refused != 6 {
					l.Errorf("%+v", m)
				}
			})
		})
	}
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

func TestAReplacedLogIsSentOfAnew(t *testing.T) {
	inBubble(t, func(l *learner) {
		old := progress.Event{Kind: progress.KindReset, Kata: "01-open-file", At: time.Now().Add(-time.Hour)}
		l.record(old, old)
		l.mustJoin()
		session := l.membership().Session
		time.Sleep(time.Minute)
		l.record(reset(), reset())
		stop := l.run()
		l.wantLines("3 4")
		time.Sleep(time.Minute)
		file := filepath.Join(l.dir, "progress.jsonl")
		if err := os.Remove(file); err != nil {
			l.Fatal(err)
		}
		l.sender.Nudge()
		synctest.Wait()
		l.record(old, old, old, reset()) // a copy of another machine, and then something new
		synctest.Wait()
		l.wantLines("3 4 4")
		m := l.membership()
		if m.Session == session || m.Sent != 3 {
			l.Errorf("%+v", m)
		}
		l.record(reset())
		synctest.Wait()
		l.wantLines("3 4 4 5")
		stop()
	})
}

// Many commands in a row, while the board is gone, leave one process behind and not one each.
func TestOneCopyInsistsForTheOthers(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		l.board.Misbehave(broken)
		l.record(reset())
		done := make(chan struct{})
		go func() { l.flush(); close(done) }()
		time.Sleep(time.Second / 2)
		l.record(reset())
		began := time.Now()
		l.flush()
		if took := time.Since(began); took != 0 {
			l.Errorf("the second copy took %s", took)
		}
		l.board.Misbehave(nil)
		<-done
		l.wantLines("1 2")
	})
}
