package defaults

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

func TestPercentile(t *testing.T) {
	took := make([]time.Duration, 0, 200)
	for range 195 {
		took = append(took, 20*time.Millisecond)
	}
	for i := range 5 {
		took = append(took, time.Duration(i+1)*time.Second)
	}
	for p, want := range map[int]time.Duration{50: 20 * time.Millisecond, 97: 20 * time.Millisecond, 98: time.Second, 99: 3 * time.Second, 100: 5 * time.Second} {
		if got := Percentile(p, took); got != want {
			t.Errorf("p%d is %v, want %v", p, got, want)
		}
	}
}

// The measurement of the lesson: ten minutes of a server with 10 places for
// connections. At minute 1, ten clients send one byte of a header each second,
// for a minute. The others send 10 requests a second that take 20 ms.
func TestSlowPeersMakeTheTail(t *testing.T) {
	for _, tt := range []struct {
		name    string
		limit   time.Duration // for a header
		measure func(t *testing.T, ln *pipenet.Listener) []time.Duration
		want    string // p50, p99, max
		slow    int    // over a second
	}{
		{"no limit, on schedule", 0, onSchedule, "20ms 54.13s 1m0.01s", 603},
		{"no limit, one after the other", 0, oneAfterTheOther, "20ms 20ms 1m0.01s", 10},
		{"5 s for a header, on schedule", 5 * time.Second, onSchedule, "20ms 20ms 5.01s", 41},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := &http.Server{
					ReadHeaderTimeout: tt.limit,
					Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
						time.Sleep(20 * time.Millisecond)
					}),
				}
				ln := serveTen(t, srv)
				var slowPeers sync.WaitGroup
				for range 10 {
					slowPeers.Go(func() { trickle(t, ln) })
				}
				took := tt.measure(t, ln)
				slowPeers.Wait()

				slow := 0
				for _, d := range took {
					if d > time.Second {
						slow++
					}
				}
				got := fmt.Sprint(Percentile(50, took), Percentile(99, took), Percentile(100, took))
				if got != tt.want || slow != tt.slow {
					t.Errorf("%d requests: %s, %d of them over a second; want %s, %d", len(took), got, slow, tt.want, tt.slow)
				}
			})
		})
	}
}

// onSchedule sends a request every 100 ms, whatever became of the others.
func onSchedule(t *testing.T, ln *pipenet.Listener) []time.Duration {
	took := make([]time.Duration, 6000)
	var wg sync.WaitGroup
	for i := range took {
		wg.Go(func() { took[i] = get(t, ln) })
		time.Sleep(100 * time.Millisecond)
	}
	wg.Wait()
	return took
}

// oneAfterTheOther is ten clients. Each sends a request every second, but not
// before it has the answer to the one before.
func oneAfterTheOther(t *testing.T, ln *pipenet.Listener) []time.Duration {
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	end := time.Now().Add(10 * time.Minute)
	for i := range 10 {
		wg.Go(func() {
			time.Sleep(time.Duration(i) * 100 * time.Millisecond)
			for next := time.Now(); next.Before(end); next = next.Add(time.Second) {
				time.Sleep(time.Until(next))
				next = time.Now() // late: what was missed isn't sent
				d := get(t, ln)
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return took
}

// get sends a request and waits for the end of its answer.
func get(t *testing.T, ln *pipenet.Listener) time.Duration {
	start := time.Now()
	conn, err := ln.Dial(t.Context(), "", "")
	if err != nil {
		t.Error(err)
		return 0
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n"); err != nil {
		t.Error(err)
	}
	if b, err := io.ReadAll(conn); err != nil || len(b) == 0 {
		t.Errorf("answer %q, %v", b, err)
	}
	_ = conn.Close()
	return time.Since(start)
}

// trickle holds a connection for the second minute, if the server lets it.
func trickle(t *testing.T, ln *pipenet.Listener) {
	time.Sleep(time.Minute - 10*time.Millisecond) // before the request of that moment
	conn, err := ln.Dial(t.Context(), "", "")
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	for range 60 {
		if _, err := io.WriteString(conn, "G"); err != nil {
			return // the server has had enough
		}
		time.Sleep(time.Second)
	}
}

// serveTen runs srv with 10 places for connections until the test ends. Who
// finds none waits in front of the server.
func serveTen(t *testing.T, srv *http.Server) *pipenet.Listener {
	t.Helper()
	ln := pipenet.Listen()
	ended := make(chan error)
	go func() { ended <- srv.Serve(&places{ln, make(chan struct{}, 10)}) }()
	t.Cleanup(func() {
		_ = srv.Close()
		<-ended
		time.Sleep(time.Second) // net/http lets some connections linger
	})
	return ln
}

// places lets in as many connections as there are places.
type places struct {
	*pipenet.Listener
	taken chan struct{}
}

func (p *places) Accept() (net.Conn, error) {
	p.taken <- struct{}{}
	conn, err := p.Listener.Accept()
	if err != nil {
		<-p.taken
		return nil, err
	}
	return &placed{Conn: conn, taken: p.taken}, nil
}

type placed struct {
	net.Conn
	taken chan struct{}
	once  sync.Once
}

func (c *placed) Close() error {
	c.once.Do(func() { <-c.taken })
	return c.Conn.Close()
}
