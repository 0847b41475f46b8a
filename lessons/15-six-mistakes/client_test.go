package sixmistakes

import (
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

// A counter counts the connections that a dial has opened and that are open.
type counter struct {
	dial       Dial
	made, open atomic.Int32
}

func (c *counter) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := c.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c.made.Add(1)
	c.open.Add(1)
	return &countedConn{Conn: conn, left: sync.OnceFunc(func() { c.open.Add(-1) })}, nil
}

type countedConn struct {
	net.Conn
	left func()
}

func (c *countedConn) Close() error {
	c.left()
	return c.Conn.Close()
}

// authors answers after 100 ms, and hangs up on who is idle for a minute.
func authors(t *testing.T) *counter {
	t.Helper()
	return &counter{dial: pipenet.Serve(t, &http.Server{
		IdleTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if pause(r.Context(), 100*time.Millisecond) == nil {
				_, _ = w.Write([]byte("Ann")) // the client may have gone
			}
		}),
	}).Dial}
}

// twoMinutes makes 20 calls a second, and says every 30 s how many
// connections are open.
func twoMinutes(t *testing.T, ask func() ([]byte, error), open *atomic.Int32) (all []int) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range 2400 {
		wg.Go(func() {
			if name, err := ask(); err != nil || string(name) != "Ann" {
				t.Errorf("%q, %v", name, err)
			}
		})
		time.Sleep(49 * time.Millisecond)
		synctest.Wait()
		if (i+1)%600 == 0 {
			all = append(all, int(open.Load()))
		}
		time.Sleep(time.Millisecond)
	}
	wg.Wait()
	return all
}

// A pool of one connection for each call. It is open until the server hangs
// up: 20 a second for 60.1 s.
func TestATransportPerCallKeepsItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := authors(t)
		open := twoMinutes(t, func() ([]byte, error) { return AskNaive(t.Context(), c.Dial, "http://author/") }, &c.open)
		if want := []int{600, 1200, 1202, 1202}; !slices.Equal(open, want) || c.made.Load() != 2400 {
			t.Errorf("open: %v, %d in all, want %v and 2400", open, c.made.Load(), want)
		}
		time.Sleep(2 * time.Minute)
		if n := c.open.Load(); n != 0 {
			t.Errorf("%d connections are left when the server has hung up", n)
		}
	})
}

func TestASharedTransportUsesItsConnectionsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := authors(t)
		client := NewClient(c.Dial, 20)
		defer client.CloseIdleConnections()
		open := twoMinutes(t, func() ([]byte, error) { return Read(t.Context(), client, "http://author/") }, &c.open)
		if n := slices.Max(open); n > 3 || c.made.Load() > 3 {
			t.Errorf("open: %v, %d in all, want at most 3", open, c.made.Load())
		}
	})
}

// Ten bursts of 20 calls: what is kept between two bursts need not be dialled.
func TestTwoIdleConnectionsDoNotServeABurst(t *testing.T) {
	for parallel, want := range map[int]int32{0: 20 + 9*18, 2: 20 + 9*18, 20: 20} {
		synctest.Test(t, func(t *testing.T) {
			c := authors(t)
			client := NewClient(c.Dial, parallel)
			defer client.CloseIdleConnections()
			for range 10 {
				var wg sync.WaitGroup
				for range 20 {
					wg.Go(func() {
						if _, err := Read(t.Context(), client, "http://author/"); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				time.Sleep(time.Second)
			}
			if n := c.made.Load(); n != want {
				t.Errorf("MaxIdleConnsPerHost %d: %d connections, want %d", parallel, n, want)
			}
		})
	}
}

// The pool belongs to the Transport: clients that share it share connections.
func TestClientsShareAPoolThroughTheirTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := authors(t)
		shared := NewClient(c.Dial, 20)
		defer shared.CloseIdleConnections()
		for range 3 {
			client := &http.Client{Transport: shared.Transport, Timeout: time.Second}
			if _, err := Read(t.Context(), client, "http://author/"); err != nil {
				t.Error(err)
			}
		}
		if n := c.made.Load(); n != 1 {
			t.Errorf("%d connections, want 1", n)
		}
	})
}
