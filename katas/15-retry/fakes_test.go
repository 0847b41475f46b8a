package retry_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	retry "example.com/leakproof/katas/15-retry"
)

// caller never ends: whatever waits for its end is there when the bubble looks.
var caller = context.Background()

// endsAfter returns a context that ends after so long, for a reason of its own.
func endsAfter(d time.Duration) context.Context {
	ctx, cancel := context.WithCancelCause(caller)
	time.AfterFunc(d, func() { cancel(errLeft) })
	return ctx
}

var errLeft = errors.New("the client closed its connection")
var policy = retry.Policy{Tries: 5, First: 100 * time.Millisecond, Longest: 10 * time.Second}

// patient waits long enough to be left in the middle of a wait.
var patient = retry.Policy{Tries: 50, First: time.Second, Longest: time.Hour}

// A store is away, unless it is told otherwise.
type store struct {
	takes   time.Duration // each try, until its context ends
	answers map[int]error // of some tries, by their number from 1

	mu    sync.Mutex
	began []time.Time
}

func (s *store) Put(ctx context.Context, _ retry.Note) error {
	s.mu.Lock()
	s.began = append(s.began, time.Now())
	try := len(s.began)
	endless := try > 1 && time.Since(s.began[try-2]) > 24*time.Hour // virtual time ends after 292 years
	s.mu.Unlock()
	if s.takes > 0 {
		select {
		case <-time.After(s.takes):
		case <-ctx.Done(): // a driver says that the connection is gone
		}
	}
	if err, ok := s.answers[try]; ok || endless {
		return err
	}
	return retry.ErrUnavailable
}

func (s *store) tries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.began)
}

// save saves a note and says how long it took. What it leaves behind has a day
// to try again; TestNothingIsLeftOfAWait looks for that.
func save(ctx context.Context, s *store, p retry.Policy) (err error, took time.Duration) {
	start := time.Now()
	err = retry.NewService(s, p).Save(ctx, retry.Note{ID: "n7"})
	took = time.Since(start)
	time.Sleep(24 * time.Hour)
	return err, took
}

// wantWaits requires all tries, and between two of them a wait as the policy says.
func (s *store) wantWaits(t *testing.T, situation string, p retry.Policy) {
	t.Helper()
	want := p.First
	for i := 1; i < len(s.began); i++ {
		if got := s.began[i].Sub(s.began[i-1]) - s.takes; got < want/2 || got > want*3/2 {
			t.Errorf("%s, a policy of %+v: try %d came %v after the end of try %d;\n"+
				"want %v; jitter may make it half longer or shorter (Keep 6)", situation, p, i+1, got, i, want)
			return
		}
		want = min(2*want, p.Longest)
	}
	if s.tries() != p.Tries {
		t.Errorf("%s, a policy of %d tries: Save made %d (Keep 4)", situation, p.Tries, s.tries())
	}
}
