package fourhabits

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

func TestEveryServerLimitEndsItsWait(t *testing.T) {
	big := make([]byte, 1<<20)
	for _, tt := range []struct {
		name    string
		sends   string
		silent  bool // the client reads nothing
		handler http.HandlerFunc
		want    time.Duration
	}{
		{"ReadHeaderTimeout", "GET / HTTP/1.1\r\nHost: x\r\n", false, nil, 5 * time.Second},
		{"ReadTimeout", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", false,
			func(_ http.ResponseWriter, r *http.Request) {
				if _, err := io.ReadAll(r.Body); err == nil {
					t.Error("the body never came, and reading it gave no error")
				}
			}, 10 * time.Second},
		{"WriteTimeout", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", true,
			func(w http.ResponseWriter, _ *http.Request) {
				if _, err := w.Write(big); err == nil {
					t.Error("nobody reads the answer, and writing it gave no error")
				}
			}, 10 * time.Second},
		{"IdleTimeout", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", false,
			func(http.ResponseWriter, *http.Request) {}, 60 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, took := time.Now(), time.Duration(0)
				srv := NewServer(tt.handler)
				srv.ConnState = func(_ net.Conn, s http.ConnState) {
					if s == http.StateClosed {
						took = time.Since(start)
					}
				}
				conn, err := pipenet.Serve(t, srv).Dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if _, err := io.WriteString(conn, tt.sends); err != nil {
					t.Fatal(err)
				}
				if tt.silent {
					time.Sleep(time.Hour)
				} else if _, err := io.Copy(io.Discard, bufio.NewReader(conn)); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if took != tt.want {
					t.Errorf("the connection was closed after %v, not after %v", took, tt.want)
				}
			})
		})
	}
}

func TestNoServerLimitStopsTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if err := pause(r.Context(), time.Hour); err != nil {
				t.Errorf("the request's context ended after %v: %v", time.Since(start), err)
			}
		})
		tr := serve(t, NewServer(handler))
		err := Fetch(t.Context(), &http.Client{Transport: tr}, "http://notes/")
		if !errors.Is(err, io.EOF) || time.Since(start) != time.Hour {
			t.Errorf("after %v the client saw %v", time.Since(start), err)
		}
	})
}

// silentUpstream accepts connections and requests and never answers.
func silentUpstream(t *testing.T) *http.Transport {
	t.Helper()
	tr := serve(t, &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	})})
	return tr
}

func TestTheZeroValueClientWaitsAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := silentUpstream(t)
		answer := make(chan error, 1)
		go func() { answer <- FetchNaive(tr, "http://upstream/") }()
		select {
		case err := <-answer:
			t.Errorf("the zero-value client came back: %v", err)
		case <-time.After(time.Hour):
		}
	})
}

func TestTheClientGivesUpAfterThreeSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := Fetch(t.Context(), NewClient(silentUpstream(t)), "http://upstream/")
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() || time.Since(start) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestTheCallersDeadlineCountsWhenItIsShorter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := Fetch(ctx, NewClient(silentUpstream(t)), "http://upstream/")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}
