package member_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

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
