//go:build ignore

package timeouttest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	timeouttest "example.com/leakproof/katas/10-timeout-test"
	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
)

type store struct {
	needs  time.Duration
	closed chan error // what ended the call
}

func (s store) Save(ctx context.Context, _ timeouttest.Note) (err error) {
	defer func() { s.closed <- err }()
	select {
	case <-time.After(s.needs):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// start runs the server behind httptest.Server.
func start(t *testing.T, s store) (*network.Listener, *httptest.Server) {
	t.Helper()
	l := network.Listen()
	server := &httptest.Server{Listener: l, Config: timeouttest.NewServer(s)}
	server.Start()
	t.Cleanup(func() {
		server.Close()
		time.Sleep(time.Second)
	})
	return l, server
}

// A slowBody is a note that takes some seconds to arrive.
type slowBody struct {
	seconds int
	rest    io.Reader
}

func (b *slowBody) Read(p []byte) (int, error) {
	if b.seconds == 0 {
		return b.rest.Read(p)
	}
	b.seconds--
	time.Sleep(990 * time.Millisecond)
	return copy(p, " "), nil
}

// post returns the status and the error code of the response, "none" if there is
// none, and when it came.
func post(t *testing.T, s store, seconds int) (status int, code string, took time.Duration) {
	t.Helper()
	l, _ := start(t, s)
	client := l.Client()
	defer client.CloseIdleConnections()
	began := time.Now()
	res, err := client.Post("http://notes.test/notes", "application/json", io.NopCloser(&slowBody{seconds, strings.NewReader("{}")}))
	took = time.Since(began)
	if err != nil {
		return 0, "none", took
	}
	var body struct{ Error struct{ Code string } }
	_ = json.NewDecoder(res.Body).Decode(&body)
	_ = res.Body.Close()
	return res.StatusCode, body.Error.Code, took
}

func about(t *testing.T, what string, took, want time.Duration) {
	t.Helper()
	if took < want-time.Second || took > want+time.Second {
		t.Errorf("%s after %v, want %v", what, took, want)
	}
}

func TestStore(t *testing.T) {
	for _, body := range []int{0, 4, 9} {
		kit.Bubble(t, func(t *testing.T) {
			s := store{time.Hour, make(chan error, 1)}
			status, code, took := post(t, s, body)
			if status != http.StatusServiceUnavailable || code != "timeout" {
				t.Errorf("the store hung: status %d, code %q", status, code)
			}
			about(t, "the store hung, and the response came", took, 15*time.Second)
			select {
			case <-s.closed:
			case <-time.After(time.Second):
				t.Error("the response has come, and the store is still at work")
			}
		})
		kit.Bubble(t, func(t *testing.T) {
			if status, _, took := post(t, store{5 * time.Second, make(chan error, 1)}, body); status != http.StatusCreated {
				t.Errorf("a body took %d s, the store 5 s: status %d after %v", body, status, took)
			}
		})
	}
}

func TestBody(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		_, _, took := post(t, store{0, make(chan error, 1)}, 100)
		about(t, "a body took 100 s, and the request ended", took, 10*time.Second)
	})
}

func TestHeader(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		l, _ := start(t, store{})
		conn, err := l.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		go func() {
			for err == nil {
				time.Sleep(300 * time.Millisecond)
				_, err = io.WriteString(conn, "X")
			}
		}()
		_, _ = io.Copy(io.Discard, conn)
		about(t, "a header trickled, and the connection ended", time.Since(began), 5*time.Second)
		_ = conn.Close()
		time.Sleep(time.Second) // for the one who writes
	})
}

func TestReader(t *testing.T) {
	for _, read := range []time.Duration{28 * time.Second, 32 * time.Second} {
		kit.Bubble(t, func(t *testing.T) {
			l, _ := start(t, store{0, make(chan error, 1)})
			conn, err := l.Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_, _ = io.WriteString(conn, "POST /notes HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}")
			time.Sleep(read)
			if got, _ := io.ReadAll(conn); (len(got) > 0) != (read < 30*time.Second) {
				t.Errorf("a client began to read after %v, and got %q", read, got)
			}
		})
	}
}
