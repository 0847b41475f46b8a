//go:build ignore

package timeouttest_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	timeouttest "example.com/leakproof/katas/10-timeout-test"
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

func TestServerHasTimeouts(t *testing.T) {
	server := timeouttest.NewServer(&store{})
	if server.ReadHeaderTimeout == 0 || server.ReadTimeout == 0 || server.WriteTimeout == 0 {
		t.Error("a timeout is missing")
	}
}

// The helpers are for slow clients in a kit.Bubble, which you import from
// example.com/leakproof/katas/internal/kit. Change them as you like.

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
