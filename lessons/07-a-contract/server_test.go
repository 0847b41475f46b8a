package contract

import (
	"bytes"
	"errors"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

// What each timeout stops: its peer, the moment, and what the peer reads.
func TestEachTimeoutEndsOneWait(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sends   []string // with a second in between
		deaf    bool     // the client reads nothing
		handler http.HandlerFunc
		want    time.Duration
	}{
		{"ReadHeaderTimeout, silent connection", nil, false, nil, 5 * time.Second},
		{"ReadHeaderTimeout, half a header", []string{"POST /notes HT", "TP/1.1\r\nHo"}, false, nil, 5 * time.Second},
		{"ReadTimeout, half a body", []string{postHead(16)[:9], postHead(16)[9:] + `{"tit`}, false,
			func(_ http.ResponseWriter, r *http.Request) {
				_, err := io.ReadAll(r.Body)
				if !errors.Is(err, os.ErrDeadlineExceeded) || r.Context().Err() == nil {
					t.Errorf("read: %v; context: %v", err, r.Context().Err())
				}
			}, 10 * time.Second},
		{"WriteTimeout, an answer that nobody reads", []string{"GET / HTTP", "/1.1\r\nHost: n\r\n\r\n"}, true,
			func(w http.ResponseWriter, r *http.Request) {
				_, err := w.Write(make([]byte, 1<<20))
				if !errors.Is(err, os.ErrDeadlineExceeded) || r.Context().Err() == nil {
					t.Errorf("write: %v; context: %v", err, r.Context().Err())
				}
			}, 11 * time.Second},
		{"IdleTimeout, no second request", []string{"GET / HTTP", "/1.1\r\nHost: n\r\n\r\n"}, false,
			func(http.ResponseWriter, *http.Request) { time.Sleep(3 * time.Second) }, 64 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, closed := time.Now(), time.Duration(0)
				srv := NewServer(tt.handler)
				srv.ConnState = func(_ net.Conn, s http.ConnState) {
					if s == http.StateClosed {
						closed = time.Since(start)
					}
				}
				c := dialRaw(t, pipenet.Serve(t, srv))
				for i, part := range tt.sends {
					if i > 0 {
						time.Sleep(time.Second)
					}
					c.send(t, part)
				}
				if tt.deaf {
					time.Sleep(time.Hour)
				} else {
					c.untilClosed(t)
				}
				synctest.Wait()
				if closed != tt.want {
					t.Errorf("closed after %v, not after %v", closed, tt.want)
				}
			})
		})
	}
}

// On a connection in use, the header's clock starts with its first bytes.
func TestTheHeaderClockStartsWithTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := dialRaw(t, pipenet.Serve(t, NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))))
		c.send(t, "GET / HTTP/1.1\r\nHost: n\r\n\r\n")
		if status, _, _, err := c.answer(t); status != 200 || err != nil {
			t.Fatal(status, err)
		}
		time.Sleep(40 * time.Second)
		c.send(t, "GET / HTTP/1.1\r\nHo")
		if _, at := c.untilClosed(t); at != 45*time.Second {
			t.Errorf("the second header began at 40s, and the connection ended at %v", at)
		}
	})
}

// slowUpload sends its header at once and the last byte of its body after d.
func slowUpload(t *testing.T, h http.Handler, d time.Duration) (status int, body string, at time.Duration, err error) {
	t.Helper()
	c := dialRaw(t, pipenet.Serve(t, NewServer(h)))
	c.send(t, postHead(len(milk))+milk[:len(milk)-1])
	time.Sleep(d)
	c.send(t, milk[len(milk)-1:])
	return c.answer(t)
}

// The budget covers the body: who uploads for 9 s still reads an answer.
func TestTheBudgetCountsFromTheTop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := NewMemory(time.Second, NewID)
		h, _ := newHandler(store)
		status, body, at, err := slowUpload(t, h.Routes(), 9*time.Second)
		if err != nil || status != 504 || codeOf(t, body) != "timeout" || at != 9*time.Second || store.Len() != 0 {
			t.Errorf("after %v: %d %s %v; %d notes", at, status, body, err, store.Len())
		}
	})
}

// A budget that starts after the body ends after WriteTimeout.
func TestABudgetAfterTheBodyComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := NewMemory(1500*time.Millisecond, NewID)
		h, _ := newHandler(store)
		status, _, at, err := slowUpload(t, http.HandlerFunc(h.createLate), 9*time.Second)
		if status != 0 || !errors.Is(err, io.ErrUnexpectedEOF) || at != 10500*time.Millisecond || store.Len() != 1 {
			t.Errorf("after %v: %d %v; %d notes", at, status, err, store.Len())
		}
	})
}

// The budget does not end a body either, and ReadTimeout is no client's typo.
func TestABodyThatMissesReadTimeoutIsA408(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := newHandler(saves)
		c := dialRaw(t, pipenet.Serve(t, NewServer(h.Routes())))
		c.send(t, "POST ")
		time.Sleep(time.Second) // as long as there is to answer
		c.send(t, postHead(len(milk))[len("POST "):]+milk[:5])
		status, body, at, err := c.answer(t)
		if err != nil || status != 408 || codeOf(t, body) != "timeout" || at != 10*time.Second {
			t.Errorf("after %v: %d %s %v", at, status, body, err)
		}
	})
}

func TestThreeCopiesOfOneNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &Deaf{Takes: 11 * time.Second}
		h, log := newHandler(store)
		var access []int // what a middleware sees
		var errorLog bytes.Buffer
		srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			h.Routes().ServeHTTP(rec, r)
			access = append(access, rec.Code)
			w.WriteHeader(rec.Code)
			if _, err := w.Write(rec.Body.Bytes()); err != nil {
				t.Errorf("write: %v", err)
			}
		}))
		srv.ErrorLog = stdlog.New(&errorLog, "", 0)
		ln := pipenet.Serve(t, srv)
		start := time.Now()
		for try := range 3 {
			c := dialRaw(t, ln)
			c.send(t, postHead(len(milk))+milk)
			status, _, at, err := c.answer(t)
			if status != 0 || !errors.Is(err, io.ErrUnexpectedEOF) || at != 11*time.Second {
				t.Errorf("try %d, after %v: %d %v", try, at, status, err)
			}
		}
		if !slices.Equal(access, []int{201, 201, 201}) || errorLog.Len() != 0 {
			t.Errorf("the access log has %v, the server's %q", access, &errorLog)
		}
		if store.Len() != 3 || log.String() != "" || time.Since(start) != 33*time.Second {
			t.Errorf("%d notes in %v; the log has %q", store.Len(), time.Since(start), log)
		}
	})
}
