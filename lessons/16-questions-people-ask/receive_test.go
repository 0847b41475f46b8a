package questions

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// received is what a receive from a silent peer came back with, and when;
// the peer hangs up after an hour and the context ends after 2 s.
func received(t *testing.T, receive func(context.Context, net.Conn, []byte) (int, error)) (took time.Duration, err error) {
	t.Helper()
	conn, peer := net.Pipe()
	defer conn.Close()
	time.AfterFunc(time.Hour, func() { _ = peer.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	start := time.Now()
	_, err = receive(ctx, conn, make([]byte, 8))
	took = time.Since(start)
	time.Sleep(time.Hour) // the peer's hour is over
	return took, err
}

func TestAContextNobodyLooksAtEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took, err := received(t, ReceiveDeaf)
		if took != time.Hour || err == nil {
			t.Errorf("after %v: %v, want the end of the connection after 1h", took, err)
		}
	})
}

func TestReceiveEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took, err := received(t, Receive)
		if took != 2*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %v: %v, want %v after 2s", took, err, context.DeadlineExceeded)
		}
	})
}

// A read may succeed at the moment at which its context ends. The deadline is
// set all the same, so the caller must hear of it.
func TestReceiveTellsOfTheDeadlineItLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		conn := &lastWord{leave: leave}
		n, err := Receive(ctx, conn, make([]byte, 8))
		synctest.Wait()
		if n != 3 || !errors.Is(err, context.Canceled) || !conn.poisoned {
			t.Errorf("%d bytes, %v, a deadline left: %v; want 3, %v and true", n, err, conn.poisoned, context.Canceled)
		}
	})
}

// A lastWord is a connection whose context ends as its read succeeds.
type lastWord struct {
	net.Conn
	leave    func()
	poisoned bool
}

func (c *lastWord) Read([]byte) (int, error) { c.leave(); return 3, nil }

func (c *lastWord) SetReadDeadline(time.Time) error { c.poisoned = true; return nil }

// A receive that is served leaves the connection as it was.
func TestReceiveLeavesTheConnectionAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, peer := net.Pipe()
		defer conn.Close()
		defer peer.Close()
		for _, word := range []string{"one", "two"} {
			go func() { _, _ = peer.Write([]byte(word)) }()
			ctx, cancel := context.WithCancel(t.Context())
			p := make([]byte, 8)
			n, err := Receive(ctx, conn, p)
			cancel()
			synctest.Wait()
			if err != nil || string(p[:n]) != word {
				t.Errorf("received %q, %v, want %q", p[:n], err, word)
			}
		}
	})
}

func TestAnOrdinaryFileHasNoDeadline(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/note.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.SetReadDeadline(time.Now()); !errors.Is(err, os.ErrNoDeadline) {
		t.Errorf("SetReadDeadline: %v, want %v", err, os.ErrNoDeadline)
	}
}
