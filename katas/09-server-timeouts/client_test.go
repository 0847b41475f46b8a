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

	"example.com/leakproof/katas/internal/kit"

	servertimeouts "example.com/leakproof/katas/09-server-timeouts"
)

// serve runs a new server with handler until the test ends.
func serve(t *testing.T, handler http.HandlerFunc) *kit.Listener {
	t.Helper()
	return kit.Serve(t, servertimeouts.NewServer(handler, slog.New(slog.DiscardHandler)))
}

// get is a complete request: a header and the empty line that ends it.
const (
	header = "GET /notes HTTP/1.1\r\nHost: notes.test\r\n"
	get    = header + "\r\n"
)

// post is a complete request that sends note.
func post(note string) string {
	return fmt.Sprintf("POST /notes HTTP/1.1\r\nHost: notes.test\r\nContent-Length: %d\r\n\r\n%s", len(note), note)
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
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Errorf("close the client's connection: %v", err)
		}
	})
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatalf("set the client's deadline: %v", err)
	}
	return &client{conn, bufio.NewReader(conn)}
}

// send fails the test if the server does not take text.
func (c *client) send(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		t.Fatalf("the server hung up on a client that was about to send %q: %v", text, err)
	}
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

// ask sends one request and reads its answer.
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
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return answer{}, fmt.Errorf("read the answer, of which %d bytes came: %w", len(body), err)
	}
	return answer{res, string(body)}, nil
}

// drip is the time that a slow client takes for one byte.
const drip = time.Second

// openWhileSilent reads until the server hangs up and returns how long that
// took, at most the client's patience. Then it closes sent, if there is one.
func (c *client) openWhileSilent(sent chan<- struct{}) time.Duration {
	start := time.Now()
	_, _ = io.Copy(io.Discard, c.from) // however it ends, it has ended
	if sent != nil {
		close(sent)
	}
	return time.Since(start)
}

// openWhileDripping is openWhileSilent for a client that sends a byte every
// drip. It announces each byte on sent, if somebody waits there.
func (c *client) openWhileDripping(sent chan<- struct{}) (open time.Duration) {
	cut := make(chan struct{})
	go func() {
		defer close(cut)
		open = c.openWhileSilent(nil)
	}()
	// Timeouts are round numbers. Off the beat, no byte meets one of them.
	time.Sleep(drip * 7 / 9)
	for dripping := true; dripping; {
		select {
		case sent <- struct{}{}:
		default:
		}
		if _, err := io.WriteString(c.conn, "x"); err != nil {
			break
		}
		select {
		case <-cut:
			dripping = false
		case <-time.After(drip):
		}
	}
	if sent != nil {
		close(sent)
	}
	<-cut
	return open
}

// paces are how a client may go on after the beginning of a request. They
// announce each byte on sent, if somebody waits there, and close it at the end.
var paces = map[string]func(c *client, sent chan<- struct{}) (open time.Duration){
	"one byte a second": (*client).openWhileDripping,
	"stalled":           (*client).openWhileSilent,
}

// slowBodies are requests of which 4999 bytes of body are still to come.
var slowBodies = map[string]string{
	"POST with a length": "POST /notes HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 5000\r\n\r\n{",
	"GET with a length":  "GET /notes HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 5000\r\n\r\n{",
	"PUT in chunks":      "PUT /notes/7 HTTP/1.1\r\nHost: notes.test\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n{",
	"DELETE in chunks":   "DELETE /notes/7 HTTP/1.1\r\nHost: notes.test\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n{",
}

// readToTheEnd reads the body of r until an error or the end of its context.
//
// A handler usually waits in Read, and so does this. But net/http holds a mutex
// there. If the handler has a goroutine of its own, as http.TimeoutHandler gives
// it, the connection's goroutine would wait for that mutex one day, and stop the
// clock of the bubble. There, readToTheEnd reads when a byte was announced, and
// gives up when the body should have been complete.
func readToTheEnd(r *http.Request, sent <-chan struct{}) error {
	if onTheConnection() {
		_, err := io.Copy(io.Discard, r.Body)
		return err
	}
	late := time.After(bodyLimit + moment)
	for {
		if _, err := r.Body.Read(make([]byte, 1)); err != nil {
			return err
		}
		select {
		case <-sent:
		case <-late:
			return errors.New("the body is late")
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
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

const note = "buy milk"

// requests are complete requests, with a body and without.
var requests = map[string]string{"GET": get, "POST": post(note)}

// echo answers with the body of the request.
func echo(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(w, r.Body); err != nil {
		http.Error(w, fmt.Sprintf("the handler's read failed: %v", err), http.StatusBadRequest)
	}
}

// writeNotes writes size bytes in pieces of up to 64 KiB, until one fails.
func writeNotes(w io.Writer, size int) {
	for piece := strings.Repeat("n", 64<<10); size > 0; size -= len(piece) {
		piece = piece[:min(size, len(piece))]
		if _, err := io.WriteString(w, piece); err != nil {
			return
		}
	}
}
