package contract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

// E7: 201 and nothing.
func TestTheHeaderIsGoneWhenEncodingFails(t *testing.T) {
	w := httptest.NewRecorder()
	err := RespondNaive(w, http.StatusCreated, math.NaN())
	if _, ok := errors.AsType[*json.UnsupportedValueError](err); !ok {
		t.Errorf("error %v", err)
	}
	if res := w.Result(); res.StatusCode != 201 || w.Body.Len() != 0 {
		t.Errorf("the client reads %d %q", res.StatusCode, w.Body)
	}

	// What the handler tries next is appended to the 201.
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, "sorry")
	if res := w.Result(); res.StatusCode != 201 || w.Body.String() != "sorry" {
		t.Errorf("the client reads %d %q", res.StatusCode, w.Body)
	}
}

func TestRespondSendsNothingWhenEncodingFails(t *testing.T) {
	h, log := newHandler(saves)
	r := httptest.NewRequest("POST", "/notes", nil)
	w := httptest.NewRecorder()
	if err := Respond(w, http.StatusCreated, math.NaN()); err != nil {
		h.fail(w, r, err)
	}
	if res := w.Result(); res.StatusCode != 500 || codeOf(t, w.Body.String()) != "internal" {
		t.Errorf("the client reads %d %q", res.StatusCode, w.Body)
	}
	if !strings.Contains(log.String(), "unsupported value: NaN") {
		t.Errorf("the log has %s", log)
	}
}

// E8: a hundred notes within one tick of the clock are one note.
func TestNotesOfOneInstantShareATimestamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			newID func() string
			want  int
		}{{TimeID, 1}, {NewID, 100}} {
			store := NewMemory(0, tt.newID)
			for range 100 {
				if _, err := store.Create(t.Context(), NewNote{Title: "milk"}); err != nil {
					t.Fatal(err)
				}
			}
			if store.Len() != tt.want {
				t.Errorf("100 notes answered with 201, %d kept, want %d", store.Len(), tt.want)
			}
		}
	})
}

// E10: the client leaves after a second. All it ever sees is its own error.
func TestNobodyReadsThe499(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, log := newHandler(NewMemory(time.Hour, NewID))
		wrote := make(chan error, 1)
		ln := pipenet.Serve(t, NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.Routes().ServeHTTP(w, r)
			_, err := io.WriteString(w, "is anybody there?")
			wrote <- err
		})))
		var received atomic.Int64
		hc := &http.Client{Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := ln.Dial(ctx, network, addr)
				return countingConn{conn, &received}, err
			},
		}}
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		req, err := http.NewRequestWithContext(ctx, "POST", "http://notes/notes", strings.NewReader(milk))
		if err != nil {
			t.Fatal(err)
		}
		res, err := hc.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the client sees %v", err)
		}
		if err := <-wrote; err != nil {
			t.Errorf("the handler's write: %v", err)
		}
		if !strings.Contains(log.String(), "status=499 code=canceled") {
			t.Errorf("the log has %s", log)
		}
		if name := http.StatusText(499); name != "" {
			t.Errorf("499 is called %q", name)
		}
		if n := received.Load(); n != 0 {
			t.Errorf("the client received %d bytes", n)
		}
	})
}

// E10, the exception: who closes only the sending half still reads.
func TestAHalfClosedConnectionReadsThe499(t *testing.T) {
	waits := storeFunc(func(ctx context.Context, _ NewNote) (Note, error) {
		<-ctx.Done()
		return Note{}, ctx.Err()
	})
	h, _ := newHandler(waits)
	server := httptest.NewServer(h.Routes())
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, postHead(len(milk))+milk); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 499 {
		t.Errorf("the client reads %d", res.StatusCode)
	}
}

type countingConn struct {
	net.Conn
	received *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received.Add(int64(n))
	return n, err
}

// E11: at 10 s nothing happens. At 11 s the handler writes, and is told that
// all is well.
func TestWriteTimeoutDoesNotProtectTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errorLog bytes.Buffer
		handled := make(chan struct{})
		srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(handled)
			time.Sleep(11 * time.Second)
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
	})
}

// E11, the exception: on HTTP/2 a timer resets the stream, and that ends the
// request's context, at 10 s and with nobody reading or writing.
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

// Past 4 KiB the buffer is flushed and the handler does get an error.
func TestALargeWriteAfterWriteTimeoutFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for size, fails := range map[int]bool{1 << 10: false, 8 << 10: true} {
			srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(11 * time.Second)
				_, err := w.Write(make([]byte, size))
				if (err != nil) != fails || (r.Context().Err() != nil) != fails {
					t.Errorf("%d bytes: %v; context: %v", size, err, r.Context().Err())
				}
			}))
			res, err := client(pipenet.Serve(t, srv)).Get("http://notes/")
			if err == nil {
				_ = res.Body.Close()
			}
			if !errors.Is(err, io.EOF) {
				t.Errorf("%d bytes: the client sees %v", size, err)
			}
		}
	})
}

// With the budget below WriteTimeout the same client reads a 504.
func TestTheShorterBudgetAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, log := newHandler(NewMemory(11*time.Second, NewID))
		start := time.Now()
		res, err := client(pipenet.Serve(t, NewServer(h.Routes()))).Post("http://notes/notes", "application/json", strings.NewReader(milk))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != 504 || codeOf(t, string(body)) != "timeout" || time.Since(start) != 2*time.Second {
			t.Errorf("after %v: %d %s %v", time.Since(start), res.StatusCode, body, err)
		}
		if !strings.Contains(log.String(), "status=504") {
			t.Errorf("the log has %s", log)
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

// A handler that does not look at its context goes on behind the answer.
func TestTimeoutHandlerDoesNotStopTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &Deaf{Takes: 11 * time.Second}
		h, _ := newHandler(store)
		var wg sync.WaitGroup
		w := httptest.NewRecorder()
		start := time.Now()
		wg.Go(func() {
			Timed(h.Routes(), 2*time.Second).ServeHTTP(w, httptest.NewRequest("POST", "/notes", strings.NewReader(milk)))
		})
		wg.Wait()
		if w.Code != 503 || time.Since(start) != 2*time.Second {
			t.Errorf("%d after %v", w.Code, time.Since(start))
		}
		time.Sleep(10 * time.Second)
		if store.Len() != 1 {
			t.Errorf("%d notes", store.Len())
		}
	})
}
