package defaults

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/lessons/internal/pipenet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client reaches ln under every name and keeps no connection.
func client(ln *pipenet.Listener) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: ln.Dial, DisableKeepAlives: true}}
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

// untilClosed reads to the end of the connection and returns when that was.
func (c *rawConn) untilClosed(t *testing.T) (at time.Duration) {
	t.Helper()
	if _, err := io.Copy(io.Discard, c.from); err != nil {
		t.Error(err)
	}
	return time.Since(c.start)
}

// postHead is the header of a request with a body of n bytes.
func postHead(n int) string {
	return fmt.Sprintf("POST /notes HTTP/1.1\r\nHost: n\r\nContent-Length: %d\r\n\r\n", n)
}

const (
	milk  = `{"title":"milk"}`
	shape = `{"error":{"code":"timeout"}}`
)
