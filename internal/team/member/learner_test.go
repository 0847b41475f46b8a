package member_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "http://board.test"

// learner is somebody with a log, and a board that can be joined.
type learner struct {
	*testing.T
	dir       string
	log       *progress.Log
	board     *roomtest.Board
	transport room.Transport
	sender    *member.Sender

	mu   sync.Mutex
	told []string
}

// inBubble runs play with a learner in virtual time.
func inBubble(t *testing.T, play func(l *learner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		board := &roomtest.Board{}
		l := &learner{T: t, dir: t.TempDir(), board: board, transport: roomtest.Network(t, board)}
		l.sender = l.open(coursetest.Course(t))
		l.log = l.sender.Log
		play(l)
	})
}

// open is a further running copy.
func (l *learner) open(c *course.Course) *member.Sender {
	l.Helper()
	log, err := progress.Open(l.dir)
	if err != nil {
		l.Fatal(err)
	}
	return member.New(member.Sender{
		Dir: l.dir, Log: log, Course: c, Transport: l.transport,
		Source: func(k *course.Kata, hash string) ([]byte, error) { return []byte("code of " + k.ID + " " + hash), nil },
	})
}

func (l *learner) record(events ...progress.Event) {
	l.Helper()
	for _, e := range events {
		if err := l.log.Append(l.Context(), e); err != nil {
			l.Fatal(err)
		}
	}
	l.sender.Nudge()
}

func reset() progress.Event { return progress.Event{Kind: progress.KindReset, Kata: "01-open-file"} }

func (l *learner) join(request room.JoinRequest) error {
	request.Code = roomtest.Code
	_, err := member.Join(l.Context(), member.Joining{Dir: l.dir, Log: l.log, Board: address, Request: request, Transport: l.transport, Now: time.Now()})
	return err
}

func (l *learner) mustJoin() {
	l.Helper()
	if err := l.join(room.JoinRequest{}); err != nil {
		l.Fatal(err)
	}
}

func (l *learner) membership() member.Membership {
	l.Helper()
	m, err := member.Load(l.dir)
	if err != nil {
		l.Fatal(err)
	}
	return m
}

// run has the open workbook send, until the returned function ends it.
func (l *learner) run() (stop func()) {
	ctx, cancel := context.WithCancel(l.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.sender.Run(ctx, func(line string) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.told = append(l.told, line)
		})
	}()
	synctest.Wait()
	return func() {
		began := time.Now()
		cancel()
		<-done
		if took := time.Since(began); took != 0 {
			l.Errorf("the end took %s", took)
		}
	}
}

func (l *learner) wantTold(want ...string) {
	l.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if diff := cmp.Diff(want, l.told); diff != "" {
		l.Errorf("told (-want +got):\n%s", diff)
	}
}

func (l *learner) wantLines(want string) {
	l.Helper()
	if got := l.board.Lines(); got != want {
		l.Errorf("the board has the lines %q, want %q", got, want)
	}
}

func (l *learner) flush() {
	l.Helper()
	ctx, cancel := context.WithTimeout(l.Context(), 10*time.Second)
	defer cancel()
	if err := l.open(coursetest.Course(l.T)).Flush(ctx); err != nil {
		l.Error(err)
	}
}

func broken(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }

func never(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// takesAndGoes has the board keep what it is sent, and then gives no answer.
func takesAndGoes(board *roomtest.Board) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		board.Misbehave(nil)
		board.ServeHTTP(&unanswered{}, r)
		panic(http.ErrAbortHandler)
	}
}

type unanswered struct{ http.ResponseWriter }

func (*unanswered) Header() http.Header { return http.Header{} }

func (*unanswered) WriteHeader(int) {}

func (*unanswered) Write(p []byte) (int, error) { return len(p), nil }
