package run_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	run "example.com/leakproof/katas/12-run"
	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
)

var (
	// What these wrap is no sign of a stop: the socket is gone, a read took too long.
	errServe = fmt.Errorf("accept: %w", net.ErrClosed)
	errIndex = fmt.Errorf("index: read a note: %w", context.DeadlineExceeded)
	errClose = errors.New("close: 3 notes not written")
)

const patience = 20 * time.Second // longer than any stop needs here

// A service is a run.Service that runs, with all that belongs to it.
type service struct {
	*network.Listener
	begun  time.Time
	signal func() // main gets one
	cause  error  // of the end of Run's context then

	unwind   time.Duration // what the indexer needs to stop
	closing  error         // what Close returns
	broken   chan struct{} // closed when the indexer fails
	released chan struct{} // closed when the indexer returns whatever its context says

	mu       sync.Mutex
	requests int // in the store
	indexers int
	told     bool // the indexer, to stop
	closed   int
	inUse    string        // who used the store when it was closed
	done     bool          // Run has returned
	at       time.Duration // when
	err      error
}

// inBubble plays a scene with a service that has yet to run.
func inBubble(t *testing.T, scene func(t *testing.T, x *service)) {
	t.Helper()
	if died() != "" {
		t.Fatal("Run ends the process: see TestAFailureEndsRunOnly")
	}
	kit.Bubble(t, func(t *testing.T) {
		x := &service{Listener: network.Listen(), begun: time.Now(), broken: make(chan struct{}), released: make(chan struct{})}
		t.Cleanup(func() { // for a Run that still waits
			x.release()
			x.signal()
			_ = x.Listener.Close()
			time.Sleep(patience)
		})
		scene(t, x)
	})
}

// died tells how a process ended before its tests had; "" if it did not. It would
// be the end of the suite, so a child tries.
var died = sync.OnceValue(func() string {
	const inChild = "RUN_IN_CHILD"
	if os.Getenv(inChild) != "" {
		return ""
	}
	child := exec.Command(os.Args[0], "-test.run=^(TestServingFailsAtOnce|TestAPartFailsLater|TestACleanStopReturnsNil)$", "-test.timeout=40s")
	child.Env = append(os.Environ(), inChild+"=1", "GORACE=atexit_sleep_ms=0")
	out, err := child.CombinedOutput()
	if verdict := regexp.MustCompile(`(?m)^(PASS|FAIL)$`); verdict.Match(out) {
		return ""
	}
	said, _, _ := strings.Cut(string(out), "\n")
	return fmt.Sprintf("%v %s", err, said)
})

// run has Run begin, and waits until nothing happens any more.
func (x *service) run() {
	ctx, end := context.WithCancelCause(context.Background())
	x.signal = func() { end(x.cause) }
	go func() {
		s := &run.Service{Store: store{x}, Indexer: indexer{x}, Log: slog.New(slog.DiscardHandler)}
		err := s.Run(ctx, listener{x.Listener})
		x.update(func() { x.done, x.at, x.err = true, x.now(), err })
	}()
	synctest.Wait()
}

func (x *service) now() time.Duration { return time.Since(x.begun) }

func (x *service) update(change func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	change()
}

// returned reports whether Run has returned within a time in which it can.
func (x *service) returned() bool {
	time.Sleep(patience)
	synctest.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.done
}

// release has the indexer return.
func (x *service) release() {
	x.mu.Lock()
	defer x.mu.Unlock()
	select {
	case <-x.released:
	default:
		close(x.released)
	}
}

// A listener fails for good once it is closed.
type listener struct{ *network.Listener }

func (l listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, errServe
	}
	return conn, nil
}

type store struct{ *service }

// Get takes as long as its id says, if its context does not end before.
func (x store) Get(ctx context.Context, id string) (run.Note, error) {
	x.update(func() { x.requests++ })
	defer x.update(func() { x.requests-- })
	takes, err := time.ParseDuration(id)
	if err != nil {
		return run.Note{}, err
	}
	select {
	case <-time.After(takes):
		return run.Note{ID: id, Title: "Milk"}, nil
	case <-ctx.Done():
		return run.Note{}, ctx.Err()
	}
}

// Close notes who still uses the store.
func (x store) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed++
	switch {
	case x.requests > 0:
		x.inUse = "a request"
	case x.indexers > 0:
		x.inUse = "the indexer"
	}
	return x.closing
}

type indexer struct{ *service }

// Run is the indexer's.
func (x indexer) Run(ctx context.Context) error {
	x.update(func() { x.indexers++ })
	defer x.update(func() { x.indexers-- })
	select {
	case <-x.broken:
		return errIndex
	case <-x.released:
		time.Sleep(time.Second) // a Run that begins again must not spin
	case <-ctx.Done():
		x.update(func() { x.told = true })
		time.Sleep(x.unwind)
	}
	return nil
}

// A response is what a client got, if it is there.
type response struct {
	done   chan struct{}
	status int
	kind   string
	err    error
	at     time.Duration
}

// get sends a request that takes some time in the store.
func (x *service) get(takes string) *response {
	r := &response{done: make(chan struct{})}
	go func() {
		defer close(r.done)
		defer func() { r.at = x.now() }()
		client := x.Client()
		client.Timeout = patience / 2
		res, err := client.Get("http://notes.test/notes/" + takes)
		if r.err = err; err == nil {
			r.status, r.kind, r.err = res.StatusCode, res.Header.Get("Content-Type"), res.Body.Close()
		}
	}()
	synctest.Wait()
	return r
}

// ok waits for r and reports whether it is a note.
func (r *response) ok() bool {
	<-r.done
	return r.err == nil && r.status == http.StatusOK && r.kind == "application/json"
}

func (r *response) String() string {
	if r.err != nil {
		return r.err.Error()
	}
	return fmt.Sprintf("a %d of the type %s", r.status, r.kind)
}
