package network_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serverOf makes a server whose handler calls work and answers "done".
func serverOf(work func()) *http.Server {
	return &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		work()
		_, _ = io.WriteString(w, "done")
	})}
}

// A host is what the exchanges below need: in memory, or TCP on loopback.
type host struct {
	client *http.Client
	dial   func(context.Context) (net.Conn, error)
	url    string
}

// An exchange starts a server on a network and requires something of it.
type exchange func(t *testing.T, start func(*http.Server) host)

// exchanges are properties that suites rely on, and parity_test.go has
// more. Each runs on both networks.
var exchanges = map[string]exchange{
	"a request and its response": func(t *testing.T, start func(*http.Server) host) {
		h := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Errorf("read the request: %v", err)
			}
			w.Header().Set("X-Length", r.Header.Get("Content-Length"))
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(body)
		})})
		for range 3 { // the second uses the connection of the first
			text := strings.Repeat("note ", 100_000)
			res, err := h.client.Post(h.url, "text/plain", strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			if err := errors.Join(err, res.Body.Close()); err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != http.StatusCreated || string(body) != text {
				t.Errorf("status %d and %d bytes, want 201 and %d", res.StatusCode, len(body), len(text))
			}
		}
	},
	"a client that leaves cancels r.Context": func(t *testing.T, start func(*http.Server) host) {
		entered, left := make(chan struct{}), make(chan error, 1)
		h := start(&http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			left <- r.Context().Err()
		})})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-entered
			cancel()
		}()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.client.Do(req); !errors.Is(err, context.Canceled) {
			t.Errorf("the client got %v, want context.Canceled", err)
		}
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the handler's context ended with %v, want context.Canceled", err)
		}
	},
	"a raw connection that is closed cancels r.Context": func(t *testing.T, start func(*http.Server) host) {
		entered, left := make(chan struct{}), make(chan struct{})
		h := start(&http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			close(left)
		})})
		conn, err := h.dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: notes.test\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		<-entered
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		<-left
	},
	"deadlines of a raw connection": func(t *testing.T, start func(*http.Server) host) {
		h := start(serverOf(func() {}))
		conn, err := h.dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %v, want os.ErrDeadlineExceeded", err)
		}
		if err := conn.SetReadDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: notes.test\r\nConnection: close\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		status, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.Contains(status, "200") {
			t.Errorf("after the deadline was lifted: %q, %v, want a status line with 200", status, err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	},
	"a server that gives up on the header": func(t *testing.T, start func(*http.Server) host) {
		srv := serverOf(func() {})
		srv.ReadHeaderTimeout = 50 * time.Millisecond
		conn, err := start(srv).dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\n")
		if err == nil {
			_, err = io.Copy(io.Discard, conn) // until the server closes
		}
		// On a machine that is busy the server may give up before it is sent anything.
		if late := errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET); err != nil && !late {
			t.Errorf("read: %v, want the end of the connection", err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	},
	"a dial after the end": func(t *testing.T, start func(*http.Server) host) {
		srv := serverOf(func() {})
		h := start(srv)
		res, err := h.client.Get(h.url) // an answer proves that the server has begun
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if err := srv.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if conn, err := h.dial(t.Context()); err == nil {
			t.Errorf("dialled %v; the server has shut down", conn.RemoteAddr())
		}
	},
}

func TestMemoryBehavesLikeTCP(t *testing.T) { onBoth(t, exchanges) }

// onBoth runs each exchange in memory, in a bubble, and over TCP on loopback.
func onBoth(t *testing.T, exchanges map[string]exchange) {
	for name, exchange := range exchanges {
		t.Run(name+"/memory", func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				exchange(t, func(srv *http.Server) host {
					l := network.Serve(t, srv)
					return host{l.Client(), l.Dial, "http://notes.test/"}
				})
			})
		})
		t.Run(name+"/tcp", func(t *testing.T) {
			exchange(t, func(srv *http.Server) host { return serveTCP(t, srv) })
		})
	}
}

// serveTCP is what network.Serve is in memory.
func serveTCP(t *testing.T, srv *http.Server) host {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := srv.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		<-served
	})
	dial := func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}
	return host{&http.Client{Transport: transport}, dial, "http://" + l.Addr().String()}
}

// TestTimeoutsAreExactInVirtualTime is what memory has over TCP.
func TestTimeoutsAreExactInVirtualTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		srv := serverOf(func() {})
		srv.ReadHeaderTimeout = 5 * time.Second
		conn, err := network.Serve(t, srv).Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := io.Copy(io.Discard, conn); err != nil {
			t.Errorf("read: %v", err)
		}
		if waited := time.Since(start); waited != 5*time.Second {
			t.Errorf("the server closed a silent connection after %v, want 5s", waited)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestServeOutwaitsTheServer sends more than the handler reads: net/http then
// keeps the connection for a moment after the answer, and Serve has to know.
func TestServeOutwaitsTheServer(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		client := network.Serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		})}).Client()
		res, err := client.Post("http://notes.test/", "text/plain", strings.NewReader(strings.Repeat("note ", 1_000_000)))
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d, close: %v; want 413", res.StatusCode, err)
		}
	})
}

// TestDialEnds covers a listener that nobody accepts from.
func TestDialEnds(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		l := network.Listen()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.Dial(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("dial with nobody at the other end: %v, want context.DeadlineExceeded", err)
		}
		if err := errors.Join(l.Close(), l.Close()); err != nil {
			t.Errorf("close twice: %v", err)
		}
		if _, err := l.Dial(t.Context()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("dial after close: %v, want net.ErrClosed", err)
		}
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("accept after close: %v, want net.ErrClosed", err)
		}
	})
}
