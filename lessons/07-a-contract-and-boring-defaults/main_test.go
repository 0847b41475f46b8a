package contract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A pipeListener is a network of net.Pipe, which virtual time knows.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, errors.Join(net.ErrClosed, client.Close(), server.Close())
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), client.Close(), server.Close())
	}
}

// serve runs srv until the test of this bubble ends.
func serve(t *testing.T, srv *http.Server) *pipeListener {
	t.Helper()
	ln := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	ended := make(chan error)
	go func() { ended <- srv.Serve(ln) }()
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		time.Sleep(time.Second) // net/http lingers on some connections
	})
	return ln
}

// client reaches ln under every name and keeps no connection.
func client(ln *pipeListener) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: ln.dial, DisableKeepAlives: true}}
}

// A rawConn is a client that decides itself when each byte is sent.
type rawConn struct {
	net.Conn
	from  *bufio.Reader
	start time.Time // of the connection
}

func dialRaw(t *testing.T, ln *pipeListener) *rawConn {
	t.Helper()
	conn, err := ln.dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &rawConn{conn, bufio.NewReader(conn), time.Now()}
}

func (c *rawConn) send(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatalf("after %v: send %q: %v", time.Since(c.start), text, err)
	}
}

// answer is what the client reads next and when that was there.
func (c *rawConn) answer(t *testing.T) (status int, body string, at time.Duration, err error) {
	t.Helper()
	res, err := http.ReadResponse(c.from, nil)
	if err != nil {
		return 0, "", time.Since(c.start), err
	}
	b, err := io.ReadAll(res.Body)
	if cerr := res.Body.Close(); cerr != nil {
		t.Error(cerr)
	}
	return res.StatusCode, string(b), time.Since(c.start), err
}

// untilClosed reads to the end of the connection and returns what came.
func (c *rawConn) untilClosed(t *testing.T) (got string, at time.Duration) {
	t.Helper()
	b, err := io.ReadAll(c.from)
	if err != nil {
		t.Error(err)
	}
	return string(b), time.Since(c.start)
}

// codeOf fails the test unless body has the one error shape.
func codeOf(t *testing.T, body string) string {
	t.Helper()
	var shape struct {
		Error     struct{ Code, Message string }
		RequestID string `json:"request_id"`
	}
	dec := json.NewDecoder(strings.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&shape); err != nil || shape.Error.Code == "" || shape.RequestID == "" {
		t.Errorf("%q does not have the error shape: %v", body, err)
	}
	return shape.Error.Code
}

// A logBuffer is a log to read in the test.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newHandler(s Store) (*Handler, *logBuffer) {
	log := &logBuffer{}
	return NewHandler(s, slog.New(slog.NewTextHandler(log, nil))), log
}

// A storeFunc is a Store.
type storeFunc func(context.Context, NewNote) (Note, error)

func (f storeFunc) Create(ctx context.Context, n NewNote) (Note, error) { return f(ctx, n) }

// saves is a store that saves at once.
var saves = storeFunc(func(_ context.Context, in NewNote) (Note, error) {
	return Note{ID: "7", Title: in.Title, Content: in.Content}, nil
})

// postHead is the header of a request with a body of n bytes.
func postHead(n int) string {
	return fmt.Sprintf("POST /notes HTTP/1.1\r\nHost: notes\r\nContent-Length: %d\r\n\r\n", n)
}

const milk = `{"title":"milk"}`
