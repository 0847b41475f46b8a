//go:build ignore

package timeouttest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	timeouttest "example.com/leakproof/katas/10-timeout-test"
)

// A slowStore needs some time for a note, and stops when it is told to.
type slowStore struct {
	needs   time.Duration
	stopped chan time.Time // has room for when it was
}

func (s slowStore) Save(ctx context.Context, _ timeouttest.Note) error {
	select {
	case <-time.After(s.needs):
		return nil
	case <-ctx.Done():
		s.stopped <- time.Now()
		return ctx.Err()
	}
}

// A listener has one connection to accept.
type listener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { close(l.done); return nil }
func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }

// talk runs f with the client's end of a connection, and ends the server.
func talk(t *testing.T, s slowStore, f func(t *testing.T, conn net.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		l := &listener{make(chan net.Conn, 1), make(chan struct{})}
		l.conns <- there
		server, ended := timeouttest.NewServer(s), make(chan error)
		go func() { ended <- server.Serve(l) }()
		_ = here.SetDeadline(time.Now().Add(time.Hour))
		f(t, here)
		_ = here.Close()
		_ = server.Close()
		<-ended
		time.Sleep(time.Second) // for those who are on their way out
	})
}

// drip writes a byte every 900 ms until that fails.
func drip(conn net.Conn) {
	for {
		if _, err := conn.Write([]byte(" ")); err != nil {
			return
		}
		time.Sleep(900 * time.Millisecond)
	}
}

// hungUp wants the other side to close the connection between two moments.
func hungUp(t *testing.T, conn net.Conn, after, before time.Duration) {
	t.Helper()
	start := time.Now()
	_, err := io.Copy(io.Discard, conn)
	if took := time.Since(start); err != nil || took < after || took > before {
		t.Errorf("the connection ended after %v (%v), want %v to %v", took, err, after, before)
	}
}

const line = "POST /notes HTTP/1.1\r\nHost: notes\r\n"

func TestTricklingHeader(t *testing.T) {
	talk(t, slowStore{}, func(t *testing.T, conn net.Conn) {
		_, _ = io.WriteString(conn, line+"A:")
		go drip(conn)
		hungUp(t, conn, 4900*time.Millisecond, 6*time.Second)
	})
}

func TestTricklingBody(t *testing.T) {
	talk(t, slowStore{}, func(t *testing.T, conn net.Conn) {
		_, _ = io.WriteString(conn, line+"Transfer-Encoding: chunked\r\n\r\nffff\r\n{")
		go drip(conn)
		hungUp(t, conn, 9900*time.Millisecond, 11*time.Second)
	})
}

func TestClientThatDoesNotRead(t *testing.T) {
	talk(t, slowStore{}, func(t *testing.T, conn net.Conn) {
		_, _ = io.WriteString(conn, line+"Content-Length: 2\r\n\r\n{}")
		time.Sleep(31 * time.Second)
		if n, err := conn.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
			t.Errorf("the server still sends after 31s: %d bytes, %v", n, err)
		}
	})
}

// ask sends a request whose body takes 6 s, and returns when the response came.
func ask(t *testing.T, conn net.Conn) (*http.Response, time.Duration) {
	t.Helper()
	start := time.Now()
	_, _ = io.WriteString(conn, line+"Content-Length: 2\r\n\r\n{")
	time.Sleep(6 * time.Second)
	_, _ = io.WriteString(conn, "}")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return res, time.Since(start)
}

func TestHangingStore(t *testing.T) {
	s := slowStore{time.Hour, make(chan time.Time, 1)}
	talk(t, s, func(t *testing.T, conn net.Conn) {
		began := time.Now()
		res, took := ask(t, conn)
		var body struct{ Error struct{ Code string } }
		if err := json.NewDecoder(res.Body).Decode(&body); err != nil || res.StatusCode != 503 || body.Error.Code != "timeout" {
			t.Errorf("%s with %+v (%v)", res.Status, body, err)
		}
		if took.Round(time.Second) != 15*time.Second {
			t.Errorf("the 503 came after %v", took)
		}
		synctest.Wait()
		select {
		case at := <-s.stopped:
			if at := at.Sub(began); at < 14*time.Second {
				t.Errorf("the store was stopped after %v", at)
			}
		default:
			t.Error("the store works on")
		}
	})
}

func TestSlowStore(t *testing.T) {
	talk(t, slowStore{8 * time.Second, make(chan time.Time, 1)}, func(t *testing.T, conn net.Conn) {
		if res, _ := ask(t, conn); res.StatusCode != 201 {
			t.Errorf("a body needs 6s, the store 8s: %s", res.Status)
		}
	})
}
