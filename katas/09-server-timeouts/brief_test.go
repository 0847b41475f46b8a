package servertimeouts_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What Restore allows, and what the end of a connection may take on top.
const (
	headerLimit = 10 * time.Second
	bodyLimit   = 15 * time.Second
	answerLimit = 30 * time.Second
	idleLimit   = 2 * time.Minute
	grace       = 2 * time.Second
)

// What Keep grants. Whoever uses the time up is a moment late, so that a timeout
// of the same length does not decide by the toss of a coin.
const (
	headerTime = time.Second + moment
	normalTime = 3*time.Second + moment
	moment     = time.Millisecond
)

// Restore 1: a header is complete within 10 s.
func TestASlowHeaderIsCut(t *testing.T) {
	for name, c := range kit.Sorted(map[string]struct {
		first string // a complete request on the same connection, before the slow one
		begin string // of the slow one
		drips bool
	}{
		"a connection that sends nothing":          {},
		"a header of one byte a second":            {begin: header + "X-Note: ", drips: true},
		"a second header that lacks its last line": {first: get, begin: header},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				client := dial(t, serve(t, echo))
				if c.first != "" {
					if _, err := client.ask(c.first); err != nil {
						t.Fatalf("the request before the slow one: %v (Keep 6)", err)
					}
				}
				if open := client.open(c.begin, c.drips); open > headerLimit {
					t.Errorf("%s kept its connection open for %v, want at most %v (Restore 1)", name, open, headerLimit)
				}
			})
		})
	}
}

// slowBodies are the beginnings of requests whose body never ends.
var slowBodies = map[string]string{
	"a POST with a length": "POST /notes HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 5000\r\n\r\n{",
	"a GET in chunks":      "GET /notes HTTP/1.1\r\nHost: notes.test\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n{",
}

// Restore 1: a body is complete within 15 s, whatever the method.
func TestASlowBodyIsCut(t *testing.T) {
	for name, begin := range kit.Sorted(slowBodies) {
		for _, drips := range []bool{false, true} {
			name := fmt.Sprintf("%s, one byte a second: %t", name, drips)
			t.Run(name, func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					client := dial(t, serve(t, func(_ http.ResponseWriter, r *http.Request) {
						if _, err := readBody(r, bodyLimit+moment); err == nil {
							t.Errorf("the handler read a body to its end (%s) that has none", name)
						}
					}))
					if open := client.open(begin, drips); open > bodyLimit+grace {
						t.Errorf("a body that never ends (%s) kept its handler and its connection for %v,\nwant about %v (Restore 1)", name, open, bodyLimit)
					}
				})
			})
		}
	}
}

// Restore 1: the same if the handler answers without reading the body.
func TestASlowBodyThatNobodyReadsIsCut(t *testing.T) {
	for name, begin := range kit.Sorted(slowBodies) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				client := dial(t, serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such note", http.StatusNotFound) }))
				if open := client.open(begin, true); open > bodyLimit+grace {
					t.Errorf("the handler answered at once, and the rest of the body (%s) kept the connection open for %v,\nwant about %v (Restore 1)", name, open, bodyLimit)
				}
			})
		})
	}
}

// Restore 1: the time of the body begins with the request, not with the handler.
func TestASlowBodyBehindASlowHeaderIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := dial(t, serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such note", http.StatusNotFound) }))
		start := time.Now()
		_, _ = io.WriteString(client.conn, header)
		time.Sleep(headerLimit - moment)
		_ = client.open("Content-Length: 5000\r\n\r\n{", false)
		if open := time.Since(start); open > bodyLimit+grace {
			t.Errorf("a header that took %v and a body that never ends kept a connection open for %v,\nwant about %v from the beginning of the request (Restore 1)",
				headerLimit, open, bodyLimit)
		}
	})
}

// Restore 2: an answer that is not taken within 30 s is given up.
func TestASlowReaderIsCut(t *testing.T) {
	for name, c := range kit.Sorted(map[string]struct {
		size  int // of the answer
		takes int // what the client reads after each pause
		pause time.Duration
	}{
		"a client that does not read 1 MiB":            {1 << 20, 1, answerLimit + grace - moment},
		"a client that does not read 100 bytes":        {100, 1, answerLimit + grace - moment},
		"a client that reads 1 MiB at 16 KiB a second": {1 << 20, 16 << 10, time.Second},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				var inside kit.Gauge
				client := dial(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
					defer inside.Enter()()
					writeNotes(w, c.size)
				}))
				start := time.Now()
				_, err := io.WriteString(client.conn, get)
				for err == nil && time.Since(start) < patience {
					time.Sleep(c.pause)
					_, err = io.ReadFull(client.conn, make([]byte, c.takes))
				}
				synctest.Wait()
				if open := time.Since(start); open > answerLimit+grace || inside.Live() > 0 {
					t.Errorf("%s kept its connection open for %v, with %d handlers still writing then;\nwant about %v and none (Restore 2)", name, open, inside.Live(), answerLimit)
				}
			})
		})
	}
}

// Restore 3: a connection without a request is closed within 2 min.
func TestAnIdleConnectionIsClosed(t *testing.T) {
	for _, request := range []string{get, post(note)} {
		kit.Bubble(t, func(t *testing.T) {
			client := dial(t, serve(t, echo))
			if _, err := client.ask(request); err != nil {
				t.Fatalf("the only request of a connection: %v (Keep 5)", err)
			}
			if open := client.open("", false); open > idleLimit {
				t.Errorf("a connection stayed open for %v after its last answer, want at most %v (Restore 3)", open, idleLimit)
			}
		})
	}
}

// Keep 4: a header may take 1 s to arrive, and then its body 3 s.
func TestASlowRequestIsServed(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := dial(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := readBody(r, normalTime+moment)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
			}
			_, _ = w.Write(body) // the client notices if it does not arrive
		}))
		start := time.Now()
		request := post(note)
		_, headerErr := io.WriteString(client.conn, request[:8])
		time.Sleep(headerTime)
		_, bodyErr := io.WriteString(client.conn, request[8:len(request)-5])
		time.Sleep(normalTime)
		if headerErr != nil || bodyErr != nil {
			t.Fatalf("the server hung up %v after a request began, which takes 1s for its header and then 3s for its body (Keep 4)", time.Since(start))
		}
		res, err := client.ask(request[len(request)-5:])
		if err != nil || res.StatusCode != http.StatusOK || res.body != note {
			t.Errorf("a request took 1s for its header and then 3s for its body: %v with %q (%v);\nwant 200 with %q (Keep 4)", res.status(), res.body, err, note)
		}
	})
}

// Keep 4 and 5: a handler may work for 3 s when its body is there, and the client
// may then take 3 s to read the answer.
func TestAHandlerMayWork(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		const size = 1 << 20
		client := dial(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, err := readBody(r, normalTime+moment)
			start := time.Now()
			select {
			case <-time.After(normalTime):
			case <-r.Context().Done():
				t.Errorf("a handler was at work on a complete request (%v), and its context ended after %v, want at least 3s (Keep 5)", err, time.Since(start))
			}
			w.WriteHeader(http.StatusCreated)
			writeNotes(w, size)
		}))
		request := post(note)
		_, _ = io.WriteString(client.conn, request[:len(request)-5])
		time.Sleep(normalTime)
		_, _ = io.WriteString(client.conn, request[len(request)-5:])
		_, err := client.from.Peek(1)
		time.Sleep(normalTime)
		res, err2 := client.answer()
		if err != nil || err2 != nil || res.StatusCode != http.StatusCreated || len(res.body) != size {
			t.Errorf("a body took 3s, then its handler worked for 3s, then the client took 3s to read the answer: %v with %d bytes (%v);\nwant all %d (Keep 4 and 5)",
				res.status(), len(res.body), err2, size)
		}
	})
}

// Keep 6: a connection that was quiet for 3 s serves the next request.
func TestABusyConnectionLives(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := dial(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(normalTime)
			echo(w, r)
		}))
		start := time.Now()
		for i := 0; time.Since(start) < 5*time.Minute; i++ {
			res, err := client.ask([]string{get, post(note)}[i%2])
			if err != nil || res.StatusCode != http.StatusOK || res.Close {
				t.Fatalf("request %d, after 3s without one, on a connection %v old: %v (%v);\nwant an answer and the connection kept open (Keep 6)",
					i+1, time.Since(start).Round(time.Second), res.status(), err)
			}
			time.Sleep(normalTime)
		}
	})
}
