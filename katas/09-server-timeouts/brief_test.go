package servertimeouts_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	grace   = 2 * time.Second        // the end of a connection may take that, on top of Restore
	moment  = time.Millisecond       // a timeout as long as Keep asks for is long enough
	normal  = 3*time.Second - moment // what each step of a normal request takes
	forever = 10 * time.Minute       // as long as a client waits for the server to hang up
)

// Restore 1: a header is complete within 10 s.
func TestASlowHeaderIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if open := connect(t, created).open(header, "x", fast); open > 10*time.Second {
			t.Errorf("a header came at a byte a second, and kept its connection open for %v, want at most 10s (Restore 1)", open)
		}
	})
}

// Restore 1: a handler that reads the body has it within 15 s, or an error.
func TestASlowBodyIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		connect(t, func(_ http.ResponseWriter, r *http.Request) {
			if took := readSlowly(r); took > 15*time.Second+grace {
				t.Errorf("a body came at a byte a second, and kept its handler reading for %v, want about 15s (Restore 1)", took)
			}
		}).open(header+slowBody, "x", fast)
	})
}

// Restore 1: the same if the handler does not read.
func TestASlowBodyThatNobodyReadsIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if open := connect(t, created).open(header+slowBody, "x", fast); open > 15*time.Second+grace {
			t.Errorf("a handler responded at once. The rest of its request kept the connection open for %v, want about 15s (Restore 1)", open)
		}
	})
}

// Restore 1: the time of the body begins with the request, not with the handler.
func TestASlowBodyBehindASlowHeaderIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := connect(t, created)
		_, _ = io.WriteString(client, header)
		time.Sleep(10*time.Second - moment)
		open := 10*time.Second + client.open(slowBody, "x", fast)
		if open > 15*time.Second+grace && open < forever { // a body without any limit is for the tests above
			t.Errorf("a header took 10s, and its body never ended: the connection ended %v after the beginning of the request,\n"+
				"want about 15s (Restore 1)", open.Round(time.Second))
		}
	})
}

// Restore 2: a handler whose response is not taken within 30 s is stopped.
func TestASlowReaderIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if open := connect(t, notes).open(post, "", 16<<10); open > 30*time.Second+grace {
			t.Errorf("a client read 1 MiB at 16 KiB a second, and kept its handler and its connection for %v,\n"+
				"want about 30s from the end of its request (Restore 2)", open.Round(time.Second))
		}
	})
}

// Restore 2: the same once the handler has returned, and its response is on its way.
func TestASlowReaderOfAShortResponseIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if open := connect(t, created).open(post, "", 1); open > 30*time.Second+grace {
			t.Errorf("a handler returned at once. Its client read the short response at a byte a second, and kept the\n"+
				"connection open for %v, want about 30s from the end of its request (Restore 2)", open.Round(time.Second))
		}
	})
}

// Restore 3: a connection without a request is closed within 2 min.
func TestAnIdleConnectionIsClosed(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if open := connect(t, created).open(post, "", fast); open > 2*time.Minute {
			t.Errorf("a connection stayed open for %v after its last response, want at most 2m (Restore 3)", open)
		}
	})
}

// Keep 4 and 5: a header may take 1 s, its body 3 s more, and then its handler
// may work for 3 s.
func TestASlowRequestIsServed(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := connect(t, func(_ http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				panic(http.ErrAbortHandler) // hangs up
			}
			select {
			case <-time.After(normal):
			case <-r.Context().Done():
				t.Errorf("a header took 1s and its body 3s. Its handler was at work, and within 3s its context ended (Keep 5)")
			}
		})
		if client.send() != nil {
			t.Errorf("a header took 1s and its body 3s, and the server hung up before it was complete (Keep 4)")
		}
		_, _ = client.response() // whether it arrives is for the next test
	})
}

// Keep 5: after 3 s of work, the client may take 3 s to read the response.
func TestALateResponseArrives(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := connect(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			time.Sleep(normal)
			notes(w, r)
		})
		if client.send() != nil {
			return // the test above says so
		}
		time.Sleep(2 * normal)
		if body, err := client.response(); err != nil {
			t.Errorf("a body took 3s, then its handler worked for 3s, then the client took 3s to read the response:\n"+
				"it got %d bytes of 1 MiB: %v (Keep 5)", len(body), err)
		}
	})
}

// Keep 6: a connection that was quiet for 3 s serves the next request.
func TestABusyConnectionLives(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := connect(t, created)
		for start := time.Now(); time.Since(start) < 5*time.Minute; time.Sleep(normal) {
			_, err := io.WriteString(client, post)
			if err == nil {
				_, err = client.response()
			}
			if err != nil {
				t.Fatalf("a connection got a request every 3s. When it was %v old, it no longer served the next one:\n%v (Keep 6)",
					time.Since(start).Round(time.Second), err)
			}
		}
	})
}
