package outbound_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	outbound "example.com/leakproof/katas/29-outbound"
	"example.com/leakproof/katas/internal/kit/network"
)

const (
	limit = 3 * time.Second
	base  = "http://127.0.0.1:1" // nobody listens: whoever gets an answer used the wire
	ada   = `{"id":"u1","name":"Ada"}`
)

var (
	note   = outbound.Note{ID: "n1", AuthorID: "u/1"}
	caller = context.Background() // it never ends: what waits for its end is a leak
)

// after waits as long as the client does.
func after(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
	}
}

// answers is an author service that answers at once.
func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// slow sends its header after one time and the author after another.
func slow(header, body time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		after(r, header)
		_, _ = io.WriteString(w, ada[:9])
		_ = http.NewResponseController(w).Flush()
		after(r, body-header)
		_, _ = io.WriteString(w, ada[9:])
	}
}

// long is an author whose answer takes n bytes.
func long(n int) string {
	const begin, end = `{"id":"u1","name":"Ada","bio":"`, `"}`
	return begin + strings.Repeat("x", n-len(begin+end)) + end
}

// A wire is the transport of a service. It counts what the service does with it.
type wire struct {
	next http.RoundTripper // nil hangs, as a dial does

	requests, open, read, dials atomic.Int64
	path                        atomic.Value // of the last request
}

// newWire leads to an author service in the bubble of the test. With nil, it
// finds nobody who accepts a connection.
func newWire(t *testing.T, authors http.HandlerFunc) *wire {
	w := &wire{}
	if authors != nil {
		l := network.Serve(t, &http.Server{Handler: authors})
		w.next = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			w.dials.Add(1)
			return l.Dial(ctx)
		}}
	}
	return w
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.requests.Add(1)
	w.path.Store(r.URL.EscapedPath())
	if w.next == nil {
		after(r, time.Hour)
		return nil, cmp.Or(r.Context().Err(), errors.New("no connection"))
	}
	res, err := w.next.RoundTrip(r)
	if err == nil {
		w.open.Add(1)
		res.Body = &body{ReadCloser: res.Body, of: w}
	}
	return res, err
}

// A body counts what is read of it, and whether it is closed.
type body struct {
	io.ReadCloser
	of   *wire
	once sync.Once
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.of.read.Add(int64(n))
	return n, err
}

func (b *body) Close() error {
	b.once.Do(func() { b.of.open.Add(-1) })
	return b.ReadCloser.Close()
}

// A result is what a call of Author came to, and how long it took.
type result struct {
	author outbound.Author
	err    error
	took   time.Duration
}

func (r result) String() string {
	if r.err != nil {
		return fmt.Sprintf("the error %q after %v", r.err, r.took)
	}
	return fmt.Sprintf("the author %q after %v", r.author.Name, r.took)
}

func service(w http.RoundTripper) *outbound.Service { return outbound.NewService(w, base) }

func ask(ctx context.Context, s *outbound.Service) result {
	start := time.Now()
	author, err := s.Author(ctx, note)
	return result{author, err, time.Since(start)}
}
