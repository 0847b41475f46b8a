package member_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"

	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
)

func TestTheFileIsForItsOwnerOnly(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		info, err := os.Stat(filepath.Join(l.dir, "join.json"))
		if err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
			l.Errorf("%v, %v", info, err)
		}
	})
}

func TestOneIsInOneRoomAtATime(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		if err := l.join(room.JoinRequest{}); err == nil || !strings.Contains(err.Error(), "leakproof leave") {
			l.Errorf("joined twice: %v", err)
		}
		if n := len(l.board.People()); n != 1 {
			l.Errorf("the board has %d people", n)
		}
	})
}

func TestLeavingEndsTheSending(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		stop := l.run()
		l.record(reset())
		synctest.Wait()
		if err := member.Leave(l.Context(), l.dir, false, l.transport); err != nil {
			l.Fatal(err)
		}
		l.record(reset())
		synctest.Wait()
		l.wantLines("1 left")
		// The next room gets nothing of the time before it.
		l.mustJoin()
		l.record(reset())
		synctest.Wait()
		l.wantLines("1 left 3")
		if err := member.Leave(l.Context(), l.dir, true, l.transport); err != nil {
			l.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(l.dir, "join.json")); !os.IsNotExist(err) {
			l.Errorf("join.json: %v", err)
		}
		if n := len(l.board.People()); n != 0 { // the first one is the same
			l.Errorf("the board has %d people", n)
		}
		stop()
		l.wantTold()
	})
}

// An answer that was lost leaves nobody there who is not.
func TestAJoinWhoseAnswerIsLost(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.board.Misbehave(takesAndGoes(l.board))
		if err := l.join(room.JoinRequest{Name: "Ana"}); err == nil {
			l.Error("joined without an answer")
		}
		l.mustJoin()
		stop := l.run()
		l.record(reset())
		synctest.Wait()
		stop()
		l.wantLines("1")
		people := l.board.People()
		if len(people) != 1 || len(people[0].Secret) < 20 {
			l.Fatalf("the board has %+v", people)
		}
		key, err := os.ReadFile(filepath.Join(l.dir, "join.key"))
		if err != nil || len(key) != 32 || strings.Contains(people[0].Secret, string(key)) {
			l.Errorf("the key %q, %v", key, err)
		}
		if info, err := os.Stat(filepath.Join(l.dir, "join.key")); err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
			l.Errorf("%v, %v", info, err)
		}
	})
}

// No board learns by what another one knows a learner.
func TestEachBoardKnowsAnotherSecret(t *testing.T) {
	inBubble(t, func(l *learner) {
		for _, board := range []string{"http://one.test", "http://two.test", "http://one.test"} {
			if _, err := member.Join(l.Context(), member.Joining{Dir: l.dir, Log: l.log, Board: board, Request: room.JoinRequest{Code: roomtest.Code}, Transport: l.transport, Now: time.Now()}); err != nil {
				l.Fatal(err)
			}
			if err := member.Leave(l.Context(), l.dir, false, l.transport); err != nil {
				l.Fatal(err)
			}
		}
		if people := l.board.People(); len(people) != 2 || people[0].Secret == people[1].Secret {
			l.Errorf("%+v", people)
		}
		if err := os.WriteFile(filepath.Join(l.dir, "join.key"), nil, 0o600); err != nil { // as after a full disk
			l.Fatal(err)
		}
		l.mustJoin()
		if people := l.board.People(); len(people) != 3 {
			l.Errorf("%+v", people)
		}
	})
}

// Who leaves is not kept waiting by a board, and has left whatever it says.
func TestLeavingIsToldToTheBoard(t *testing.T) {
	for says, fault := range map[string]http.HandlerFunc{
		"the board does not answer in time": never,
		"the board says: The room is full.": func(w http.ResponseWriter, _ *http.Request) { roomtest.Refuse(w, 403, room.Full, "The room is full.") },
		"":                                  func(w http.ResponseWriter, _ *http.Request) { roomtest.Refuse(w, 401, room.BadToken, "Who?") },
	} {
		inBubble(t, func(l *learner) {
			l.mustJoin()
			l.board.Misbehave(fault)
			began := time.Now()
			err := member.Leave(l.Context(), l.dir, false, l.transport)
			var failure *room.Failure
			if errors.As(err, &failure) != (says != "") || err != nil && failure.Says != says {
				l.Errorf("%v, want %q", err, says)
			}
			if took := time.Since(began); took > 2*time.Second {
				l.Errorf("it took %s", took)
			}
			if _, err := member.Load(l.dir); !errors.Is(err, member.ErrNone) {
				l.Errorf("after leaving: %v", err)
			}
		})
	}
}

// A board that cannot be reached can be asked again to delete.
func TestLeavingWorksWithoutTheBoard(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		l.board.Misbehave(never)
		if err := member.Leave(l.Context(), l.dir, true, l.transport); err == nil {
			l.Error("the board did not answer, and that was no error")
		}
		stop := l.run()
		l.record(reset())
		synctest.Wait()
		if m := l.membership(); m.Ended != member.Left || len(l.board.Requests()) != 2 {
			l.Errorf("%+v, requests %q", m, l.board.Requests())
		}
		if err := l.join(room.JoinRequest{}); err == nil {
			l.Error("joined, and nobody can be asked to delete any more")
		}
		l.board.Misbehave(nil)
		if err := member.Leave(l.Context(), l.dir, true, l.transport); err != nil {
			l.Error(err)
		}
		if n := len(l.board.People()); n != 0 {
			l.Errorf("the board has %d people", n)
		}
		l.mustJoin()
		stop()
	})
}

// An answer to what was under way when the learner left brings nothing back.
func TestLeavingDuringARequest(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		l.board.Misbehave(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			l.board.Misbehave(nil)
			l.board.ServeHTTP(w, r)
		})
		l.record(reset())
		stop := l.run()
		if err := member.Leave(l.Context(), l.dir, false, l.transport); err != nil {
			l.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if _, err := member.Load(l.dir); !errors.Is(err, member.ErrNone) {
			l.Errorf("after leaving: %v", err)
		}
		stop()
		l.wantTold()
	})
}

func TestWhatCannotBeReadOrWrittenIsSaid(t *testing.T) {
	inBubble(t, func(l *learner) {
		file := filepath.Join(l.dir, "join.json")
		for _, content := range []string{"", "{", `{"schema":"leakproof.join/2"}`, `{"schema":"leakproof.join/1"}`, strings.Repeat(" ", 70<<10)} {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				l.Fatal(err)
			}
			_, err := member.Load(l.dir)
			if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "leakproof leave") {
				l.Errorf("%.30q: %v", content, err)
			}
			if err := l.join(room.JoinRequest{}); err == nil {
				l.Errorf("%.30q: joined", content)
			}
		}
		stop := l.run()
		stop()
		l.wantTold("Room: nothing is sent, `leakproof join` says why")
		if err := member.Leave(l.Context(), l.dir, false, l.transport); err != nil {
			l.Error(err)
		}
		l.mustJoin()
	})
}

func TestNobodyJoinsWithoutAPlaceToKeepIt(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.dir = filepath.Join(l.dir, "file")
		if err := os.WriteFile(l.dir, nil, 0o600); err != nil {
			l.Fatal(err)
		}
		if err := l.join(room.JoinRequest{}); err == nil || !strings.Contains(err.Error(), "--state") {
			l.Errorf("joined: %v", err)
		}
		if n := len(l.board.Requests()); n != 0 {
			l.Errorf("%d requests", n)
		}
	})
}

// A copy that was suspended while it changed the file keeps nobody waiting for long.
func TestALockThatIsHeldIsSaid(t *testing.T) {
	inBubble(t, func(l *learner) {
		held := flock.New(filepath.Join(l.dir, "join.lock"))
		if err := held.Lock(); err != nil {
			l.Fatal(err)
		}
		began := time.Now()
		if err := l.join(room.JoinRequest{}); err == nil || !strings.Contains(err.Error(), "join.lock") || time.Since(began) > 3*time.Second {
			l.Errorf("after %s: %v", time.Since(began), err)
		}
		if err := held.Unlock(); err != nil {
			l.Fatal(err)
		}
		l.mustJoin()
	})
}

func TestTheFileHoldsItsSchema(t *testing.T) {
	inBubble(t, func(l *learner) {
		l.mustJoin()
		data, err := os.ReadFile(filepath.Join(l.dir, "join.json"))
		var got map[string]any
		if err != nil || json.Unmarshal(data, &got) != nil || got["schema"] != "leakproof.join/1" || got["token"] != "token-1" {
			l.Errorf("%s, %v", data, err)
		}
	})
}
