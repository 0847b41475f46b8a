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
	second  = time.Second + moment   // between two bytes: timeouts are round numbers, so no byte meets one
	forever = 10 * time.Minute       // as long as a client waits for the server to hang up
)

// Restore 1: a header is complete within 10 s.
func TestASlowHeaderIsCut(t *testing.T) {
	if open := (slow{rest: "Cookie: ", then: "x"}).hold(t, created); open > 10*time.Second {
		t.Errorf("a header came at a byte a second, and kept its connection open for %v, want at most 10s (Restore 1)", open)
	}
}

// Restore 1: a handler that reads the body has it within 15 s, or an error.
func TestASlowBodyIsCut(t *testing.T) {
	slow{rest: endless, then: "x"}.hold(t, func(_ http.ResponseWriter, r *http.Request) {
		if took := readSlowly(r); took > 15*time.Second+grace {
			t.Errorf("a body came at a byte a second, and kept its handler reading for %v, want about 15s (Restore 1)", took)
		}
	})
}

// Restore 1: the same if the handler does not read.
func TestASlowBodyThatNobodyReadsIsCut(t *testing.T) {
	if open := (slow{rest: endless, then: "x"}).hold(t, created); open > 15*time.Second+grace {
		t.Errorf("a handler responded at once. The rest of its request kept the connection open for %v, want about 15s (Restore 1)", open)
	}
}

// Restore 1: the time of the body begins with the request, not with the handler.
func TestASlowBodyBehindASlowHeaderIsCut(t *testing.T) {
	open := (slow{pause: 10*time.Second - moment, rest: endless, then: "x"}).hold(t, created)
	if open > 15*time.Second+grace && open < forever { // a body without any limit is for the tests above
		t.Errorf("a header took 10s, and its body never ended: the connection ended %v after the beginning of the request,\n"+
			"want about 15s (Restore 1)", open.Round(time.Second))
	}
}

// Restore 2: a handler whose response is not taken within 30 s is stopped.
func TestASlowReaderIsCut(t *testing.T) {
	if open := (slow{rest: milk, reads: 16 << 10}).hold(t, notes); open > 30*time.Second+grace {
		t.Errorf("a client read 1 MiB at 16 KiB a second, and kept its handler and its connection for %v,\n"+
			"want about 30s from the end of its request (Restore 2)", open.Round(time.Second))
	}
}

// Restore 2: the same once the handler has returned, and its response is on its way.
func TestASlowReaderOfAShortResponseIsCut(t *testing.T) {
	if open := (slow{rest: milk, reads: 1}).hold(t, created); open > 30*time.Second+grace {
		t.Errorf("a handler returned at once. Its client read the short response at a byte a second, and kept the\n"+
			"connection open for %v, want about 30s from the end of its request (Restore 2)", open.Round(time.Second))
	}
}

// Restore 3: a connection without a request is closed within 2 min.
func TestAnIdleConnectionIsClosed(t *testing.T) {
	if open := (slow{rest: milk}).hold(t, created); open > 2*time.Minute {
		t.Errorf("a connection stayed open for %v after its last response, want at most 2m (Restore 3)", open)
	}
}

// Keep 4: a header may take 1 s, and its body 3 s more.
func TestASlowRequestIsServed(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := connect(t, func(_ http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				panic(http.ErrAbortHandler) // hangs up
			}
		})
		if send(client) != nil {
			t.Errorf("a header took 1s and its body 3s, and the server hung up before it was complete (Keep 4)")
		}
	})
}

// Keep 5: then the handler may work for 3 s, and the client take 3 s to read its response.
func TestALateResponseArrives(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := connect(t, func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				panic(http.ErrAbortHandler)
			}
			time.Sleep(normal)
			if r.Context().Err() != nil {
				t.Errorf("a header took 1s and its body 3s. Its handler was at work, and within 3s its context ended (Keep 5)")
			}
			notes(w, r)
		})
		if send(client) != nil {
			return // the test above says so
		}
		time.Sleep(2 * normal)
		if body, err := response(client); err != nil && !t.Failed() {
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
			_, _ = io.WriteString(client, header+milk)
			if _, err := response(client); err != nil {
				t.Fatalf("a connection got a request every 3s. When it was %v old, it no longer served the next one:\n%v (Keep 6)",
					time.Since(start).Round(time.Second), err)
			}
		}
	})
}
