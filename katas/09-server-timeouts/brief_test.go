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

// What Restore allows, and what the end of a connection may take on top.
const (
	headerLimit   = 10 * time.Second
	bodyLimit     = 15 * time.Second
	responseLimit = 30 * time.Second
	idleLimit     = 2 * time.Minute
	grace         = 2 * time.Second
)

// What Keep grants, less a moment: a timeout of the same length is long enough.
const (
	moment     = time.Millisecond
	headerTime = time.Second - moment
	normalTime = 3*time.Second - moment
)

// Restore 1: a header is complete within 10 s.
func TestASlowHeaderIsCut(t *testing.T) {
	for name, sends := range kit.Sorted(map[string]struct{ begin, then string }{
		"a client that sends nothing":                     {"", ""},
		"a client that sends a header at a byte a second": {header, "x"},
		"a client that sends its second header as slowly": {post + header, "x"},
	}) {
		kit.Bubble(t, func(t *testing.T) {
			if open := connect(t, echo).open(sends.begin, sends.then); open > headerLimit {
				t.Errorf("%s kept its connection open for %v, want at most %v (Restore 1)", name, open, headerLimit)
			}
		})
	}
}

// Restore 1: a body is complete within 15 s.
func TestASlowBodyIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if open := connect(t, readSlowBody).open(header+slowBody, "x"); open > bodyLimit+grace {
			t.Errorf("the body of a POST, at a byte a second, kept its handler and its connection for %v,\nwant about %v (Restore 1)", open, bodyLimit)
		}
	})
}

// Restore 1: the same for another method, and if the handler does not read.
func TestASlowBodyThatNobodyReadsIsCut(t *testing.T) {
	const begin = "GET /notes HTTP/1.1\r\nHost: notes.test\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n{"
	kit.Bubble(t, func(t *testing.T) {
		if open := connect(t, http.NotFound).open(begin, "x"); open > bodyLimit+grace {
			t.Errorf("the handler responded to a GET at once. The rest of its body kept the connection open for %v,\nwant about %v (Restore 1)", open, bodyLimit)
		}
	})
}

// Restore 1: the time of the body begins with the request, not with the handler.
func TestASlowBodyBehindASlowHeaderIsCut(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := connect(t, http.NotFound)
		_, _ = io.WriteString(client, header)
		time.Sleep(headerLimit - moment)
		open := headerLimit + client.open(slowBody, "x")
		if open > bodyLimit+grace && open < patience { // a body without any limit is for the tests above
			t.Errorf("a header took %v, and its body never ended: the connection ended %v after the beginning of the request,\nwant about %v (Restore 1)",
				headerLimit, open.Round(time.Second), bodyLimit)
		}
	})
}

// Restore 2: a response that is not taken within 30 s is given up.
func TestASlowReaderIsCut(t *testing.T) {
	for name, c := range kit.Sorted(map[string]struct {
		handler http.HandlerFunc
		aSecond int
	}{
		"a client that reads a short response at a byte a second": {echo, 1},
		"a client that reads 1 MiB at 16 KiB a second":            {notes, 16 << 10},
	}) {
		kit.Bubble(t, func(t *testing.T) {
			client := connect(t, c.handler)
			start := time.Now()
			_, err := io.WriteString(client, post)
			for err == nil && time.Since(start) < patience {
				time.Sleep(time.Second)
				_, err = io.ReadFull(client, make([]byte, c.aSecond))
			}
			if open := time.Since(start); open > responseLimit+grace {
				t.Errorf("%s kept its connection open for %v,\nwant about %v from the end of its request (Restore 2)", name, open, responseLimit)
			}
		})
	}
}

// Restore 3: a connection without a request is closed within 2 min.
func TestAnIdleConnectionIsClosed(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if open := connect(t, echo).open(post, ""); open > idleLimit {
			t.Errorf("a connection stayed open for %v after its last response, want at most %v (Restore 3)", open, idleLimit)
		}
	})
}

// Keep 4 and 5: a header may take 1 s, its body 3 s more, and then its handler
// may work for 3 s.
func TestASlowRequestIsServed(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := connect(t, func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				panic(http.ErrAbortHandler) // hangs up
			}
			select {
			case <-time.After(normalTime):
			case <-r.Context().Done():
				t.Errorf("a header took 1s and its body 3s. Its handler was at work, and within 3s its context ended (Keep 5)")
			}
		})
		if client.sendSlowly() != nil {
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
			time.Sleep(normalTime)
			notes(w, r)
		})
		if client.sendSlowly() != nil {
			return // the test above says so
		}
		time.Sleep(2 * normalTime)
		if body, err := client.response(); err != nil {
			t.Errorf("a body took 3s, then its handler worked for 3s, then the client took 3s to read the response:\n"+
				"it got %d bytes of 1 MiB: %v (Keep 5)", len(body), err)
		}
	})
}

// Keep 6: a connection that was quiet for 3 s serves the next request.
func TestABusyConnectionLives(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := connect(t, echo)
		for age := time.Duration(0); age < 5*time.Minute; age += 3 * time.Second {
			_, err := io.WriteString(client, post)
			if err == nil {
				_, err = client.response()
			}
			if err != nil {
				t.Fatalf("a connection got a request every 3s. When it was %v old, it no longer served the next one:\n%v (Keep 6)", age, err)
			}
			time.Sleep(normalTime)
		}
	})
}
