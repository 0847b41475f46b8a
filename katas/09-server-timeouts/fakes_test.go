package servertimeouts_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	servertimeouts "example.com/leakproof/katas/09-server-timeouts"
	"example.com/leakproof/katas/internal/kit"
)

const (
	note   = "buy milk"
	header = "POST /notes HTTP/1.1\r\nHost: notes.test\r\n" // without the empty line that ends it
	get    = "GET /notes HTTP/1.1\r\nHost: notes.test\r\n\r\n"
)

// post is a complete request that sends note.
func post(note string) string {
	return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", header, len(note), note)
}

// serve runs a new server with handler until the test ends.
func serve(t *testing.T, handler http.HandlerFunc) *kit.Listener {
	t.Helper()
	return kit.Serve(t, servertimeouts.NewServer(handler, slog.New(slog.DiscardHandler)))
}

// A client is one raw connection, so that it can be as slow as it likes.
type client struct {
	conn net.Conn
	from *bufio.Reader
}

// patience ends every wait of a client whose server never hangs up.
const patience = 10 * time.Minute

func dial(t *testing.T, l *kit.Listener) *client {
	t.Helper()
	conn, err := l.Dial(t.Context())
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &client{conn, bufio.NewReader(conn)}
}

// An answer is what a client made of it.
type answer struct {
	*http.Response
	body string
}

func (a answer) status() string {
	if a.Response == nil {
		return "no answer"
	}
	return a.Status
}

// ask sends a request, or the rest of one, and reads the answer.
func (c *client) ask(request string) (answer, error) {
	if _, err := io.WriteString(c.conn, request); err != nil {
		return answer{}, fmt.Errorf("send the request: %w", err)
	}
	return c.answer()
}

// answer reads one answer.
func (c *client) answer() (answer, error) {
	res, err := http.ReadResponse(c.from, nil)
	if err != nil {
		return answer{}, fmt.Errorf("read the answer: %w", err)
	}
	body, err := io.ReadAll(res.Body)
	return answer{res, string(body)}, errors.Join(err, res.Body.Close())
}

// open sends the beginning of a request, and then a byte a second if it drips. It
// reads until the server hangs up and returns how long that took, at most the
// client's patience.
func (c *client) open(begin string, drips bool) time.Duration {
	start, sent := time.Now(), make(chan struct{})
	go func() {
		defer close(sent)
		var err error
		if begin != "" {
			_, err = io.WriteString(c.conn, begin)
		}
		time.Sleep(777 * time.Millisecond) // timeouts are round numbers: no byte meets one of them
		for ; drips && err == nil; time.Sleep(time.Second) {
			_, err = io.WriteString(c.conn, "x")
		}
	}()
	_, _ = io.Copy(io.Discard, c.from) // however it ends, it has ended
	open := time.Since(start)
	_ = c.conn.Close()
	<-sent
	return open
}

// readBody reads the body of r.
//
// A handler usually waits in Read, and so does this. But net/http holds a mutex
// there. If the handler has a goroutine of its own, as http.TimeoutHandler gives
// it, the connection's goroutine would wait for that mutex one day, and stop the
// clock of the bubble. There, readBody reads when the body should have come, and
// gives up one that is late.
func readBody(r *http.Request, after time.Duration) ([]byte, error) {
	if !onTheConnection() {
		select {
		case <-time.After(after):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
		if after > bodyLimit {
			return nil, errors.New("the body is late")
		}
	}
	return io.ReadAll(r.Body)
}

// onTheConnection reports whether the caller runs on its connection's goroutine.
func onTheConnection() bool {
	callers := make([]uintptr, 100)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	for {
		frame, more := frames.Next()
		if frame.Function == "net/http.(*conn).serve" {
			return true
		}
		if !more {
			return false
		}
	}
}

// echo answers with the body of the request.
func echo(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }

// writeNotes writes size bytes in pieces of up to 64 KiB, until one fails.
func writeNotes(w io.Writer, size int) {
	for piece := strings.Repeat("n", 64<<10); size > 0; size -= len(piece) {
		piece = piece[:min(size, len(piece))]
		if _, err := io.WriteString(w, piece); err != nil {
			return
		}
	}
}
