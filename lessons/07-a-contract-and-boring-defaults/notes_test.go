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
	"testing/iotest"
	"testing/synctest"
	"time"
)

// E5: one value is decoded; what stands behind it is nobody's business.
func TestDecodeTakesTheFirstValueOnly(t *testing.T) {
	for _, tt := range []struct {
		body  string
		first bool // accepted by one Decode
		one   bool // accepted by DecodeOne
	}{
		{milk, true, true},
		{milk + " \n", true, true},
		{`{"title":"milk","colour":"red"}`, false, false},
		{milk + `{"title":"eggs"}`, true, false},
		{milk + ` and so on`, true, false},
		{milk + `}`, true, false},
		{`null`, true, true},
		{`{"TITLE":"milk"}`, true, true},
		{`{"title":"eggs","title":"milk"}`, true, true},
	} {
		n, err := DecodeFirst(strings.NewReader(tt.body))
		if (err == nil) != tt.first {
			t.Errorf("DecodeFirst(%s): %v", tt.body, err)
		}
		if want := map[bool]string{true: "", false: "milk"}[tt.body == "null"]; err == nil && n.Title != want {
			t.Errorf("DecodeFirst(%s): title %q", tt.body, n.Title)
		}
		if _, err := DecodeOne(strings.NewReader(tt.body)); (err == nil) != tt.one {
			t.Errorf("DecodeOne(%s): %v", tt.body, err)
		}
	}
}

// E15: More sees a second value and no closing bracket.
func TestMoreIsFalseOnAClosingBracket(t *testing.T) {
	for _, tt := range []struct {
		rest string
		more bool // DecodeMore accepts it
	}{
		{``, true},
		{`}`, true},
		{`]`, true},
		{`}{"title":"eggs"}`, true},
		{` ]]] anything at all`, true},
		{`{"title":"eggs"}`, false},
		{`x`, false},
		{`,`, false},
	} {
		if _, err := DecodeMore(strings.NewReader(milk + tt.rest)); (err == nil) != tt.more {
			t.Errorf("DecodeMore(%s%s): %v", milk, tt.rest, err)
		}
		if _, err := DecodeOne(strings.NewReader(milk + tt.rest)); (err == nil) != (tt.rest == "") {
			t.Errorf("DecodeOne(%s%s): %v", milk, tt.rest, err)
		}
	}

	cut := errors.New("the reader gives up")
	broken := func() io.Reader { return io.MultiReader(strings.NewReader(milk), iotest.ErrReader(cut)) }
	if _, err := DecodeMore(broken()); err != nil {
		t.Errorf("DecodeMore: %v", err)
	}
	if _, err := DecodeOne(broken()); !errors.Is(err, cut) {
		t.Errorf("DecodeOne: %v", err)
	}
}

// sized is a note in exactly n bytes.
func sized(n int) string {
	const frame = len(`{"title":""}`)
	return `{"title":"` + strings.Repeat("a", n-frame) + `"}`
}

// E6: the size is a problem of its own, whatever the body looks like.
func TestAnOversizedBodyIsA413(t *testing.T) {
	for _, tt := range []struct {
		name        string
		body        string
		naive, ours int
	}{
		{"exactly 1 MiB", sized(maxBody), 201, 201},
		{"one byte more", sized(maxBody + 1), 400, 413},
		{"a small note and 2 MiB of spaces", milk + strings.Repeat(" ", 2<<20), 400, 413},
		{"half a note", milk[:9], 400, 400},
	} {
		for _, length := range []int64{int64(len(tt.body)), -1} { // -1: in chunks
			for _, side := range []struct {
				name    string
				handler http.Handler
				want    int
			}{{"naive", http.HandlerFunc(CreateOr400), tt.naive}, {"ours", ours(), tt.ours}} {
				r := httptest.NewRequest("POST", "/notes", strings.NewReader(tt.body))
				r.ContentLength = length
				w := httptest.NewRecorder()
				side.handler.ServeHTTP(w, r)
				if w.Code != side.want {
					t.Errorf("%s, length %d, %s: %d, want %d", tt.name, length, side.name, w.Code, side.want)
				}
			}
		}
	}
}

func ours() http.Handler {
	h, _ := newHandler(saves)
	return h.Routes()
}

// Once wrapped, the error is found by errors.As and its like only.
func TestOnlyErrorsAsFindsTheSize(t *testing.T) {
	r := httptest.NewRequest("POST", "/notes", strings.NewReader(sized(maxBody+1)))
	_, err := decode(httptest.NewRecorder(), r)
	large, as := errors.AsType[*http.MaxBytesError](err)
	if !as || large.Limit != maxBody {
		t.Errorf("errors.AsType: %v", err)
	}
	if errors.Is(err, &http.MaxBytesError{Limit: maxBody}) {
		t.Error("errors.Is finds it")
	}
	if _, direct := any(err).(*http.MaxBytesError); direct {
		t.Error("a type assertion finds it")
	}
}

// On the wire: the answer arrives and the connection ends. What is left of the
// body is so little that a server would otherwise read it and go on.
func TestA413EndsTheConnection(t *testing.T) {
	const left = 64 << 10
	limited := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxBody)); n != maxBody || err != nil {
			t.Errorf("io.LimitReader: %d, %v", n, err) // cut, without an error
		}
		w.WriteHeader(413)
	})
	for _, tt := range []struct {
		name    string
		handler http.Handler
		closes  bool
	}{{"ours", ours(), true}, {"io.LimitReader", limited, false}} {
		synctest.Test(t, func(t *testing.T) {
			c := dialRaw(t, serve(t, NewServer(tt.handler)))
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				_, _ = io.WriteString(c, postHead(maxBody+left)+sized(maxBody+left)) // may be cut off by the server
			}()
			status, body, _, err := c.answer(t)
			if err != nil || status != 413 || tt.closes && codeOf(t, body) != "too_large" {
				t.Errorf("%s: %d %s %v", tt.name, status, body, err)
			}
			rest, at := c.untilClosed(t)
			if closes := at < time.Minute; rest != "" || closes != tt.closes { // else IdleTimeout
				t.Errorf("%s: then came %q, and the end after %v", tt.name, rest, at)
			}
			_ = c.Close()
			<-sent
		})
	}
}

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
		ln := serve(t, NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.Routes().ServeHTTP(w, r)
			_, err := io.WriteString(w, "is anybody there?")
			wrote <- err
		})))
		var received atomic.Int64
		hc := &http.Client{Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := ln.dial(ctx, network, addr)
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
		res, err := client(serve(t, srv)).Get("http://notes/")
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
		transport := &http.Transport{DialContext: serve(t, srv).dial, Protocols: &http2}
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
			res, err := client(serve(t, srv)).Get("http://notes/")
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
		res, err := client(serve(t, NewServer(h.Routes()))).Post("http://notes/notes", "application/json", strings.NewReader(milk))
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
			res, err := client(serve(t, srv)).Get("http://notes/")
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
