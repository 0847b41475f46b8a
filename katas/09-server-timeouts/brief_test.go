package servertimeouts_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What Restore allows, and what the end of a connection may take on top: net/http
// may linger for half a second on one that it answered early.
const (
	headerLimit = 10 * time.Second
	bodyLimit   = 15 * time.Second
	answerLimit = 30 * time.Second
	idleLimit   = 2 * time.Minute
	teardown    = time.Second
)

// What Keep grants. Whoever uses the time up is a moment late, so that a timeout
// of the same length does not decide by the toss of a coin.
const (
	headerTime = time.Second
	normalTime = 3 * time.Second
	moment     = time.Millisecond
)

// Restore 1: a header is complete within 10 s.
func TestASlowHeaderIsCut(t *testing.T) {
	for name, c := range kit.Sorted(map[string]struct {
		served int    // requests on the same connection, in all the time they may take
		begin  string // of the header
		pace   string // of the rest
	}{
		"a connection that sends nothing":       {pace: "stalled"},
		"a header that stops half way":          {begin: "GET /notes HTTP/1.1\r\nHost: no", pace: "stalled"},
		"a header line that never ends":         {begin: header + "X-Note: ", pace: "one byte a second"},
		"a second header of one byte a second":  {served: 5, begin: "GET ", pace: "one byte a second"},
		"a second header that stops at its end": {served: 5, begin: header, pace: "stalled"},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				client := dial(t, serve(t, echo))
				for range c.served {
					if _, err := client.ask(get); err != nil {
						t.Fatalf("a request before the slow one: %v (Keep 6)", err)
					}
					time.Sleep(normalTime)
				}
				if c.begin != "" {
					client.send(t, c.begin)
				}
				if open := paces[c.pace](client, nil); open > headerLimit {
					t.Errorf("%s kept its connection open for %v, want at most %v (Restore 1)", name, open, headerLimit)
				}
			})
		})
	}
}

// Restore 1: a body is complete within 15 s, whatever the method.
func TestASlowBodyIsCut(t *testing.T) {
	for name, begin := range kit.Sorted(slowBodies) {
		for pace, openUntilCut := range kit.Sorted(paces) {
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
						t.Errorf("a handler that reads a body that never ends (%s) had its connection open for %v,\nwant about %v (Restore 1)", name, open, bodyLimit)
					}
				})
			})
		}
	}
}

// Restore 1: the same if the handler answers without reading the body.
func TestASlowBodyThatNobodyReadsIsCut(t *testing.T) {
	for name, begin := range kit.Sorted(slowBodies) {
		for pace, openUntilCut := range kit.Sorted(paces) {
			name := name + ", " + pace
			t.Run(name, func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					client := dial(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
						http.Error(w, "no such note", http.StatusNotFound)
					}))
					client.send(t, begin)
					if open := openUntilCut(client, nil); open > bodyLimit+teardown {
						t.Errorf("the handler answered at once, and the rest of the body (%s) kept the connection open for %v,\nwant about %v (Restore 1)",
							name, open, bodyLimit)
					}
				})
			})
		}
	}
}

// Restore 2: an answer that is not taken within 30 s is given up.
func TestAStalledReaderIsCut(t *testing.T) {
	for name, c := range kit.Sorted(map[string]struct {
		request string
		size    int // of the answer
		read    int // what the client reads of it
	}{
		"a long answer, of which the client reads the beginning": {get, 1 << 20, 1 << 10},
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
					t.Fatalf("%s: its handler was still writing after %v,\nwant it given up (Restore 2)", name, answerLimit)
				}
				time.Sleep(teardown)
				if _, err := client.conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
					t.Errorf("%s: the connection was still open after %v,\nwant it closed (Restore 2)", name, answerLimit)
				}
			})
		})
	}
}

// Restore 2: the same for a client that never stops reading, but slowly.
func TestASlowReaderIsCut(t *testing.T) {
	for _, c := range []struct {
		size  int // what the client reads at once
		pause time.Duration
	}{{1, time.Second}, {32 << 10, 2 * time.Second}} {
		t.Run(fmt.Sprintf("%d bytes each %v", c.size, c.pause), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				var inside kit.Gauge
				client := dial(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
					defer inside.Enter()()
					writeNotes(w, 1<<20)
				}))
				client.send(t, get)
				start := time.Now()
				for time.Since(start) < patience {
					if _, err := io.ReadFull(client.conn, make([]byte, c.size)); err != nil {
						break
					}
					time.Sleep(c.pause)
				}
				synctest.Wait()
				// The client looks now and then, so it may find out that much later.
				if open := time.Since(start); open > answerLimit+c.pause || inside.Live() > 0 {
					t.Errorf("a client that reads %d bytes each %v of 1 MiB kept its connection open for %v, with %d handlers still writing then;\n"+
						"want about %v and none (Restore 2)", c.size, c.pause, open, inside.Live(), answerLimit)
				}
			})
		})
	}
}

// Restore 3: a connection without a request is closed within 2 min.
func TestAnIdleConnectionIsClosed(t *testing.T) {
	for name, request := range kit.Sorted(requests) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				client := dial(t, serve(t, echo))
				if _, err := client.ask(request); err != nil {
					t.Fatalf("the only %s of a connection: %v (Keep 5)", name, err)
				}
				if open := client.openWhileSilent(nil); open > idleLimit {
					t.Errorf("a connection stayed open for %v after its last answer, want at most %v (Restore 3)", open, idleLimit)
				}
			})
		})
	}
}

// Keep 4: a header may take 1 s to arrive.
func TestAHeaderMayTakeItsTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := dial(t, serve(t, echo))
		client.send(t, "POST /no")
		time.Sleep(headerTime + moment)
		res, err := client.ask(strings.TrimPrefix(post(note), "POST /no"))
		if err != nil || res.StatusCode != http.StatusOK || res.body != note {
			t.Errorf("a header that took %v: %v with %q (%v);\nwant the handler's answer, 200 with %q (Keep 4)", headerTime, res.status(), res.body, err, note)
		}
	})
}

// Keep 4: a body may take 3 s to arrive.
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
			t.Errorf("a body that took %v: %v with %q (%v);\nwant the handler's answer, 200 with %q (Keep 4)", normalTime, res.status(), res.body, err, note)
		}
	})
}

// Keep 4: a client may take 3 s to read the answer.
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
			t.Errorf("a client that took %v to read its answer: %v with %d bytes (%v); want all %d (Keep 4)", normalTime, res.status(), len(res.body), err, size)
		}
	})
}

// Keep 5: a handler may work for 3 s.
func TestAHandlerMayWork(t *testing.T) {
	for name, request := range kit.Sorted(requests) {
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
						t.Errorf("the context of a %s ended after %v, with its handler at work, want at least %v (Keep 5)", name, time.Since(start), normalTime)
					}
					w.Header().Set("Location", "/notes/7")
					w.WriteHeader(http.StatusCreated)
					writeNotes(w, size)
				}))
				res, err := client.ask(request)
				if err != nil || res.StatusCode != http.StatusCreated || res.Header.Get("Location") != "/notes/7" || len(res.body) != size {
					t.Errorf("a %s that took its handler %v: %v with %d bytes (%v);\nwant the handler's answer, 201 with %d (Keep 5)",
						name, normalTime, res.status(), len(res.body), err, size)
				}
			})
		})
	}
}

// Keep 6: a connection that was quiet for 3 s serves the next request.
func TestABusyConnectionLives(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := dial(t, serve(t, echo))
		start := time.Now()
		for time.Since(start) < 5*time.Minute {
			res, err := client.ask(post(note))
			if err != nil || res.StatusCode != http.StatusOK || res.Close {
				t.Fatalf("a request after %v without one, on a connection %v old: %v (%v);\nwant an answer and the connection kept open (Keep 6)",
					normalTime, time.Since(start).Round(time.Second), res.status(), err)
			}
			time.Sleep(normalTime + moment)
		}
	})
}
