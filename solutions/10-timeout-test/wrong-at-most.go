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
	"testing/synctest"
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

func TestSlowPeers(t *testing.T) {
	for name, c := range map[string]struct {
		store       *store
		begin, rest string
		limit       time.Duration
		status      string
	}{
		"header": {&store{}, header, strings.Repeat("x", 300), 5 * time.Second, ""},
		"body":   {&store{}, header + "Content-Length: 400\r\n\r\n", strings.Repeat(" ", 300), 10 * time.Second, ""},
		"store":  {&store{after: time.Hour}, header + "Content-Length: 16\r\n\r\n" + note, "", 15 * time.Second, "503"},
	} {
		kit.Bubble(t, func(t *testing.T) {
			response, open := slowly(connect(t, timeouttest.NewServer(c.store)), c.begin, c.rest)
			if open > c.limit+time.Second {
				t.Errorf("%s: the connection ended after %v, want %v", name, open, c.limit)
			}
			if c.status != "" && (!strings.HasPrefix(response, "HTTP/1.1 "+c.status) || !strings.Contains(response, `"timeout"`)) {
				t.Errorf("%s: the response is %q", name, response)
			}
		})
	}
}

func TestLateBody(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		conn := connect(t, timeouttest.NewServer(&store{after: time.Hour}))
		if _, open := slowly(conn, header+"Content-Length: 16\r\n\r\n"+note[:8], note[8:]); open > 16*time.Second {
			t.Errorf("a body took 8 s, and the response came after %v", open)
		}
	})
}

func TestReader(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		conn := connect(t, timeouttest.NewServer(&store{}))
		_, _ = io.WriteString(conn, header+"Content-Length: 16\r\n\r\n"+note)
		time.Sleep(31 * time.Second)
		if response, _ := io.ReadAll(conn); len(response) > 0 {
			t.Errorf("after 31 s the server still sends %q", response)
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

// slowly sends begin at once and then a byte of rest each second. It reads until
// the server ends the connection, but for 5 minutes at most. When nobody moves any
// more, it returns what it read and how long the connection was open.
func slowly(conn net.Conn, begin, rest string) (response string, open time.Duration) {
	start, sent := time.Now(), make(chan struct{})
	_ = conn.SetDeadline(start.Add(5 * time.Minute))
	go func() {
		defer close(sent)
		_, err := io.WriteString(conn, begin)
		for i := 0; i < len(rest) && err == nil; i++ {
			time.Sleep(time.Second + time.Millisecond) // no byte meets a limit
			_, err = io.WriteString(conn, rest[i:i+1])
		}
	}()
	read, _ := io.ReadAll(conn)
	open = time.Since(start)
	_ = conn.Close()
	<-sent
	synctest.Wait()
	return string(read), open
}
