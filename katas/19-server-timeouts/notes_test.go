package servertimeouts_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The limits of the contract, and what the end of a connection may take on top:
// net/http may linger for half a second on one that it answered early.
const (
	headerLimit = 10 * time.Second
	bodyLimit   = 15 * time.Second
	answerLimit = 30 * time.Second
	idleLimit   = 2 * time.Minute
	teardown    = time.Second
)

// What the contract grants. Whoever uses the time up is a moment late, so that
// a timeout of the same length does not decide by the toss of a coin.
const (
	headerTime = time.Second
	normalTime = 3 * time.Second
	moment     = time.Millisecond
)

// Contract: a header that is not complete within 10 s ends its connection.
func TestASlowHeaderIsCut(t *testing.T) {
	for name, c := range sorted(map[string]struct {
		served int    // requests on the same connection, in all the time they may take
		begin  string // of the header
		pace   string // of the rest
	}{
		"a connection that sends nothing":        {pace: "stalled"},
		"a header of one byte a second":          {pace: "one byte a second"},
		"a header that stops half way":           {begin: "GET /notes HTTP/1.1\r\nHost: no", pace: "stalled"},
		"a header line that never ends":          {begin: header + "X-Note: ", pace: "one byte a second"},
		"a second header of one byte a second":   {served: 5, begin: "GET ", pace: "one byte a second"},
		"a second header that stops at its end":  {served: 5, begin: header, pace: "stalled"},
		"a second header, of which a line grows": {served: 5, begin: header + "X-Note: ", pace: "one byte a second"},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				client := dial(t, serve(t, echo))
				for range c.served {
					if _, err := client.ask(get); err != nil {
						t.Fatalf("a request before the slow one: %v", err)
					}
					time.Sleep(normalTime)
				}
				if c.begin != "" {
					client.send(t, c.begin)
				}
				if open := paces[c.pace](client, nil); open > headerLimit {
					t.Errorf("%s kept its connection open for %v; the contract is %v", name, open, headerLimit)
				}
			})
		})
	}
}

// Contract: a body that is not complete within 15 s ends its connection.
func TestASlowBodyIsCut(t *testing.T) {
	for name, begin := range sorted(slowBodies) {
		for pace, openUntilCut := range sorted(paces) {
			name := name + ", " + pace
			t.Run(name, func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					sent := make(chan struct{})
					client := dial(t, serve(t, func(_ http.ResponseWriter, r *http.Request) {
						if err := readToTheEnd(r, sent); err == nil {
							t.Errorf("the handler read a body to its end (%s) that has none", name)
						}
					}))
					client.send(t, begin)
					// A handler with a goroutine of its own notices with the next byte.
					if open := openUntilCut(client, sent); open > bodyLimit+drip+teardown {
						t.Errorf("a handler that reads a body that never ends (%s) had its connection open for %v; the contract is %v", name, open, bodyLimit)
					}
				})
			})
		}
	}
}

// readToTheEnd reads the body of r until an error or the end of its context.
//
// A handler usually waits in Read, and so does this. But net/http holds a mutex
// there. If the handler has a goroutine of its own, as http.TimeoutHandler gives
// it, the connection's goroutine would wait for that mutex one day, and stop the
// clock of the bubble. There, readToTheEnd reads when a byte was announced.
func readToTheEnd(r *http.Request, sent <-chan struct{}) error {
	if onTheConnection() {
		_, err := io.Copy(io.Discard, r.Body)
		return err
	}
	for {
		if _, err := r.Body.Read(make([]byte, 1)); err != nil {
			return err
		}
		select {
		case <-sent:
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

// Contract: that holds as well if the handler answers without reading the body.
func TestASlowBodyThatNobodyReadsIsCut(t *testing.T) {
	for name, begin := range sorted(slowBodies) {
		for pace, openUntilCut := range sorted(paces) {
			name := name + ", " + pace
			t.Run(name, func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					client := dial(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
						http.Error(w, "no such note", http.StatusNotFound)
					}))
					client.send(t, begin)
					if open := openUntilCut(client, nil); open > bodyLimit+teardown {
						t.Errorf("the handler answered at once, and the rest of the body (%s) kept the connection open for %v; the contract is %v",
							name, open, bodyLimit)
					}
				})
			})
		}
	}
}

// slowBodies are requests of which 4999 bytes of body are still to come.
var slowBodies = map[string]string{
	"POST with a length": "POST /notes HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 5000\r\n\r\n{",
	"PUT in chunks":      "PUT /notes/7 HTTP/1.1\r\nHost: notes.test\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n{",
}

// paces are how a client may go on after the beginning of a request. They
// announce each byte on sent, if somebody waits there, and close it at the end.
var paces = map[string]func(c *client, sent chan<- struct{}) (open time.Duration){
	"one byte a second": (*client).openWhileDripping,
	"stalled":           (*client).openWhileSilent,
}

// Contract: an answer that the client has not taken within 30 s is given up:
// its handler comes back and its connection ends.
func TestAStalledReaderIsCut(t *testing.T) {
	for name, c := range sorted(map[string]struct {
		request string
		size    int // of the answer
		read    int // what the client reads of it
	}{
		"a long answer, of which the client reads the beginning": {get, 1 << 20, 1 << 10},
		"a long answer, of which the client reads nothing":       {post(note), 1 << 20, 0},
		"a short answer that the client does not read":           {get, 100, 0},
		"an empty answer that the client does not read":          {post(note), 0, 0},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				var inside kit.Gauge
				client := dial(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
					defer inside.Enter()()
					if _, err := io.Copy(io.Discard, r.Body); err != nil {
						t.Errorf("the handler's read of a complete body failed: %v", err)
					}
					writeNotes(w, c.size)
				}))
				client.send(t, c.request)
				if _, err := io.ReadFull(client.conn, make([]byte, c.read)); err != nil {
					t.Fatalf("the beginning of an answer: %v", err)
				}
				time.Sleep(answerLimit + moment)
				if n := inside.Live(); n > 0 {
					t.Fatalf("%s: its handler was still writing after %v; the contract is that it has come back", name, answerLimit)
				}
				time.Sleep(teardown)
				if _, err := client.conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
					t.Errorf("%s: the connection was still open after %v; the contract is that it is closed", name, answerLimit)
				}
			})
		})
	}
}

// Contract: the same for a client that reads one byte a second.
func TestASlowReaderIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		var inside kit.Gauge
		client := dial(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
			defer inside.Enter()()
			writeNotes(w, 1<<20)
		}))
		client.send(t, get)
		start := time.Now()
		for range int(patience / drip) {
			if _, err := client.conn.Read(make([]byte, 1)); err != nil {
				break
			}
			time.Sleep(drip)
		}
		synctest.Wait()
		// The client looks once a second, so it may find out that much later.
		if open := time.Since(start); open > answerLimit+drip || inside.Live() > 0 {
			t.Errorf("a client that reads one byte a second kept its connection open for %v, with %d handlers still writing then; the contract is %v and none",
				open, inside.Live(), answerLimit)
		}
	})
}

// Contract: a connection without a request is closed within 2 min.
func TestAnIdleConnectionIsClosed(t *testing.T) {
	for name, request := range sorted(requests) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				client := dial(t, serve(t, echo))
				if _, err := client.ask(request); err != nil {
					t.Fatalf("the only %s of a connection: %v", name, err)
				}
				if open := client.openWhileSilent(nil); open > idleLimit {
					t.Errorf("a connection stayed open for %v after its last answer; the contract is %v", open, idleLimit)
				}
			})
		})
	}
}

// Contract: a connection that was idle for 3 s serves the next request, however
// old it is.
func TestABusyConnectionLives(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := dial(t, serve(t, echo))
		start := time.Now()
		for time.Since(start) < 5*time.Minute {
			res, err := client.ask(post(note))
			if err != nil || res.StatusCode != http.StatusOK || res.Close {
				t.Fatalf("a request after %v without one, on a connection %v old: %v (%v); the contract is an answer and the connection kept open",
					normalTime, time.Since(start).Round(time.Second), res.status(), err)
			}
			time.Sleep(normalTime + moment)
		}
	})
}

// Contract: a handler that works for 3 s answers in full, and its context does
// not end before.
func TestAHandlerMayWork(t *testing.T) {
	for name, request := range sorted(requests) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				const size = 100_000
				start := time.Now()
				client := dial(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
					if _, err := io.Copy(io.Discard, r.Body); err != nil {
						t.Errorf("the handler's read of a complete body failed: %v", err)
					}
					select {
					case <-time.After(normalTime + moment):
					case <-r.Context().Done():
						t.Errorf("the context of a %s ended after %v, with its handler at work; the contract is %v", name, time.Since(start), normalTime)
					}
					w.Header().Set("Location", "/notes/7")
					w.WriteHeader(http.StatusCreated)
					writeNotes(w, size)
				}))
				res, err := client.ask(request)
				if err != nil || res.StatusCode != http.StatusCreated || res.Header.Get("Location") != "/notes/7" || len(res.body) != size {
					t.Errorf("a %s that took its handler %v: %v with %d bytes (%v); the contract is the handler's answer, 201 with %d",
						name, normalTime, res.status(), len(res.body), err, size)
				}
			})
		})
	}
}

// Contract: a header may take 1 s to arrive.
func TestAHeaderMayTakeItsTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := dial(t, serve(t, echo))
		client.send(t, "POST /no")
		time.Sleep(headerTime + moment)
		res, err := client.ask(strings.TrimPrefix(post(note), "POST /no"))
		if err != nil || res.StatusCode != http.StatusOK || res.body != note {
			t.Errorf("a header that took %v: %v with %q (%v); the contract is the handler's answer, 200 with %q", headerTime, res.status(), res.body, err, note)
		}
	})
}

// Contract: a body may take 3 s to arrive.
func TestABodyMayTakeItsTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		begin, end := note[:3], note[3:]
		sent := make(chan struct{})
		client := dial(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
			body := make([]byte, len(note))
			if _, err := io.ReadFull(r.Body, body[:len(begin)]); err != nil {
				t.Errorf("the handler's read of the first bytes failed: %v", err)
			}
			if !onTheConnection() { // see readToTheEnd
				select {
				case <-sent:
				case <-r.Context().Done():
					return
				}
			}
			if _, err := io.ReadFull(r.Body, body[len(begin):]); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			_, _ = w.Write(body) // the client notices if it does not arrive
		}))
		client.send(t, strings.TrimSuffix(post(note), end))
		time.Sleep(normalTime + moment)
		close(sent)
		res, err := client.ask(end)
		if err != nil || res.StatusCode != http.StatusOK || res.body != note {
			t.Errorf("a body that took %v: %v with %q (%v); the contract is the handler's answer, 200 with %q", normalTime, res.status(), res.body, err, note)
		}
	})
}

// Contract: a client may take 3 s to read the answer.
func TestAReaderMayTakeItsTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		const size = 1 << 20
		client := dial(t, serve(t, func(w http.ResponseWriter, _ *http.Request) { writeNotes(w, size) }))
		client.send(t, get)
		if _, err := client.from.Peek(100); err != nil {
			t.Fatalf("the beginning of an answer: %v", err)
		}
		time.Sleep(normalTime + moment)
		if res, err := client.answer(); err != nil || len(res.body) != size {
			t.Errorf("a client that took %v to read its answer: %v with %d bytes (%v); the contract is all %d", normalTime, res.status(), len(res.body), err, size)
		}
	})
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
