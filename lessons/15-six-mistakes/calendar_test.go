package sixmistakes

import (
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

const (
	limit = 3 * time.Second
	url   = "http://calendar/"
)

// trickling answers at once and then sends a byte a second for an hour.
func trickling(t *testing.T) Dial {
	t.Helper()
	return pipenet.Serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := http.NewResponseController(w)
		for range 3600 {
			if _, err := w.Write([]byte("x")); err != nil {
				return
			}
			if err := out.Flush(); err != nil {
				return
			}
			if pause(r.Context(), time.Second) != nil {
				return
			}
		}
	})}).Dial
}

// silent accepts the request and says nothing.
func silent(t *testing.T) Dial {
	t.Helper()
	return pipenet.Serve(t, &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	})}).Dial
}

// nowhere does not answer a dial.
func nowhere(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// fetch says how long one fetch took, and what it returned.
func fetch(t *testing.T, client *http.Client, read func(*http.Client) ([]byte, error)) (took time.Duration, n int, err error) {
	t.Helper()
	defer client.CloseIdleConnections()
	start := time.Now()
	body, err := read(client)
	return time.Since(start), len(body), err
}

func plainly(t *testing.T) func(*http.Client) ([]byte, error) {
	return func(c *http.Client) ([]byte, error) { return Read(t.Context(), c, url) }
}

// ResponseHeaderTimeout ends the wait for a header, and no wait after it.
func TestTheHeaderClientReadsForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took, n, err := fetch(t, HeaderClient(trickling(t), limit), plainly(t))
		if took != time.Hour || n != 3600 || err != nil {
			t.Errorf("%d bytes in %v: %v, want 3600 in an hour", n, took, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		took, _, err := fetch(t, HeaderClient(silent(t), limit), plainly(t))
		if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() || took != limit {
			t.Errorf("a silent upstream: %v after %v, want a timeout after %v", err, took, limit)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		took, _, err := fetch(t, HeaderClient(nowhere, limit), plainly(t))
		if !errors.Is(err, context.DeadlineExceeded) || took != limit {
			t.Errorf("a dial that hangs: %v after %v, want %v after %v", err, took, context.DeadlineExceeded, limit)
		}
	})
}

func TestALimitOnTheWholeReadEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took, _, err := fetch(t, WholeClient(trickling(t), limit), plainly(t))
		if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() || took != limit {
			t.Errorf("Client.Timeout: %v after %v, want a timeout after %v", err, took, limit)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		took, _, err := fetch(t, HeaderClient(trickling(t), limit), func(c *http.Client) ([]byte, error) {
			return Calendar(t.Context(), c, url, limit)
		})
		if !errors.Is(err, context.DeadlineExceeded) || took != limit {
			t.Errorf("context: %v after %v, want %v after %v", err, took, context.DeadlineExceeded, limit)
		}
	})
}

// What is cut off at the size limit is no calendar.
func TestReadRefusesWhatIsTooLarge(t *testing.T) {
	for size, want := range map[int]error{maxCalendar: nil, maxCalendar + 1: errLarge} {
		synctest.Test(t, func(t *testing.T) {
			dial := pipenet.Serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write(make([]byte, size)) // the client may have hung up
			})}).Dial
			if _, n, err := fetch(t, WholeClient(dial, limit), plainly(t)); !errors.Is(err, want) || err == nil && n != size {
				t.Errorf("%d bytes: read %d, %v, want %v", size, n, err, want)
			}
		})
	}
}

// A cancel on the way out of the function that asks ends the read of the
// body in its caller.
func TestACancelAfterDoEndsTheRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := HeaderClient(trickling(t), limit)
		defer client.CloseIdleConnections()
		res, err := askAndCancel(t.Context(), client)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatal(res, err)
		}
		defer res.Body.Close()
		if _, err := io.ReadAll(res.Body); !errors.Is(err, context.Canceled) {
			t.Errorf("the read of the body: %v, want %v", err, context.Canceled)
		}
	})
}

func askAndCancel(ctx context.Context, client *http.Client) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}
