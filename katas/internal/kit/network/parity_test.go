package network_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"testing"
	"time"
)

// soon is a real deadline over TCP, so it is short; in memory it costs nothing.
const soon = 20 * time.Millisecond

// endless answers until a write fails, and says how.
func endless(w io.Writer) error {
	for piece := make([]byte, 64<<10); ; {
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
}

// raw sends text on a new connection and closes that when the test ends.
func raw(t *testing.T, h host, text string) net.Conn {
	t.Helper()
	conn, err := h.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // many have been closed by then
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// wantTimeout fails t unless err is what both networks say when a deadline passes.
func wantTimeout(t *testing.T, what string, err error) {
	t.Helper()
	var timeout net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("%s: %v, want os.ErrDeadlineExceeded and Timeout()", what, err)
	}
}

const post = "POST / HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 8\r\n\r\n"

// TestDisconnectsOnBothNetworks is what a handler notices of a client that left.
func TestDisconnectsOnBothNetworks(t *testing.T) {
	// leaving sends text, closes the connection when the handler is where it
	// says so, and waits until the handler has returned.
	leaving := func(text string, handle func(t *testing.T, r *http.Request, leave func())) exchange {
		return func(t *testing.T, start func(*http.Server) host) {
			reached, left, returned := make(chan struct{}), make(chan struct{}), make(chan struct{})
			h := start(&http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				defer close(returned)
				handle(t, r, func() {
					close(reached)
					<-left
				})
			})})
			conn := raw(t, h, text)
			<-reached
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
			close(left)
			<-returned
		}
	}
	onBoth(t, map[string]exchange{
		"a POST whose body has been read": leaving(post+"buy milk", func(t *testing.T, r *http.Request, leave func()) {
			if body, err := io.ReadAll(r.Body); err != nil || string(body) != "buy milk" {
				t.Errorf("read %q, %v", body, err)
			}
			leave()
			<-r.Context().Done()
			if err := r.Context().Err(); !errors.Is(err, context.Canceled) {
				t.Errorf("the context ended with %v, want context.Canceled", err)
			}
		}),
		"a body that breaks off": leaving(post+"buy", func(t *testing.T, r *http.Request, leave func()) {
			if _, err := io.ReadFull(r.Body, make([]byte, 3)); err != nil {
				t.Errorf("the part that was sent: %v", err)
			}
			leave()
			if r.Context().Err() != nil {
				t.Error("the context ended while nobody read")
			}
			if _, err := io.ReadAll(r.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("the rest: %v, want io.ErrUnexpectedEOF", err)
			}
			<-r.Context().Done() // the failed read ended it
		}),
		"a body that nobody has read": leaving(post+"buy milk", func(t *testing.T, r *http.Request, leave func()) {
			leave()
			if r.Context().Err() != nil {
				t.Error("the context ended while nobody read")
			}
			if body, err := io.ReadAll(r.Body); err != nil || string(body) != "buy milk" {
				t.Errorf("what was sent before the end: %q, %v", body, err)
			}
			<-r.Context().Done() // the server watches from now on
		}),
		"an answer that is cut": func(t *testing.T, start func(*http.Server) host) {
			failed := make(chan error, 1)
			h := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				err := endless(w)
				<-r.Context().Done()
				failed <- err
			})})
			conn := raw(t, h, "GET / HTTP/1.1\r\nHost: notes.test\r\n\r\n")
			if _, err := io.ReadFull(conn, make([]byte, 1000)); err != nil {
				t.Error(err)
			}
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
			if err := <-failed; err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the handler's write: %v; want an error that is no timeout", err)
			}
		},
	})
}

// TestServerDeadlinesOnBothNetworks has those that network_test.go has not.
func TestServerDeadlinesOnBothNetworks(t *testing.T) {
	// until sends text to a server with a limit and then waits for the handler.
	until := func(text string, limit func(*http.Server), handle func(t *testing.T, w http.ResponseWriter, r *http.Request)) exchange {
		return func(t *testing.T, start func(*http.Server) host) {
			returned := make(chan struct{})
			srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(returned)
				handle(t, w, r)
			})}
			limit(srv)
			conn := raw(t, start(srv), text)
			<-returned
			// How the client learns of it is not the same everywhere: after the bytes
			// that are on their way, the end, or over TCP a reset.
			_, _ = io.Copy(io.Discard, conn)
		}
	}
	onBoth(t, map[string]exchange{
		"a reader that has stalled": until("GET / HTTP/1.1\r\nHost: notes.test\r\n\r\n",
			func(srv *http.Server) { srv.WriteTimeout = soon },
			func(t *testing.T, w http.ResponseWriter, r *http.Request) {
				wantTimeout(t, "the handler's write", endless(w))
				<-r.Context().Done()
			}),
		"a body that stalls": until(post+"buy", func(*http.Server) {},
			func(t *testing.T, w http.ResponseWriter, r *http.Request) {
				// What ReadTimeout does; over TCP that would run before the header is there.
				if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(soon)); err != nil {
					t.Error(err)
				}
				_, err := io.ReadAll(r.Body)
				wantTimeout(t, "the handler's read", err)
				<-r.Context().Done()
			}),
		"an idle connection": func(t *testing.T, start func(*http.Server) host) {
			srv := serverOf(func() {})
			srv.IdleTimeout = soon
			conn := raw(t, start(srv), "GET / HTTP/1.1\r\nHost: notes.test\r\n\r\n")
			text, err := io.ReadAll(conn) // until the server closes
			if err != nil || !strings.HasSuffix(string(text), "done") {
				t.Errorf("read %q, %v; want the answer, then the end", text, err)
			}
		},
		"a client that gives up": func(t *testing.T, start func(*http.Server) host) {
			h := start(&http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				<-r.Context().Done()
			})})
			h.client.Timeout = soon
			_, err := h.client.Post(h.url, "text/plain", http.NoBody)
			var timeout net.Error
			if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Errorf("the client got %v, want context.DeadlineExceeded and Timeout()", err)
			}
		},
	})
}

// TestConnectionsOnBothNetworks is which request gets the connection of the one
// before it.
func TestConnectionsOnBothNetworks(t *testing.T) {
	// twice does something with a first request and says whether the second one
	// has to get a connection of its own.
	twice := func(reused bool, handle http.HandlerFunc, first func(t *testing.T, h host)) exchange {
		return func(t *testing.T, start func(*http.Server) host) {
			h := start(&http.Server{Handler: handle})
			first(t, h)
			var got httptrace.GotConnInfo
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { got = info }})
			res := do(t, h, ctx, http.MethodGet, "")
			_ = res.Body.Close()
			if got.Reused != reused {
				t.Errorf("the second request got the connection of the first: %t, want %t", got.Reused, reused)
			}
		}
	}
	answer := func(size int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("n", size)) }
	}
	onBoth(t, map[string]exchange{
		"an answer that is read to its end": twice(true, answer(1<<20), func(t *testing.T, h host) {
			res := do(t, h, t.Context(), http.MethodGet, "")
			if got, err := io.Copy(io.Discard, res.Body); err != nil || got != 1<<20 {
				t.Errorf("read %d bytes, %v", got, err)
			}
			_ = res.Body.Close()
		}),
		"an answer that is read in part": twice(false, answer(1<<20), func(t *testing.T, h host) {
			res := do(t, h, t.Context(), http.MethodGet, "")
			if _, err := io.ReadFull(res.Body, make([]byte, 1000)); err != nil {
				t.Error(err)
			}
			_ = res.Body.Close()
		}),
		"a short body that the handler did not read": twice(true, answer(10), func(t *testing.T, h host) {
			res := do(t, h, t.Context(), http.MethodPost, "buy milk")
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}),
		"an answer that breaks off": func(t *testing.T, start func(*http.Server) host) {
			h := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				_, _ = io.WriteString(w, "half a note")
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			})})
			res := do(t, h, t.Context(), http.MethodGet, "")
			body, err := io.ReadAll(res.Body)
			if string(body) != "half a note" || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("read %q, %v; want what was sent, then io.ErrUnexpectedEOF", body, err)
			}
			_ = res.Body.Close()
		},
		"a server that closes under a request": func(t *testing.T, start func(*http.Server) host) {
			entered := make(chan struct{})
			srv := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				close(entered)
				<-r.Context().Done()
			})}
			h := start(srv)
			failed := make(chan error)
			go func() {
				_, err := h.client.Get(h.url)
				failed <- err
			}()
			<-entered
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
			if err := <-failed; !errors.Is(err, io.EOF) {
				t.Errorf("the client got %v, want io.EOF", err)
			}
		},
		"two requests on one raw connection": func(t *testing.T, start func(*http.Server) host) {
			conn := raw(t, start(serverOf(func() {})), "")
			from := bufio.NewReader(conn)
			for i := range 2 {
				if _, err := fmt.Fprintf(conn, "POST /%d HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 3\r\n\r\nbuy", i); err != nil {
					t.Fatal(err)
				}
				res, err := http.ReadResponse(from, nil)
				if err != nil {
					t.Fatal(err)
				}
				if body, err := io.ReadAll(res.Body); err != nil || string(body) != "done" {
					t.Errorf("answer %d: %q, %v", i, body, err)
				}
				_ = res.Body.Close()
			}
		},
	})
}

// do sends a request and returns its answer, whose body is still to be read.
func do(t *testing.T, h host, ctx context.Context, method, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, h.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := h.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}
