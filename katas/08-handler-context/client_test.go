package handlercontext_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// note is a body, and kept what the store makes of it.
const (
	note = `{"title":"Lease","content":"sign by Friday"}`
	kept = `{"id":"n-118","title":"Lease","content":"sign by Friday"}`
)

const (
	get        = "GET /notes?tag=home HTTP/1.1\r\nHost: notes.test\r\n\r\n"
	postHeader = "POST /notes HTTP/1.1\r\nHost: notes.test\r\nContent-Type: application/json\r\n"
)

// withLength begins a request with a body of n bytes.
func withLength(n int) string { return fmt.Sprintf("%sContent-Length: %d\r\n\r\n", postHeader, n) }

// chunk is s as a part of a body of unknown length; the empty one ends it.
func chunk(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }

const inChunks = postHeader + "Transfer-Encoding: chunked\r\n\r\n"

// posts are the ways in which a client sends the same note. The pieces of a
// request are a second apart.
var posts = map[string][]string{
	"with a length":                      {withLength(len(note)) + note},
	"with a body that comes later":       {withLength(len(note)), note},
	"with a body in two halves":          {withLength(len(note)) + note[:20], note[20:]},
	"in one chunk":                       {inChunks + chunk(note) + chunk("")},
	"in chunks":                          {inChunks, chunk(note[:9]), chunk(note[9:]) + chunk("")},
	"in chunks, the end by itself":       {inChunks + chunk(note), chunk("")},
	"with a line break that comes later": {withLength(len(note)+1) + note, "\n"},
}

// noteOf is a note of n bytes.
func noteOf(n int) string {
	const frame = len(`{"title":"Lease","content":""}`)
	return `{"title":"Lease","content":"` + strings.Repeat("n", n-frame) + `"}`
}

// A client is one raw connection, so that it leaves when it wants.
type client struct {
	conn net.Conn
	from *bufio.Reader
	sent chan struct{} // closed when the last request has been sent, or was refused
}

func dial(t *testing.T, x *site) *client {
	t.Helper()
	conn, err := x.Dial(t.Context())
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	c := &client{conn: conn, from: bufio.NewReader(conn)}
	t.Cleanup(func() { c.leave(t) })
	return c
}

// send begins to send the pieces and does not wait: the connection has no
// buffer, and a handler need not read all that is sent.
func (c *client) send(pieces ...string) *client {
	c.sent = make(chan struct{})
	go func() {
		defer close(c.sent)
		for i, piece := range pieces {
			if i > 0 {
				time.Sleep(time.Second)
			}
			if _, err := io.WriteString(c.conn, piece); err != nil {
				return // the client has left
			}
		}
	}()
	return c
}

// leave closes the connection.
func (c *client) leave(t *testing.T) {
	t.Helper()
	if err := c.conn.Close(); err != nil {
		t.Errorf("close the client's connection: %v", err)
	}
	if c.sent != nil {
		<-c.sent
	}
}

// An answer is what a client got, and when.
type answer struct {
	status int    // 0: none
	form   string // Content-Type
	body   string
	at     time.Duration
}

// answer waits for the answer to what was sent.
func (c *client) answer(t *testing.T, x *site) answer {
	t.Helper()
	res, err := http.ReadResponse(c.from, nil)
	if err != nil {
		t.Fatalf("a client that waits got no answer until %v: %v", x.now(), err)
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		t.Fatalf("a client that waits got a broken answer at %v: %v", x.now(), err)
	}
	return answer{res.StatusCode, res.Header.Get("Content-Type"), strings.TrimSpace(string(body)), x.now()}
}

// wantAnswer fails t unless a has the status and, if body is not "", is the same
// JSON, at the given moment.
func wantAnswer(t *testing.T, clause, what string, a answer, status int, body string, at time.Duration) {
	t.Helper()
	if a.status != status || a.at != at {
		t.Fatalf("%s: answered with %d at %v; want %d at %v (%s)", what, a.status, a.at, status, at, clause)
	}
	if body == "" {
		return
	}
	if !strings.HasPrefix(a.form, "application/json") {
		t.Fatalf("%s: answered with the Content-Type %q; want application/json (%s)", what, a.form, clause)
	}
	var got, want any
	_ = json.Unmarshal([]byte(body), &want) // if it is no JSON, nothing equals it
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s: the answer is %.200s; want %s (%s)", what, a.body, body, clause)
	}
}
