package retry_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	retry "example.com/leakproof/katas/15-retry"
	"example.com/leakproof/katas/internal/kit"
)

// caller never ends, so that whatever waits for its end is still there when the
// bubble looks for leaks.
var caller = context.Background()

var note = retry.Note{ID: "n7", Title: "Shopping", Content: "milk"}

var policy = retry.Policy{Tries: 5, First: 100 * time.Millisecond, Longest: 10 * time.Second}

// An away is the store's answer while it cannot be reached. Each is another
// error, and errors.Is tells them apart.
type away struct{ try int }

func (a *away) Error() string        { return fmt.Sprintf("try %d: connection refused", a.try) }
func (a *away) Is(target error) bool { return target == retry.ErrUnavailable }

// A store is away, unless it is told otherwise.
type store struct {
	takes   time.Duration // each try, until its context ends
	answers map[int]error // of some tries, by their number from 1
	during  map[int]func()

	running kit.Gauge

	mu    sync.Mutex
	began []time.Time
	last  error // what the last try returned
}

func (s *store) Put(ctx context.Context, _ retry.Note) error {
	defer s.running.Enter()()
	s.mu.Lock()
	s.began = append(s.began, time.Now())
	try := len(s.began)
	s.mu.Unlock()

	err := s.answer(ctx, try)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = err
	return err
}

func (s *store) answer(ctx context.Context, try int) error {
	if then := s.during[try]; then != nil {
		then()
	}
	if s.takes > 0 {
		select {
		case <-time.After(s.takes):
		case <-ctx.Done(): // a driver says that the connection is gone
		}
	}
	if err, ok := s.answers[try]; ok {
		return err
	}
	return &away{try}
}

func (s *store) tries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.began)
}

// save saves the note and says how long it took.
func save(ctx context.Context, s *store, p retry.Policy) (error, time.Duration) {
	start := time.Now()
	err := retry.NewService(s, p).Save(ctx, note)
	return err, time.Since(start)
}

// wantNoMore requires that nothing goes on after Save has returned, and says
// what it would be.
func (s *store) wantNoMore(t *testing.T) {
	t.Helper()
	if n := s.running.Live(); n > 0 {
		t.Errorf("Save returned while a try was still running (fine print)")
	}
	before := s.tries()
	time.Sleep(24 * time.Hour)
	if more := s.tries() - before; more > 0 {
		t.Errorf("%d more tries came after Save had returned (fine print)", more)
	}
}

// wantWaits requires that between two tries it waited as the policy says.
func (s *store) wantWaits(t *testing.T, situation string, p retry.Policy) {
	t.Helper()
	want := p.First
	for i := 1; i < len(s.began); i++ {
		got := s.began[i].Sub(s.began[i-1]) - s.takes
		if got < want/2 || got > want*3/2 {
			t.Errorf("%s, a policy of %+v: try %d came %v after the end of try %d;\n"+
				"want %v, or up to half as much less or more (Keep 6)", situation, p, i+1, got, i, want)
			return
		}
		want = min(2*want, p.Longest)
	}
}
