// Package network is a network in memory, for suites with an [http.Server] or a
// client of one.
package network

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A Listener is a [net.Listener] in memory: its connections are [net.Pipe]s, so
// that a bubble sees them wait and their deadlines are exact in virtual time.
// Make it with [Listen], inside the bubble that uses it.
//
// For net/http and its clients it behaves like TCP: disconnects, timeouts,
// bodies, and which connection is used again. Raw connections differ from TCP:
//
//   - A connection has no buffer. A Write waits until the other side reads, and a
//     Dial until the other side accepts; over TCP both are done before.
//   - What has been closed on this side says [io.ErrClosedPipe], over TCP
//     [net.ErrClosed]; a second Close returns nil, over TCP an error. A Listener
//     that is closed says [net.ErrClosed] from Accept and from Dial; over TCP the
//     dial is refused by the system.
//   - When the other side has closed, Read returns [io.EOF] as over TCP, and Write
//     [io.ErrClosedPipe] at once. Over TCP a first Write may succeed, and there may
//     be a reset where bytes were on their way.
//   - There is no half-closed connection (CloseWrite). The server takes one over
//     TCP for a client that has left.
type Listener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen returns a listener that is ready for Accept and Dial.
func Listen() *Listener {
	return &Listener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept returns the server's end of the next connection. It returns
// [net.ErrClosed] once the listener is closed.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Dial. Connections that exist stay open. It returns nil
// and may be called again.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr returns an address that says that the network is in memory.
func (l *Listener) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "memory:80" }

// Dial returns the client's end of a new connection; the caller closes it.
// It returns [net.ErrClosed] if the listener is closed and the error of ctx if
// ctx ends before the other side accepts.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, errors.Join(net.ErrClosed, client.Close(), server.Close())
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), client.Close(), server.Close())
	}
}

// Client returns an HTTP client that reaches the listener under every host name,
// such as http://notes.test/. It has no timeout of its own. Its idle connections
// end with the server.
func (l *Listener) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) },
	}}
}

// Serve runs srv on a new listener until the test ends. It must be called
// inside a bubble. The caller closes its own raw connections and response bodies.
//
// The end has an order: the server closes its listener and its connections, its
// Serve method returns, and one virtual second passes, because net/http lingers
// for half a second on a connection that it answered before it had read the
// whole request. Whatever still runs then is a leak of the code under test.
func Serve(t *testing.T, srv *http.Server) *Listener {
	t.Helper()
	l := Listen()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("http.Server.Close: %v", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("http.Server.Serve ended before the test did: %v", err)
		}
		time.Sleep(time.Second)
	})
	return l
}
