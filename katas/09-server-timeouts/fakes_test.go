package servertimeouts_test

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	servertimeouts "example.com/leakproof/katas/09-server-timeouts"
	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
)

const (
	header  = "POST /notes HTTP/1.1\r\nHost: notes.test\r\n" // without the empty line that ends it
	milk    = "Content-Length: 8\r\n\r\nbuy milk"            // the rest of a request
	endless = "Content-Length: 5000\r\n\r\n{"                // the same, with more to come
)

// connect returns a raw connection to a new server, which runs until the test ends.
func connect(t *testing.T, handler http.HandlerFunc) net.Conn {
	listener := network.Serve(t, servertimeouts.NewServer(handler, slog.New(slog.DiscardHandler)))
	conn, err := listener.Dial(t.Context())
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(forever))
	return conn
}

// A slow client holds its connection for as long as the server lets it.
type slow struct {
	pause time.Duration // behind the header
	rest  string        // of the request
	then  string        // what it sends every second after that
	reads int64         // bytes a second; 0: as many as there are
}

// hold returns how long a new server with this handler lets it.
func (s slow) hold(t *testing.T, handler http.HandlerFunc) (open time.Duration) {
	t.Helper()
	kit.Bubble(t, func(t *testing.T) {
		client, start := connect(t, handler), time.Now()
		var reading sync.WaitGroup
		reading.Go(func() {
			for {
				if _, err := io.CopyN(io.Discard, client, cmp.Or(s.reads, 1<<20)); err != nil {
					open = time.Since(start)
					return
				}
				time.Sleep(second)
			}
		})
		_, _ = io.WriteString(client, header)
		time.Sleep(s.pause)
		_, err := io.WriteString(client, s.rest)
		for s.then != "" && err == nil {
			time.Sleep(second)
			_, err = io.WriteString(client, s.then)
		}
		reading.Wait()
	})
	return open
}

// send sends a request, in 1 s for its header and 3 s for its body.
func send(client net.Conn) error {
	_, _ = io.WriteString(client, header)
	time.Sleep(time.Second - moment)
	_, _ = io.WriteString(client, "Content-Length: 8\r\n\r\nbuy")
	time.Sleep(normal)
	_, err := io.WriteString(client, " milk") // fails if the others did
	return err
}

// response reads one response. It returns an error if the status is not 201.
func response(client net.Conn) (body []byte, err error) {
	res, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		return nil, fmt.Errorf("no response: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusCreated {
		return nil, fmt.Errorf("the response was %s", res.Status)
	}
	return io.ReadAll(res.Body)
}

// readSlowly returns how long a body can be read. It reads a bit more slowly than the
// body comes: in a read that waits net/http holds a mutex, which stops virtual time.
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
