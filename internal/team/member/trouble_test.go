package member_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
)

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

// unbuilt is a transport that needs something first.
type unbuilt struct {
	room.Transport
	built atomic.Bool
}

var errUnbuilt = errors.New("what talks to the board cannot be built: install Go")

func (u *unbuilt) Ready(context.Context, func()) error {
	if u.built.Load() {
		return nil
	}
	return errUnbuilt
}

// What is wrong here is not put down to the board, and sent once it is put right.
func TestATransportThatIsNotReady(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		u := &unbuilt{Transport: l.transport}
		l.sender.Transport = u
		l.record(reset())
		stop := l.run()
		l.wantTold("Room: 1 event waits for the board")
		if m := l.membership(); m.Trouble != errUnbuilt.Error() || len(l.board.Requests()) != 1 {
			t.Errorf("%+v, requests %q", m, l.board.Requests())
		}
		u.built.Store(true)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		stop()
		l.wantLines("1")
	})
}
