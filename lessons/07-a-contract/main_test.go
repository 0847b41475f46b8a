package contract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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

	"example.com/leakproof/lessons/internal/pipenet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is one whose limits are far away.
func server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute}
}

// A rawConn is a client that decides itself when each byte is sent.
type rawConn struct {
	net.Conn
	from  *bufio.Reader
	start time.Time // of the connection
}

func dialRaw(t *testing.T, ln *pipenet.Listener) *rawConn {
	t.Helper()
	conn, err := ln.Dial(t.Context(), "", "")
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
