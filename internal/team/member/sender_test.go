package member_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/internal/progress"
)

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
