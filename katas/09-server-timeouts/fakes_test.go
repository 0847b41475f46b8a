package servertimeouts_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	servertimeouts "example.com/leakproof/katas/09-server-timeouts"
	"example.com/leakproof/katas/internal/kit/network"
)

const (
	header   = "POST /notes HTTP/1.1\r\nHost: notes.test\r\n" // without the empty line that ends it
	post     = header + "Content-Length: 8\r\n\r\nbuy milk"
	slowBody = "Content-Length: 5000\r\n\r\n{"

	second = time.Second + moment // timeouts are round numbers: no byte meets one
	fast   = 1 << 20              // bytes a second
)

// A client is one raw connection, so that it can be as slow as it likes.
type client struct{ net.Conn }

// connect returns a client of a new server, which runs until the test ends.
func connect(t *testing.T, handler http.HandlerFunc) client {
	t.Helper()
	listener := network.Serve(t, servertimeouts.NewServer(handler, slog.New(slog.DiscardHandler)))
	conn, err := listener.Dial(t.Context())
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(forever))
	return client{conn}
}

// open sends begin, and then every second what comes then. It reads so many bytes
// a second until the server hangs up, and returns how long that took.
func (c client) open(begin, then string, bytes int64) time.Duration {
	start, sent := time.Now(), make(chan struct{})
	go func() {
		defer close(sent)
		_, err := io.WriteString(c, begin)
		for then != "" && err == nil {
			time.Sleep(second)
			_, err = io.WriteString(c, then)
		}
	}()
	for {
		if _, err := io.CopyN(io.Discard, c, bytes); err != nil {
			break
		}
		time.Sleep(second)
	}
	open := time.Since(start)
	_ = c.Close()
	<-sent
	return open
}

// send sends a request, in 1 s for its header and 3 s for its body.
func (c client) send() error {
	_, _ = io.WriteString(c, header)
	time.Sleep(time.Second - moment)
	_, _ = io.WriteString(c, "Content-Length: 8\r\n\r\nbuy")
	time.Sleep(normal)
	_, err := io.WriteString(c, " milk") // fails if the others did
	return err
}

// response reads one response. It returns an error if the status is not 201.
func (c client) response() (body []byte, err error) {
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return nil, fmt.Errorf("no response: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusCreated {
		return nil, fmt.Errorf("the response was %s", res.Status)
	}
	return io.ReadAll(res.Body)
}

// readSlowly reads a body a bit more slowly than it comes, so that no read waits:
// during a wait net/http holds a mutex, and who wants that stops virtual time. It
// returns how long it could read, before an error or the end of the context.
func readSlowly(r *http.Request) time.Duration {
	start := time.Now()
	for r.Context().Err() == nil {
		if _, err := r.Body.Read(make([]byte, 1)); err != nil {
			break
		}
		time.Sleep(second + moment)
	}
	return time.Since(start).Round(time.Second)
}

// created responds with a status and no body.
func created(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }

// notes responds with 1 MiB, in pieces.
func notes(w http.ResponseWriter, r *http.Request) {
	created(w, r)
	for range 16 {
		_, _ = io.WriteString(w, strings.Repeat("n", 64<<10))
	}
}
