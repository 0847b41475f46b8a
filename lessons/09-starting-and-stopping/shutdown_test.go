package lifecycle

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

// E3: an hour into Shutdown the request's context is alive. It ends when
// the context that BaseContext gave to the server ends.
func TestShutdownCancelsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, cancel := context.WithCancelCause(context.Background())
		var request context.Context
		ln := pipenet.Listen()
		srv := &http.Server{
			BaseContext: func(net.Listener) context.Context { return base },
			Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				request = r.Context()
				<-request.Done()
			}),
		}
		served := make(chan error, 1)
		go func() { served <- srv.Serve(ln) }()
		got := ask(t, ln, time.Now(), http.MethodGet, nil)
		if err := shutdown(srv, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: %v, want its own deadline", err)
		}
		if err := request.Err(); err != nil {
			t.Errorf("after an hour of Shutdown the request's context says %v, want nil", err)
		}
		cancel(ErrStopping)
		if a := <-got; a.err != nil || a.status != 200 {
			t.Errorf("%+v", a)
		}
		if cause := context.Cause(request); !errors.Is(cause, ErrStopping) {
			t.Errorf("cause %v, want %v", cause, ErrStopping)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// Close ends the context of a request without a pending body, because its
// connection is gone. A handler that has not read its body learns nothing.
func TestCloseReachesOnlySomeRequests(t *testing.T) {
	for method, ended := range map[string]bool{http.MethodGet: true, http.MethodPost: false} {
		synctest.Test(t, func(t *testing.T) {
			ln := pipenet.Listen()
			var request context.Context
			returned := false
			release := make(chan struct{})
			srv := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				request = r.Context()
				<-release
				returned = true
			})}
			served := make(chan error, 1)
			go func() { served <- srv.Serve(ln) }()
			var body io.Reader
			if method == http.MethodPost {
				body = strings.NewReader(strings.Repeat("a", 1<<20))
			}
			got := ask(t, ln, time.Now(), method, body)
			if err := srv.Close(); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if returned {
				t.Errorf("%s: Close waited for the handler", method)
			}
			if err := request.Err(); (err != nil) != ended {
				t.Errorf("%s: after Close the request's context says %v, want it ended: %v", method, err, ended)
			}
			if a := <-got; a.err == nil {
				t.Errorf("%s: %+v, want a cut connection", method, a)
			}
			close(release)
			<-served
			time.Sleep(time.Second) // net/http lets some connections linger
		})
	}
}

// A connection that never says a word is not idle to Shutdown for its
// first five seconds and more: the bound runs out with no request lost.
// With a ReadHeaderTimeout the server itself ends it before that.
func TestASilentConnectionHoldsShutdown(t *testing.T) {
	for limit, want := range map[time.Duration][2]time.Duration{
		0:               {drainTime, 7 * time.Second},
		3 * time.Second: {3 * time.Second, 3*time.Second + pollSlack},
	} {
		synctest.Test(t, func(t *testing.T) {
			ln := pipenet.Listen()
			srv := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: limit}
			served := make(chan error, 1)
			go func() { served <- srv.Serve(ln) }()
			conn, err := ln.Dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			start := time.Now()
			if err := srv.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if d := time.Since(start); d < want[0] || d >= want[1] {
				t.Errorf("ReadHeaderTimeout %v: Shutdown took %v, want %v to %v", limit, d, want[0], want[1])
			}
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
			<-served
		})
	}
}

// A second Shutdown waits, as the first did, and announces itself again.
func TestShutdownTwiceCallsTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := new(http.Server)
		called := make(chan bool, 2)
		srv.RegisterOnShutdown(func() { called <- true })
		for i := range 2 {
			if err := srv.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if n := len(called); n != i+1 {
				t.Errorf("after %d calls of Shutdown: called %d times", i+1, n)
			}
		}
	})
}
