package shutdown_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	shutdown "example.com/leakproof/katas/13-shutdown"
	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
)

const (
	last     = time.Second     // for requests that were told to stop
	poll     = time.Second     // more than Shutdown needs to notice that a request has ended
	patience = 2 * time.Minute // longer than any stop
)

var errClose = errors.New("close: 3 notes not written")

// A site is a service that runs, with its clients, and is its store.
type site struct {
	net       *network.Listener
	grace     time.Duration
	unwind    time.Duration // what a read needs to return when it's told to stop
	closing   error         // what Close returns
	signal    context.CancelFunc
	signalled time.Time
	returned  chan struct{} // closed when Run has returned
	requests  []*request
	reads     kit.Gauge // of the store

	mu   sync.Mutex
	seen seen
}

// What a site has seen. Times are counted from the signal.
type seen struct {
	told   []time.Duration // when reads were told to stop
	closes int             // of the store
	inUse  int             // reads that were under way at the first of these
	err    error           // of Run
	at     time.Duration   // when it returned
	left   int             // reads that were under way then
}

// A slow connection is read at 16 bytes a millisecond: a response isn't there
// when its handler returns.
type slow struct{ net.Conn }

func (c slow) Read(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return c.Conn.Read(p[:min(len(p), 16)])
}

// newSite returns a site whose service runs once run was called.
func newSite(t *testing.T, grace time.Duration) *site {
	x := &site{net: network.Listen(), grace: grace, returned: make(chan struct{})}
	t.Cleanup(func() { // so that nothing is left of a test that failed, either
		x.signal()
		_ = x.net.Close()
		for _, r := range x.requests {
			r.leave()
			<-r.done
		}
		<-x.returned
		time.Sleep(2 * time.Hour) // longer than any read
	})
	return x
}

// run has Run begin.
func (x *site) run() *site {
	var ctx context.Context
	ctx, x.signal = context.WithCancel(context.Background())
	go func() {
		defer close(x.returned)
		s := &shutdown.Service{Store: x, Grace: x.grace}
		err := s.Run(ctx, x.net)
		x.update(func(s *seen) { s.err, s.at, s.left = err, time.Since(x.signalled), x.reads.Live() })
	}()
	synctest.Wait()
	return x
}

// stop ends the context of Run and waits until Run has returned. It fails t if
// that takes longer than any stop.
func (x *site) stop(t *testing.T) seen {
	t.Helper()
	x.signalled = time.Now()
	x.signal()
	select {
	case <-x.returned:
	case <-time.After(patience):
		t.Fatalf("grace %v, requests under way: %d. Run was still waiting %v after ctx had ended;\n"+
			"after the grace they have %v, and then it returns, whatever they do (Restore 2)", x.grace, x.reads.Live(), patience, last)
	}
	return x.now()
}

// now returns what x has seen, once nothing happens any more.
func (x *site) now() seen {
	synctest.Wait()
	return x.seen
}

func (x *site) update(change func(*seen)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	change(&x.seen)
}

// All is the store's. The name of a team says how long it takes to read its notes.
func (x *site) All(ctx context.Context, team string) ([]shutdown.Note, error) {
	defer x.reads.Enter()()
	takes, _ := time.ParseDuration(team)
	select {
	case <-time.After(takes):
		return []shutdown.Note{{ID: "n1", Title: "Milk"}}, nil
	case <-ctx.Done():
	}
	x.update(func(s *seen) { s.told = append(s.told, time.Since(x.signalled)) })
	time.Sleep(x.unwind)
	return nil, ctx.Err()
}

func (x *site) Close() error {
	x.update(func(s *seen) {
		if s.closes++; s.closes == 1 {
			s.inUse = x.reads.Live()
		}
	})
	return x.closing
}

// A request is one of a client.
type request struct {
	leave context.CancelFunc
	done  chan struct{} // closed when got is there
	got   string
}

const whole = `200 OK [{"id":"n1","title":"Milk"}]` // what it gets when all goes well

// export asks for the notes of each team, and waits until the store reads them.
func (x *site) export(teams ...string) {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := x.net.Dial(ctx)
		return slow{conn}, err
	}}}
	for _, team := range teams {
		ctx, leave := context.WithCancel(context.Background())
		r := &request{leave: leave, done: make(chan struct{})}
		x.requests = append(x.requests, r)
		go func() {
			defer close(r.done)
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://notes.test/export?team="+team, nil)
			res, err := client.Do(req)
			if err != nil {
				r.got = err.Error()
				return
			}
			defer func() { _ = res.Body.Close() }()
			body, _ := io.ReadAll(res.Body)
			r.got = res.Status + " " + strings.TrimSpace(string(body))
		}()
	}
	synctest.Wait()
}
