package fanout_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	fanout "example.com/leakproof/lessons/13-fan-out-safely"
	"example.com/leakproof/lessons/internal/pipenet"
)

// E14: three answers that TitleNoClose never closes, and goleak finds
// nothing. The fourth shows that it would: same function, one 503. And
// once the caller cancels, there is nothing to find there either.
func TestGoleakMissesBodiesNeverClosed(t *testing.T) {
	for path, reported := range map[string]bool{
		"/read-to-the-end":   false,
		"/no-content":        false,
		"/context-cancelled": false,
		"/unavailable":       true,
	} {
		t.Run(path[1:], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				found := askTitle(t, fanout.TitleNoClose, path)
				if found.open != 1 {
					t.Errorf("%d bodies open, want 1", found.open)
				}
				if got := found.leak != nil; got != reported {
					t.Errorf("goleak: %v, want a report: %v", found.leak, reported)
				}
				if found.afterCancel != nil {
					t.Errorf("goleak after cancel: %v, want no report", found.afterCancel)
				}
			})
		})
	}
}

// The proof that a client is clean is a count of Close, not of goroutines.
func TestTitleClosesEveryBody(t *testing.T) {
	for _, path := range []string{"/read-to-the-end", "/no-content", "/context-cancelled", "/unavailable"} {
		t.Run(path[1:], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if found := askTitle(t, fanout.Title, path); found != (findings{}) {
					t.Errorf("%+v, want no body open and no leak", found)
				}
			})
		})
	}
}

// findings are what is left when a title has been asked for.
type findings struct {
	open        int32 // bodies not closed
	leak        error // goleak's report
	afterCancel error // the same, once the context is cancelled
}

// askTitle asks a server in memory for path, with a context that ends at
// 1 s. Only the answer to /context-cancelled takes that long.
func askTitle(
	t *testing.T,
	title func(context.Context, *http.Client, string) (string, error),
	path string,
) (found findings) {
	ln := pipenet.Listen()
	server := &http.Server{Handler: http.HandlerFunc(answer)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	synctest.Wait()
	before := goleak.IgnoreCurrent()

	transport := &http.Transport{DialContext: ln.Dial}
	bodies := &countingTransport{next: transport}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	got, err := title(ctx, &http.Client{Transport: bodies}, "http://notes"+path)
	if ok := path == "/read-to-the-end"; ok != (err == nil && got == "A title") {
		t.Errorf("%s: %q, %v", path, got, err)
	}
	transport.CloseIdleConnections()
	synctest.Wait()
	found.open, found.leak = bodies.open.Load(), goleak.Find(before)
	cancel()
	synctest.Wait()
	found.afterCancel = goleak.Find(before)

	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
	return found
}

// answer gives each path one kind of answer.
func answer(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/read-to-the-end":
		_, _ = io.WriteString(w, "A title")
	case "/no-content":
		w.WriteHeader(http.StatusNoContent)
	case "/context-cancelled": // the body begins and never ends
		_, _ = io.WriteString(w, "A ti")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	case "/unavailable":
		http.Error(w, "try again later", http.StatusServiceUnavailable)
	}
}

// countingTransport counts the bodies that were handed out and not closed.
type countingTransport struct {
	next http.RoundTripper
	open atomic.Int32
}

func (c *countingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	res.Body = &countedBody{ReadCloser: res.Body, closed: sync.OnceFunc(func() { c.open.Add(-1) })}
	return res, nil
}

type countedBody struct {
	io.ReadCloser
	closed func()
}

func (b *countedBody) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}
