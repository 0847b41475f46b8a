package detached_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	detached "example.com/leakproof/katas/30-detached"
	"example.com/leakproof/katas/internal/kit"
)

const (
	timeout  = 10 * time.Second // for a mail (Restore 1)
	unwind   = 2 * time.Second  // what a mail that's told to stop needs for that
	patience = 3 * time.Second  // of Close, where it gives up
	hung     = time.Hour
)

var (
	// How long a mail takes, by its address: "slow.3@mail.test" is one of the slow ones.
	takes = map[string]time.Duration{"quick": time.Second, "slow": 8 * time.Second, "hung": hung, "failing": time.Second}
	// What mails and notes fail with.
	failures = map[string]error{"failing": errors.New("mailbox full"), "missing": detached.ErrNotFound, "broken": errors.New("disk failure"),
		"overdue": errors.Join(context.DeadlineExceeded, context.Canceled)} // the store's own time was up, not the request's
)

type traceKey struct{} // of the request's only value

// A site is a service with its handler, a store and a mailer. It is the latter two
// as well.
type site struct {
	service *detached.Service
	handler http.Handler
	limit   int
	rest    func() // waits until nothing happens any more
	began   time.Time
	closed  chan end // nil until Close is called
	shares  []*share
	found   chan bool // closed when the store has found the note "late"
	freed   chan bool // closed at the end, for all that hangs

	sending kit.Gauge       // calls of Send
	log     strings.Builder // read in bubbles only, when nothing happens
	mu      sync.Mutex
	calls   []*call // likewise
}

// A call is one of Send.
type call struct {
	to, trace string
	at, told  time.Duration // told: when its context ended, or -1
	sent      bool
}

func open(t *testing.T, limit int) *site {
	x := &site{limit: limit, rest: synctest.Wait, began: time.Now(), found: make(chan bool), freed: make(chan bool)}
	x.service = detached.NewService(x, x, slog.New(slog.NewTextHandler(&x.log, nil)), limit)
	x.handler = detached.NewHandler(x.service)
	t.Cleanup(func() {
		close(x.freed)
		for _, r := range x.shares {
			<-r.done
		}
		if x.closed == nil {
			_ = x.service.Close(context.Background())
		}
	})
	return x
}

func (x *site) Get(ctx context.Context, id string) (detached.Note, error) {
	if id == "late" {
		select {
		case <-x.found:
		case <-x.freed:
		case <-ctx.Done():
		}
	}
	return detached.Note{ID: id, Title: "Note " + id}, cmp.Or(ctx.Err(), failures[id])
}

func (x *site) Send(ctx context.Context, to string, _ detached.Note) error {
	kind, _, _ := strings.Cut(to, ".")
	c := &call{to: to, at: time.Since(x.began), told: -1}
	c.trace, _ = ctx.Value(traceKey{}).(string)
	defer x.sending.Enter()()
	x.mu.Lock()
	x.calls = append(x.calls, c)
	x.mu.Unlock()
	select {
	case <-ctx.Done():
		c.told = time.Since(x.began)
		if c.begun() {
			select {
			case <-time.After(unwind):
			case <-x.freed:
			}
		}
		return ctx.Err()
	case <-time.After(takes[kind]):
	case <-x.freed:
	}
	c.sent = failures[kind] == nil
	return failures[kind]
}

// begun is false if the mail was over at the moment when Send was called.
func (c *call) begun() bool { return c.told != c.at }

// ended says when the context of the mail did.
func (c *call) ended() string {
	if c.told < 0 {
		return "hasn't ended"
	}
	return "ended after " + (c.told - c.at).String()
}

// A share is a request that has begun.
type share struct {
	to    string
	leave context.CancelFunc // its client does
	done  chan struct{}
	got   string // there once done is closed
}

// share begins a request to mail a note.
func (x *site) share(id, kind string) *share {
	go x.request(id, kind)()
	return x.shares[len(x.shares)-1]
}

// request adds a request to x.shares, and returns what serves it.
func (x *site) request(id, kind string) (serve func()) {
	to := fmt.Sprintf("%s.%d@mail.test", kind, len(x.shares)+1)
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), traceKey{}, "trace of "+to))
	r := &share{to: to, leave: cancel, done: make(chan struct{})}
	x.shares = append(x.shares, r)
	return func() {
		defer close(r.done)
		defer cancel() // as the server does when the handler has returned
		defer func() {
			if p := recover(); p != nil { // so does the server
				r.got = fmt.Sprintf("a panic (%v)", p)
			}
		}()
		w := httptest.NewRecorder()
		x.handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/notes/"+id+"/share?to="+to, nil))
		r.got = fmt.Sprintf("a %d", w.Code)
	}
}

const unanswered = "no answer yet"

// answer says what the client of r has got by now.
func (x *site) answer(r *share) string {
	x.rest()
	select {
	case <-r.done:
		return r.got
	default:
		return unanswered
	}
}

// refused is whether a client got an error for an answer.
func refused(got string) bool { return strings.HasPrefix(got, "a 4") || strings.HasPrefix(got, "a 5") }

// accept shares n notes, one after the other, and fails t unless each gets a 202.
func (x *site) accept(t *testing.T, n int, kind string) {
	t.Helper()
	for i := range n {
		if got := x.answer(x.share("n-1", kind)); got != "a 202" {
			t.Fatalf("limit %d, all mails before were over, and %d notes were shared, one after the other: number %d got %s;\n"+
				"want a 202 at once, as limit mails can be sent and as many can wait (Restore 2)", x.limit, n, i+1, got)
		}
	}
}

// mails returns the mails that have begun, once nothing happens any more, and how
// many of them were sent.
func (x *site) mails() (begun []*call, sent int) {
	x.rest()
	for _, c := range x.calls {
		if c.begun() {
			begun = append(begun, c)
		}
		if c.sent {
			sent++
		}
	}
	return begun, sent
}

// An end is what Close returned, and how long it took.
type end struct {
	err  error
	took time.Duration
}

// close begins to close the service, with a context that ends after d.
func (x *site) close(d time.Duration) <-chan end {
	x.closed = make(chan end, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		start := time.Now()
		err := x.service.Close(ctx)
		x.closed <- end{err, time.Since(start)}
	}()
	return x.closed
}

// wantRecord fails t unless the log has a record at WARN about the mail.
func (x *site) wantRecord(t *testing.T, to, why string) {
	t.Helper()
	x.rest()
	for line := range strings.Lines(x.log.String()) {
		if strings.Contains(line, "level=WARN") && strings.Contains(line, to) {
			return
		}
	}
	t.Errorf("%s, and the log has no record at WARN with its address (Keep 6)", why)
}

// A quick site lets others go on, and remembers nothing: a lock around that would
// order the requests. When Close comes, mails wait until all shares have come: a
// WaitGroup that is used again while somebody wakes from its Wait ends the process.
type quick struct {
	meet    *kit.Barrier
	closing atomic.Bool
	shares  sync.WaitGroup // crowds of them
}

func (q *quick) Get(context.Context, string) (detached.Note, error) {
	q.meet.Pair()
	return detached.Note{}, nil
}

func (q *quick) Send(context.Context, string, detached.Note) error {
	if q.closing.Load() {
		q.shares.Wait()
	}
	return nil
}
