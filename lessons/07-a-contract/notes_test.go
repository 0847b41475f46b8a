package contract

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
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
		ln := pipenet.Serve(t, server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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

type countingConn struct {
	net.Conn
	received *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received.Add(int64(n))
	return n, err
}
