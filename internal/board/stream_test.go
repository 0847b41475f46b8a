package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pipes are connections in memory, for what takes virtual time.
type pipes struct {
	calls  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.calls <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// quietEngine stands for a database in a bubble.
type quietEngine struct{ engine }

func (quietEngine) listen(ctx context.Context, _ func(change), _ func(error)) { <-ctx.Done() }
func (quietEngine) writers() int                                              { return 1 }
func (quietEngine) fault(err error) error                                     { return err }

// bubbleBoard runs a board without a database in virtual time.
func bubbleBoard(t *testing.T) (l *live, p *pipes, stop func() error) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	a := access{"secret"}
	l = &live{store: &store{engine: quietEngine{}, queue: make(chan *request)}, access: a, log: log, info: info{name: "Room", secret: hashOf("secret")},
		doubts: make(chan change, 64), people: map[int64]*person{}, tokens: map[hash]*person{}, names: map[string]int{}}
	l.hub = newHub(l.view)
	l.hub.touch()
	p = &pipes{make(chan net.Conn), make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serveRoom(ctx, l, newServer(l, "http://board", nil, log), p) }()
	return l, p, func() error {
		cancel()
		return <-done
	}
}

// slowly writes a byte a second until somebody hangs up.
func slowly(c net.Conn, text string) (sent int) {
	for i := range len(text) {
		if _, err := c.Write([]byte{text[i]}); err != nil {
			return i
		}
		time.Sleep(time.Second)
	}
	return len(text)
}

func TestSlowRequests(t *testing.T) {
	for name, c := range map[string]struct {
		at, rest string
		within   time.Duration
	}{
		"headers": {"", "POST /api/join HTTP/1.1\r\nHost: board\r\nX: " + strings.Repeat("x", 1_000), 6 * time.Second},
		"body":    {"POST /api/join HTTP/1.1\r\nHost: board\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n", strings.Repeat(" ", 1_000), 12 * time.Second},
		"nothing": {"GET /api/view HTTP/1.1\r\nHost: board\r\n\r\n", "", 62 * time.Second}, // and never another request
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, p, stop := bubbleBoard(t)
				conn, err := p.dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				ended := make(chan string, 1)
				go func() {
					answer, _ := io.ReadAll(conn)
					ended <- string(answer)
				}()
				_, _ = io.WriteString(conn, c.at)
				slowly(conn, c.rest)
				answer := <-ended
				if took := time.Since(began); took > c.within {
					t.Errorf("the board held on for %v", took)
				}
				if name == "body" && !strings.Contains(answer, "408 Request Timeout") {
					t.Errorf("%s", answer)
				}
				_ = conn.Close()
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, stop := bubbleBoard(t)
		transport := &http.Transport{DialContext: p.dial}
		client := &http.Client{Transport: transport}
		open := func() *http.Response {
			r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://board/api/stream", nil)
			token("secret")(r)
			response, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			return response
		}
		// A page that reads for an hour sees the first view, a heartbeat every 15 s,
		// and each change.
		response := open()
		var views, beats atomic.Int64
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			b := make([]byte, 64<<10)
			for {
				n, err := response.Body.Read(b)
				views.Add(int64(strings.Count(string(b[:n]), "event: view\ndata: {")))
				beats.Add(int64(strings.Count(string(b[:n]), ":\n\n")))
				if err != nil {
					return
				}
			}
		}()
		time.Sleep(time.Hour)
		if views.Load() != 1 || beats.Load() < 239 {
			t.Errorf("%d views and %d heartbeats in a quiet hour", views.Load(), beats.Load())
		}
		// A busy second has four.
		for range 1_000 {
			l.hub.touch()
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		if n := views.Load() - 1; n < 4 || n > 5 {
			t.Errorf("%d views in a busy second", n)
		}
		// A page that reads nothing is let go, and delays nobody.
		stuck, err := p.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(stuck, "GET /api/stream HTTP/1.1\r\nHost: board\r\nAuthorization: Bearer secret\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(writeTime + time.Second)
		before := views.Load()
		l.hub.touch()
		time.Sleep(time.Second)
		if views.Load() != before+1 {
			t.Error("a page that reads nothing delays the others")
		}
		if _, err := stuck.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("a page that reads nothing is still connected: %v", err)
		}
		// There is an end to streams.
		var open199 []*http.Response
		for range maxStreams - 1 {
			open199 = append(open199, open())
		}
		if refused := open(); refused.StatusCode != 429 {
			t.Errorf("stream %d: %d", maxStreams+1, refused.StatusCode)
		} else {
			_ = refused.Body.Close()
		}
		for _, r := range open199 {
			_ = r.Body.Close()
		}
		// The board's end is theirs.
		if err := stop(); err != nil {
			t.Error(err)
		}
		<-ended
		transport.CloseIdleConnections()
	})
}

func TestAStreamEndsWithItsSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, stop := bubbleBoard(t)
		transport := &http.Transport{DialContext: p.dial}
		r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://board/api/stream", nil)
		token("secret")(r)
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		l.mu.Lock()
		l.info.secret, l.info.name = hashOf("another"), "Not for the old one"
		l.mu.Unlock()
		l.hub.touch()
		hangUp := time.AfterFunc(time.Minute, func() { _ = response.Body.Close() })
		defer hangUp.Stop()
		seen, err := io.ReadAll(response.Body)
		if err != nil || strings.Contains(string(seen), "Not for the old one") {
			t.Errorf("the stream goes on: %v %s", err, seen)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		transport.CloseIdleConnections()
	})
}
