//go:build ignore

package timeouttest_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	timeouttest "example.com/leakproof/katas/10-timeout-test"
	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
)

// A store is done with a note after a while. If its context ends before, it gives
// up.
type store struct {
	after  time.Duration
	gaveUp atomic.Bool
}

func (s *store) Save(ctx context.Context, _ timeouttest.Note) error {
	select {
	case <-time.After(s.after):
		return nil
	case <-ctx.Done():
		s.gaveUp.Store(true)
		return ctx.Err()
	}
}

const note = `{"title":"milk"}`

// TestSlowPeers: whatever a client sends slowly, it comes to nothing.
func TestSlowPeers(t *testing.T) {
	for name, c := range map[string]struct {
		begin string
		limit time.Duration
	}{
		"header": {header, 5 * time.Second},
		"body":   {header + "Content-Length: 400\r\n\r\n{", 10 * time.Second},
	} {
		kit.Bubble(t, func(t *testing.T) {
			conn := connect(t, timeouttest.NewServer(&store{}))
			_ = conn.SetDeadline(time.Now().Add(c.limit + time.Second))
			_, err := io.WriteString(conn, c.begin)
			for sent := 0; err == nil && sent < 60; sent++ {
				time.Sleep(time.Second)
				_, err = io.WriteString(conn, " ")
			}
			if err == nil {
				t.Errorf("%s: the connection is still open", name)
			}
		})
	}
}

// TestStore: the client is patient for a second more than the server.
func TestStore(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		conn := connect(t, timeouttest.NewServer(&store{after: time.Hour}))
		_ = conn.SetDeadline(time.Now().Add(16 * time.Second))
		_, _ = io.WriteString(conn, header+"Content-Length: 16\r\n\r\n"+note)
		if response, err := io.ReadAll(conn); err == nil && !strings.Contains(string(response), "503") {
			t.Errorf("the store hangs, and the response is %q", response)
		}
	})
}

// header begins a request. The connection ends with its response. A
// Content-Length, an empty line and the body come next.
const header = "POST /notes HTTP/1.1\r\nHost: notes.test\r\nConnection: close\r\n"

// connect runs the server until the test ends and returns a connection to it.
func connect(t *testing.T, server *http.Server) net.Conn {
	t.Helper()
	conn, err := network.Serve(t, server).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
