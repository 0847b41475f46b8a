package network_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
)

// A wire is a listener of either network with one connection through it.
type wire struct {
	listener       net.Listener
	dial           func(context.Context) (net.Conn, error)
	client, server net.Conn
	memory         bool
}

// onWires runs f on a wire in memory and on one over TCP.
func onWires(t *testing.T, f func(t *testing.T, w wire)) {
	connect := func(t *testing.T, w wire) {
		accepted := make(chan error, 1)
		go func() {
			var err error
			w.server, err = w.listener.Accept()
			accepted <- err
		}()
		var err error
		w.client, err = w.dial(t.Context())
		if err := errors.Join(err, <-accepted); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { // what f has closed is closed twice
			_, _, _ = w.client.Close(), w.server.Close(), w.listener.Close()
		})
		f(t, w)
	}
	t.Run("memory", func(t *testing.T) {
		kit.Bubble(t, func(t *testing.T) {
			l := network.Listen()
			connect(t, wire{listener: l, dial: l.Dial, memory: true})
		})
	})
	t.Run("tcp", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		connect(t, wire{listener: l, dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
		}})
	})
}

// want fails t unless err is the one of the network that w is on.
func (w wire) want(t *testing.T, what string, err, memory, tcp error) {
	t.Helper()
	want := tcp
	if w.memory {
		want = memory
	}
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// TestConnectionsEndAlike holds the errors that are the same on both networks.
func TestConnectionsEndAlike(t *testing.T) {
	onWires(t, func(t *testing.T, w wire) {
		go func() { _, _ = io.WriteString(w.client, "note") }()
		if _, err := io.ReadFull(w.server, make([]byte, 4)); err != nil {
			t.Error(err)
		}
		past := time.Now().Add(-time.Second)
		if err := w.server.SetDeadline(past); err != nil {
			t.Error(err)
		}
		_, err := w.server.Read(make([]byte, 1))
		wantTimeout(t, "a read after its deadline", err)
		_, err = w.server.Write(make([]byte, 1))
		wantTimeout(t, "a write after its deadline", err)
		if err := w.server.SetDeadline(time.Time{}); err != nil {
			t.Error(err)
		}
		waits := make(chan error)
		go func() {
			_, err := w.server.Read(make([]byte, 1))
			waits <- err
		}()
		if err := w.server.SetReadDeadline(past); err != nil { // it ends a read that waits, too
			t.Error(err)
		}
		wantTimeout(t, "a read whose deadline is moved", <-waits)
		if err := w.server.SetReadDeadline(time.Time{}); err != nil {
			t.Error(err)
		}
		if err := w.client.Close(); err != nil {
			t.Error(err)
		}
		if _, err := w.server.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("a read after the other side has closed: %v, want io.EOF", err)
		}
		if err := w.listener.Close(); err != nil {
			t.Error(err)
		}
		if _, err := w.listener.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("accept after close: %v, want net.ErrClosed", err)
		}
	})
}

// TestOwnEndClosed pins: net.ErrClosed over TCP, io.ErrClosedPipe in memory.
func TestOwnEndClosed(t *testing.T) {
	onWires(t, func(t *testing.T, w wire) {
		if err := w.client.Close(); err != nil {
			t.Error(err)
		}
		_, read := w.client.Read(make([]byte, 1))
		_, write := w.client.Write(make([]byte, 1))
		for what, err := range map[string]error{"read": read, "write": write, "deadline": w.client.SetDeadline(time.Time{})} {
			w.want(t, what+" after close", err, io.ErrClosedPipe, net.ErrClosed)
		}
		w.want(t, "close again", w.client.Close(), nil, net.ErrClosed)
	})
}

// TestOtherEndClosed pins: a write fails at once in memory. Over TCP the first
// goes into a buffer, and a later one fails with an error of the system.
func TestOtherEndClosed(t *testing.T) {
	onWires(t, func(t *testing.T, w wire) {
		if err := w.client.Close(); err != nil {
			t.Error(err)
		}
		if w.memory {
			_, err := w.server.Write(make([]byte, 1))
			w.want(t, "write", err, io.ErrClosedPipe, nil)
			return
		}
		if _, err := w.server.Write(make([]byte, 1)); err != nil {
			t.Errorf("the first write over TCP: %v", err)
		}
		if err := endless(w.server); !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("later writes over TCP: %v, want EPIPE or ECONNRESET", err)
		}
	})
}

// TestBuffers pins: in memory nothing is sent before somebody reads, over TCP a
// few bytes always are.
func TestBuffers(t *testing.T) {
	onWires(t, func(t *testing.T, w wire) {
		if w.memory {
			if err := w.client.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
				t.Error(err)
			}
		}
		n, err := io.WriteString(w.client, "note")
		w.want(t, "a write that nobody reads", err, os.ErrDeadlineExceeded, nil)
		if sent := n > 0; sent == w.memory {
			t.Errorf("a write that nobody reads sent %d bytes", n)
		}
	})
}

// TestHalfClose pins: only TCP can end one direction. net/http takes that for a
// client that has left.
func TestHalfClose(t *testing.T) {
	onWires(t, func(t *testing.T, w wire) {
		if _, ok := w.client.(interface{ CloseWrite() error }); ok == w.memory {
			t.Errorf("%T has a CloseWrite: %t", w.client, ok)
		}
	})
	t.Run("of a request", func(t *testing.T) {
		h := serveTCP(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			_, _ = io.WriteString(w, "gone")
		})})
		conn := raw(t, h, "GET / HTTP/1.1\r\nHost: notes.test\r\nConnection: close\r\n\r\n")
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, conn); err != nil {
			t.Errorf("the answer: %v", err)
		}
	})
}

// TestDials pins: a dial waits for Accept in memory and for the system over TCP,
// and after close it says which it was.
func TestDials(t *testing.T) {
	onWires(t, func(t *testing.T, w wire) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // of which TCP needs none
		defer cancel()
		conn, err := w.dial(ctx)
		w.want(t, "a dial that nobody accepts", err, context.DeadlineExceeded, nil)
		if err == nil {
			_ = conn.Close()
		}
		if err := w.listener.Close(); err != nil {
			t.Error(err)
		}
		_, err = w.dial(t.Context())
		w.want(t, "a dial after close", err, net.ErrClosed, syscall.ECONNREFUSED)
		w.want(t, "close again", w.listener.Close(), nil, net.ErrClosed)
	})
}
