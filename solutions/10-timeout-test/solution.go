//go:build ignore

package timeouttest_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	timeouttest "example.com/leakproof/katas/10-timeout-test"
	"example.com/leakproof/katas/internal/kit"
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

const (
	note     = `{"title":"milk"}`
	complete = header + "Content-Length: 16\r\n\r\n" + note
	second   = time.Second
)

// TestLimits has slow peers, each with the moment when the server must have had
// enough of it: no earlier, and not much later.
func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		store       *store
		begin, rest string
		ends        time.Duration
		status      string // of the response, "" for any or none
	}{
		"a header trickles":            {&store{}, header, strings.Repeat("x", 300), 5 * second, ""},
		"a header says nothing":        {&store{}, header, "", 5 * second, ""},
		"a body trickles":              {&store{}, header + "Content-Length: 400\r\n\r\n{", strings.Repeat(" ", 300), 10 * second, ""},
		"a body stops":                 {&store{}, header + "Content-Length: 400\r\n\r\n{", "", 10 * second, ""},
		"the store hangs":              {&store{after: time.Hour}, complete, "", 15 * second, "503"},
		"the store hangs, a late body": {&store{after: time.Hour}, complete[:len(complete)-8], note[8:], 15 * second, "503"},
		"the store is slow":            {&store{after: 14 * second}, complete, "", 14 * second, "201"},
		"the body and the store are":   {&store{after: 5 * second}, complete[:len(complete)-8], note[8:], 13 * second, "201"},
		"a client that is in a hurry":  {&store{}, complete, "", 0, "201"},
	} {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				response, open := slowly(connect(t, timeouttest.NewServer(c.store)), c.begin, c.rest)
				if open < c.ends || open > c.ends+second {
					t.Errorf("the connection ended after %v, want %v", open, c.ends)
				}
				if !strings.HasPrefix(response, "HTTP/1.1 "+c.status) && c.status != "" {
					t.Errorf("the response is %q, want a %s", response, c.status)
				}
				if c.status == "503" && !strings.Contains(strings.ReplaceAll(response, " ", ""), `"code":"timeout"`) {
					t.Errorf("the 503 lacks its envelope: %q", response)
				}
				if c.status == "503" && !c.store.gaveUp.Load() {
					t.Error("the 503 has been sent, and the store goes on")
				}
			})
		})
	}
}

// TestAResponseThatNobodyTakes: what is left of it after 30 s is nothing.
func TestAResponseThatNobodyTakes(t *testing.T) {
	for after, whole := range map[time.Duration]bool{29 * second: true, 31 * second: false} {
		kit.Bubble(t, func(t *testing.T) {
			conn := connect(t, timeouttest.NewServer(&store{}))
			_, _ = io.WriteString(conn, complete)
			time.Sleep(after)
			if response, _ := io.ReadAll(conn); strings.Contains(string(response), "milk") != whole {
				t.Errorf("a client reads after %v, and gets %q", after, response)
			}
		})
	}
}

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
