package servertimeouts_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	servertimeouts "example.com/leakproof/katas/09-server-timeouts"
	"example.com/leakproof/katas/internal/kit"
)

const (
	header   = "POST /notes HTTP/1.1\r\nHost: notes.test\r\n" // without the empty line that ends it
	post     = header + "Content-Length: 8\r\n\r\nbuy milk"
	slowBody = "Content-Length: 5000\r\n\r\n{"
)

// A client is one raw connection, so that it can be as slow as it likes.
type client struct{ net.Conn }

// patience ends every wait of a client whose server never hangs up.
const patience = 10 * time.Minute

// connect returns a client of a new server, which runs until the test ends.
func connect(t *testing.T, handler http.HandlerFunc) client {
	t.Helper()
	listener := kit.Serve(t, servertimeouts.NewServer(handler, slog.New(slog.DiscardHandler)))
	conn, err := listener.Dial(t.Context())
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return client{conn}
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

// sendSlowly sends post, in 1 s for its header and 3 s for its body.
func (c client) sendSlowly() error {
	_, _ = io.WriteString(c, header)
	time.Sleep(headerTime)
	_, _ = io.WriteString(c, "Content-Length: 8\r\n\r\nbuy")
	time.Sleep(normalTime)
	_, err := io.WriteString(c, " milk") // fails if the others did
	return err
}

// open sends begin, and then every second what comes then. It reads
// until the server hangs up and returns how long that took, at most the client's
// patience.
func (c client) open(begin, then string) time.Duration {
	start, sent := time.Now(), make(chan struct{})
	go func() {
		defer close(sent)
		var err error
		for next := begin; next != "" && err == nil; next = then {
			_, err = io.WriteString(c, next)
			time.Sleep(time.Second + moment) // timeouts are round numbers: no byte meets one
		}
	}()
	_, _ = io.Copy(io.Discard, c) // however it ends, it has ended
	open := time.Since(start)
	_ = c.Close()
	<-sent
	return open
}

// readSlowBody is a handler that reads a body which never ends.
//
// net/http holds a mutex while it waits for a body. If the handler has a goroutine
// of its own, as http.TimeoutHandler gives it, the connection's goroutine may wait
// for that mutex, and stop the clock of the bubble: there it waits without reading.
func readSlowBody(_ http.ResponseWriter, r *http.Request) {
	if bytes.Contains(debug.Stack(), []byte("net/http.(*conn).serve(")) {
		_, _ = io.Copy(io.Discard, r.Body)
		return
	}
	select {
	case <-time.After(bodyLimit):
	case <-r.Context().Done():
	}
}

// echo answers with the body of the request.
func echo(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusCreated)
	_, _ = io.Copy(w, r.Body)
}

// notes responds with 1 MiB, in pieces.
func notes(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusCreated)
	for range 16 {
		_, _ = io.WriteString(w, strings.Repeat("n", 64<<10))
	}
}
