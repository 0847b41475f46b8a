package defaults

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

// Each timeout closes the connection of one slow peer, at its moment.
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
		{"ReadTimeout, half a body", []string{postHead(16)[:9], postHead(16)[9:] + milk[:5]}, false,
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
		if at := c.untilClosed(t); at != 45*time.Second {
			t.Errorf("the second header began at 40s, and the connection ended at %v", at)
		}
	})
}

// The picture of the lesson. The header arrives from 0 s to 1 s and the body
// from 1 s to 2 s; the store hangs. Each clock ends where the picture says.
func TestEachClockStartsWhereThePictureSays(t *testing.T) {
	halves := []string{postHead(len(milk))[:9], postHead(len(milk))[9:] + milk[:5], milk[5:]}
	for _, tt := range []struct {
		name   string
		sends  int // parts, with a second in between
		save   Save
		status int // 0: the connection ends without one
		want   time.Duration
	}{
		{"ReadHeader, from the start", 1, nil, 400, 5 * time.Second}, // net/http takes the half line for a whole one
		{"Read, from the start", 2, nil, 408, 10 * time.Second},
		{"budget, from the end of the header", 3, (&Store{Takes: time.Hour}).Save, 504, 3 * time.Second},
		{"Write has not yet ended", 3, (&Store{Takes: 8900 * time.Millisecond}).SaveDeaf, 201, 10900 * time.Millisecond},
		{"Write, from the end of the header", 3, (&Store{Takes: 9100 * time.Millisecond}).SaveDeaf, 0, 11100 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := dialRaw(t, pipenet.Serve(t, NewServer(Create(tt.save))))
			for i, part := range halves[:tt.sends] {
				if i > 0 {
					time.Sleep(time.Second)
				}
				c.send(t, part)
			}
			status, _, at, err := c.answer(t)
			if status != tt.status || (err == nil) != (status != 0) || at != tt.want {
				t.Errorf("%s: after %v: %d, %v", tt.name, at, status, err)
			}
		})
	}
}

// Left at zero, two of the four fall back on ReadTimeout, and the two others
// are no limits at all.
func TestWhatAZeroTimeoutMeans(t *testing.T) {
	never := 24 * time.Hour
	for _, tt := range []struct {
		name string
		srv  *http.Server
		send string
		want time.Duration
	}{
		{"none is set, half a header", &http.Server{}, "GET / HT", never},
		{"none is set, half a body", &http.Server{}, postHead(16) + milk[:5], never},
		{"none is set, no second request", &http.Server{}, "GET / HTTP/1.1\r\nHost: n\r\n\r\n", never},
		{"ReadTimeout alone, half a header", &http.Server{ReadTimeout: 10 * time.Second}, "GET / HT", 10 * time.Second},
		{"ReadTimeout alone, no second request", &http.Server{ReadTimeout: 10 * time.Second}, "GET / HTTP/1.1\r\nHost: n\r\n\r\n", 10 * time.Second},
		{"ReadHeaderTimeout alone, half a body", &http.Server{ReadHeaderTimeout: 5 * time.Second}, postHead(16) + milk[:5], never},
	} {
		synctest.Test(t, func(t *testing.T) {
			tt.srv.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
			})
			ended := make(chan time.Duration, 1)
			start := time.Now()
			tt.srv.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateClosed {
					ended <- time.Since(start)
				}
			}
			c := dialRaw(t, pipenet.Serve(t, tt.srv))
			go func() { _, _ = io.Copy(io.Discard, c.from) }()
			c.send(t, tt.send)
			got := never
			select {
			case got = <-ended:
			case <-time.After(never):
			}
			if got != tt.want {
				t.Errorf("%s: the connection ended after %v, want %v", tt.name, got, tt.want)
			}
		})
	}
}

// slowUpload sends its header at once and the last byte of its body after d.
func slowUpload(t *testing.T, h http.Handler, d time.Duration) (status int, at time.Duration, err error) {
	t.Helper()
	c := dialRaw(t, pipenet.Serve(t, NewServer(h)))
	c.send(t, postHead(len(milk))+milk[:len(milk)-1])
	time.Sleep(d)
	c.send(t, milk[len(milk)-1:])
	status, _, at, err = c.answer(t)
	return status, at, err
}

// A budget that starts after the body ends after WriteTimeout.
func TestABudgetAfterTheBodyComesTooLate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		create func(Save) http.HandlerFunc
		status int
		at     time.Duration
		saved  int64
	}{
		{"at the top", Create, 504, 9 * time.Second, 0},
		{"late", CreateLate, 0, 10500 * time.Millisecond, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			store := &Store{Takes: 1500 * time.Millisecond}
			status, at, err := slowUpload(t, tt.create(store.Save), 9*time.Second)
			if status != tt.status || at != tt.at || store.Saved() != tt.saved || (status == 0) != errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: after %v: %d %v; %d notes", tt.name, at, status, err, store.Saved())
			}
		})
	}
}

// ReadTimeout ends the body at 10 s. WriteTimeout began when the header was
// there, at 1 s, so the 408 has one second to leave.
func TestThe408HasTheTimeThatTheHeaderTook(t *testing.T) {
	for delay, want := range map[time.Duration]int{900 * time.Millisecond: 408, 1100 * time.Millisecond: 0} {
		synctest.Test(t, func(t *testing.T) {
			c := dialRaw(t, pipenet.Serve(t, NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, err := io.ReadAll(r.Body)
				time.Sleep(delay)
				answer(w, err)
			}))))
			c.send(t, postHead(len(milk))[:9])
			time.Sleep(time.Second)
			c.send(t, postHead(len(milk))[9:]+milk[:5])
			if status, _, at, err := c.answer(t); status != want || at != 10*time.Second+delay {
				t.Errorf("written %v after ReadTimeout, at %v: %d %v", delay, at, status, err)
			}
		})
	}
}

// E11: at 10 s nothing happens. At 11 s the handler writes, and Write reports
// no error.
func TestWriteTimeoutDoesNotProtectTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errorLog bytes.Buffer
		store := &Store{Takes: 11 * time.Second}
		handled := make(chan struct{})
		srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(handled)
			if err := store.SaveDeaf(r.Context(), nil); err != nil {
				t.Error(err)
			}
			n, err := io.WriteString(w, `{"id":"7"}`)
			if n != 10 || err != nil || r.Context().Err() != nil {
				t.Errorf("write: %d, %v; context: %v", n, err, r.Context().Err())
			}
		}))
		srv.ErrorLog = log.New(&errorLog, "", 0)
		start := time.Now()
		res, err := client(pipenet.Serve(t, srv)).Get("http://notes/")
		if err == nil {
			_ = res.Body.Close()
		}
		if !errors.Is(err, io.EOF) || time.Since(start) != 11*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		<-handled
		if errorLog.Len() != 0 {
			t.Errorf("the server logs %s", &errorLog)
		}
		if store.Saved() != 1 {
			t.Errorf("%d notes", store.Saved())
		}
	})
}

// E11, the exception: on HTTP/2 a timer resets the stream at 10 s, and that
// ends the request's context.
func TestOnHTTP2WriteTimeoutEndsTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var http2 http.Protocols
		http2.SetUnencryptedHTTP2(true)
		start := time.Now()
		srv := NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(11 * time.Second):
			}
			if took := time.Since(start); r.ProtoMajor != 2 || took != 10*time.Second {
				t.Errorf("%s, back after %v", r.Proto, took)
			}
		}))
		srv.Protocols = &http2
		transport := &http.Transport{DialContext: pipenet.Serve(t, srv).Dial, Protocols: &http2}
		defer transport.CloseIdleConnections()
		res, err := (&http.Client{Transport: transport}).Get("http://notes/")
		if err == nil {
			_ = res.Body.Close()
		}
		if took := time.Since(start); err == nil || errors.Is(err, io.EOF) || took != 10*time.Second {
			t.Errorf("the client sees %v after %v", err, took)
		}
	})
}

// Beyond a few KiB, or with a flush, the handler does get an error.
func TestALargeWriteAfterWriteTimeoutFails(t *testing.T) {
	for _, tt := range []struct {
		name         string
		size         int
		flush, fails bool
	}{
		{"1 KiB", 1 << 10, false, false},
		{"8 KiB", 8 << 10, false, true},
		{"1 KiB and a flush", 1 << 10, true, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(11 * time.Second)
				_, err := w.Write(make([]byte, tt.size))
				if tt.flush {
					err = errors.Join(err, http.NewResponseController(w).Flush())
				}
				if (err != nil) != tt.fails || (r.Context().Err() != nil) != tt.fails {
					t.Errorf("%s: %v; context: %v", tt.name, err, r.Context().Err())
				}
			}))
			res, err := client(pipenet.Serve(t, srv)).Get("http://notes/")
			if err == nil {
				_ = res.Body.Close()
			}
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s: the client sees %v", tt.name, err)
			}
		})
	}
}

// With a budget below WriteTimeout the same client reads a 504.
func TestTheShorterBudgetAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &Store{Takes: 11 * time.Second}
		c := dialRaw(t, pipenet.Serve(t, NewServer(Create(store.Save))))
		c.send(t, postHead(len(milk))+milk)
		status, body, at, err := c.answer(t)
		if err != nil || status != 504 || body != shape || at != 2*time.Second || store.Saved() != 0 {
			t.Errorf("after %v: %d %s %v; %d notes", at, status, body, err, store.Saved())
		}
	})
}

// E13: the status and the type are TimeoutHandler's own.
func TestTimeoutHandlerAnswersOutsideTheShape(t *testing.T) {
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		<-r.Context().Done()
	})
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			handler  http.Handler
			wantType string
		}{
			{Timed(slow, 2*time.Second), "text/plain; charset=utf-8"},
			{http.TimeoutHandler(slow, 2*time.Second, ""), "text/html; charset=utf-8"},
			{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				Timed(slow, 2*time.Second).ServeHTTP(w, r)
			}), "application/json"},
		} {
			var errorLog bytes.Buffer
			srv := NewServer(tt.handler)
			srv.ErrorLog = log.New(&errorLog, "", 0)
			res, err := client(pipenet.Serve(t, srv)).Get("http://notes/")
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if errorLog.Len() != 0 {
				t.Errorf("the server logs %s", &errorLog)
			}
			if got := res.Header.Get("Content-Type"); res.StatusCode != 503 || got != tt.wantType {
				t.Errorf("%d %s, want 503 %s", res.StatusCode, got, tt.wantType)
			}
		}
	})
}

// A handler that doesn't look at its context goes on behind the answer.
func TestTimeoutHandlerDoesNotStopTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &Store{Takes: 11 * time.Second}
		w := httptest.NewRecorder()
		start := time.Now()
		Timed(Create(store.SaveDeaf), 2*time.Second).ServeHTTP(w, httptest.NewRequest("POST", "/notes", strings.NewReader(milk)))
		if w.Code != 503 || time.Since(start) != 2*time.Second || store.Saved() != 0 {
			t.Errorf("%d after %v; %d notes", w.Code, time.Since(start), store.Saved())
		}
		time.Sleep(10 * time.Second)
		if store.Saved() != 1 {
			t.Errorf("%d notes", store.Saved())
		}
	})
}
