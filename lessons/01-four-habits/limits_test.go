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

// WriteTimeout counts from the end of the headers: here they take 4 s, and
// the client never reads the answer.
func TestWriteTimeoutStartsAfterTheHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, took := time.Now(), time.Duration(0)
		srv := NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if _, err := w.Write(make([]byte, 1<<20)); err == nil {
				t.Error("no client reads the answer, and writing it gave no error")
			}
			took = time.Since(start)
		}))
		conn, err := pipenet.Serve(t, srv).Dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for _, part := range []string{"GET / HTTP/1.1\r\n", "Host: x\r\n\r\n"} {
			if _, err := io.WriteString(conn, part); err != nil {
				t.Fatal(err)
			}
			time.Sleep(4 * time.Second)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if took != 14*time.Second {
			t.Errorf("the write ended after %v, want 14s: 4s of headers and 10s", took)
		}
	})
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
		err := fetch(t.Context(), &http.Client{Transport: tr}, "http://notes/")
		if !errors.Is(err, io.EOF) || time.Since(start) != time.Hour {
			t.Errorf("after %v the client saw %v", time.Since(start), err)
		}
	})
}

// newClient gives each call 3 s, reading the body included.
func newClient(rt http.RoundTripper) *http.Client {
	return &http.Client{Transport: rt, Timeout: 3 * time.Second}
}

// fetchNaive asks url with a zero-value client.
func fetchNaive(rt http.RoundTripper, url string) error {
	client := &http.Client{Transport: rt}
	res, err := client.Get(url)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// fetch asks url for as long as ctx and the client allow.
func fetch(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
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
		go func() { answer <- fetchNaive(tr, "http://upstream/") }()
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
		err := fetch(t.Context(), newClient(silentUpstream(t)), "http://upstream/")
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
		err := fetch(ctx, newClient(silentUpstream(t)), "http://upstream/")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}
