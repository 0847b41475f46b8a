package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

// The signal comes at 1 s, the request needs 3 s. Serve returns with the
// signal; the answer is still two seconds away.
func TestServeReturnsBeforeTheLastAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		ln := pipenet.Listen()
		srv := &http.Server{Handler: Export(takes(3 * time.Second))}
		returned := make(chan time.Duration, 1)
		go func() {
			if err := ServeNaive(ctx, srv, ln); !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
			returned <- time.Since(start)
		}()
		got := ask(t, ln, start, http.MethodGet, nil)
		if at := <-returned; at != time.Second {
			t.Errorf("Serve returned after %v, want 1s", at)
		}
		select {
		case a := <-got:
			t.Errorf("the answer was there already: %+v", a)
		default:
		}
		if a := <-got; a.status != 200 || a.after != 3*time.Second {
			t.Errorf("%+v, want 200 after 3s: the server alone would have done it", a)
		}
		time.Sleep(time.Second) // Shutdown looks once more
	})
}

// E9: the address is taken. A virtual day later the process still waits.
func TestAFailedBindWaitsForTheSignal(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		var log bytes.Buffer
		srv := &http.Server{Addr: taken.Addr().String()}
		if err := ServeAndLog(ctx, srv, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
			t.Errorf("%v, want nil: the failure is forgotten", err)
		}
		if d := time.Since(start); d != 24*time.Hour {
			t.Errorf("returned after %v, want a day", d)
		}
		synctest.Wait()
		if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "listen tcp") {
			t.Errorf("the failure is not in the log: %s", &log)
		}
	})
}

// The same failure, seen by Run: it returns at once, with the reason, and
// the store is closed.
func TestRunEndsWhenServingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ln := pipenet.Listen()
		if err := ln.Close(); err != nil {
			t.Fatal(err)
		}
		store := new(store)
		s := &Service{Handler: http.NotFoundHandler(), Store: store}
		if err := s.Run(t.Context(), ln); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Run: %v, want %v", err, net.ErrClosed)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("Run took %v, want nothing", d)
		}
		if store.closed != 1 {
			t.Errorf("store closed %d times, want once", store.closed)
		}
	})
}

// RunHasty: the signal at 1 s cancels a request that needed 3 s, and does
// not wait for it. With nothing in flight it looks perfect.
func TestTheSignalsContextDrainsNothing(t *testing.T) {
	for name, busy := range map[string]bool{"busy": true, "idle": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				ln := pipenet.Listen()
				work := make(chan error, 1)
				srv := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					work <- takes(3 * time.Second)(r.Context())
					time.Sleep(time.Second) // it has something to undo
				})}
				ran := make(chan error, 1)
				go func() { ran <- RunHasty(ctx, srv, ln) }()
				var got <-chan answer
				if busy {
					got = ask(t, ln, start, http.MethodGet, nil)
				}
				err := <-ran
				if d := time.Since(start); d != time.Second {
					t.Errorf("returned after %v, want 1s", d)
				}
				if !busy {
					if err != nil {
						t.Errorf("idle: %v, want nil", err)
					}
					return
				}
				if !errors.Is(err, context.DeadlineExceeded) { // how this test's ctx ends
					t.Errorf("Shutdown: %v, want the error of the ended context", err)
				}
				if err := <-work; err == nil || time.Since(start) != time.Second {
					t.Errorf("the request: %v after %v, want it cancelled with the signal", err, time.Since(start))
				}
				<-got
			})
		})
	}
}

// A store that knows when it was closed, and who used it afterwards.
type store struct {
	closed int
	at     time.Time
}

func (s *store) Close() error {
	s.closed++
	s.at = time.Now()
	return nil
}

// The signal comes at 1 s, the notice ends at 4 s, the drain at 9 s, the
// time to say so at 10 s.
func TestTheOrderOfTheStop(t *testing.T) {
	for name, tt := range map[string]struct {
		work   func(context.Context) error
		status int // 0: the connection was cut
		after  time.Duration
		err    error // of Run
		ended  time.Duration
	}{
		"nothing left":   {takes(2 * time.Second), 200, 2 * time.Second, nil, 4 * time.Second},
		"ends by itself": {takes(6 * time.Second), 200, 6 * time.Second, nil, 6 * time.Second},
		"is cancelled":   {takes(time.Hour), 503, 9 * time.Second, nil, 9 * time.Second},
		"is deaf":        {deaf(time.Minute), 0, 10 * time.Second, ErrCut, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				ln, store := pipenet.Listen(), new(store)
				s := &Service{Handler: Export(tt.work), Store: store}
				ran := make(chan error, 1)
				go func() { ran <- s.Run(ctx, ln) }()
				got := ask(t, ln, start, http.MethodGet, nil)
				err := <-ran
				if !errors.Is(err, tt.err) {
					t.Errorf("Run: %v, want %v", err, tt.err)
				}
				within(t, "Run returned", time.Since(start), tt.ended)
				a := <-got
				if a.status != tt.status || (a.err != nil) != (tt.status == 0) || a.after != tt.after {
					t.Errorf("the client got %+v, want %d after %v", a, tt.status, tt.after)
				}
				if store.closed != 1 || store.at.Sub(start) < tt.after {
					t.Errorf("store closed %d times, at %v, want once, after the last answer", store.closed, store.at.Sub(start))
				}
				time.Sleep(time.Minute) // the deaf one comes back
			})
		})
	}
}

// A store whose Close hangs until it is released.
type hungStore chan bool

func (s hungStore) Close() error {
	<-s
	return nil
}

// The last wait has a bound as well: the signal comes at 1 s, the notice
// ends at 4 s, and a store that hangs holds Run for one second more.
func TestAStoreThatHangsDoesNotHoldTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		store := make(hungStore)
		defer close(store)
		s := &Service{Handler: http.NotFoundHandler(), Store: store}
		if err := s.Run(ctx, pipenet.Listen()); !errors.Is(err, ErrStoreHangs) {
			t.Errorf("Run: %v, want %v", err, ErrStoreHangs)
		}
		if d := time.Since(start); d != 5*time.Second {
			t.Errorf("Run returned after %v, want 5s", d)
		}
	})
}

// From the signal on /readyz says 503, and requests are still served until
// the notice is over. Then nobody gets in.
func TestNotReadyStillServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s := &Service{Store: new(store)}
		mux := http.NewServeMux()
		mux.HandleFunc("GET /readyz", s.Readyz)
		mux.HandleFunc("GET /export", Export(takes(0)))
		s.Handler = mux
		ln := pipenet.Listen()
		tr := &http.Transport{DialContext: ln.Dial, DisableKeepAlives: true}
		status := func(path string) int {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://notes"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := tr.RoundTrip(req)
			if errors.Is(err, net.ErrClosed) {
				return 0
			} else if err != nil {
				t.Fatal(err)
			}
			if err := res.Body.Close(); err != nil {
				t.Error(err)
			}
			return res.StatusCode
		}
		ran := make(chan error, 1)
		go func() { ran <- s.Run(ctx, ln) }()
		synctest.Wait()
		for _, tt := range []struct {
			at            time.Duration
			ready, export int
		}{
			{0, 204, 200},
			{1500 * time.Millisecond, 503, 200},
			{3500 * time.Millisecond, 503, 200},
			{4500 * time.Millisecond, 0, 0},
		} {
			time.Sleep(tt.at - time.Since(start))
			if r, e := status("/readyz"), status("/export"); r != tt.ready || e != tt.export {
				t.Errorf("at %v: readyz %d, export %d, want %d and %d", tt.at, r, e, tt.ready, tt.export)
			}
		}
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}

// All four timeouts are set, and a silent connection can't use up the drain.
func TestTheServerHasAllFourTimeouts(t *testing.T) {
	srv := newServer(nil)
	if srv.ReadHeaderTimeout <= 0 || srv.ReadTimeout <= 0 || srv.WriteTimeout <= 0 || srv.IdleTimeout <= 0 {
		t.Errorf("a timeout is missing: %+v", srv)
	}
	if srv.ReadHeaderTimeout >= drainTime {
		t.Errorf("ReadHeaderTimeout %v is not below the drain's %v", srv.ReadHeaderTimeout, drainTime)
	}
}

// The signal comes at 3 s and the cancel at 11 s. By then WriteTimeout, 10 s
// from the request's header, has passed: the 503 doesn't reach the client.
func TestACancelledRequestCanMissWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		ln := pipenet.Listen()
		s := &Service{Handler: Export(takes(time.Hour)), Store: new(store)}
		ran := make(chan error, 1)
		go func() { ran <- s.Run(ctx, ln) }()
		got := ask(t, ln, start, http.MethodGet, nil)
		if err := <-ran; err != nil {
			t.Errorf("Run: %v", err)
		}
		if a := <-got; a.status != 0 || a.err == nil || a.after != 11*time.Second {
			t.Errorf("the client got %+v, want a cut connection after 11s", a)
		}
	})
}
