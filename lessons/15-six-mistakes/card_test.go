package sixmistakes

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// minute asks for 20 cards a second from a server with all four timeouts
// while the author service is silent. It answers again when the minute is
// over. minute counts the requests in flight every 10 s, and the outcomes.
func minute(t *testing.T, handler func(*Cards) http.HandlerFunc) (inFlight []int, outcomes map[string]int) {
	t.Helper()
	var (
		g    gauge
		mu   sync.Mutex
		wg   sync.WaitGroup
		back = make(chan struct{})
	)
	c := &Cards{Edge: quiet, Author: func(ctx context.Context, _ string) (string, error) {
		defer g.enter()()
		select {
		case <-back:
			return "Ann", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}}
	tr := &http.Transport{DialContext: serve(t, handler(c)), DisableKeepAlives: true}
	outcomes = make(map[string]int)
	for i := range 1200 {
		wg.Go(func() {
			status, body, err := get(t.Context(), &http.Client{Transport: tr})
			outcome := http.StatusText(status)
			if errors.Is(err, io.EOF) {
				outcome = "EOF"
			} else if err != nil {
				outcome = err.Error()
			}
			if status == http.StatusGatewayTimeout && !strings.Contains(body, `"timeout"`) {
				t.Errorf("a 504 with the body %s", body)
			}
			mu.Lock()
			defer mu.Unlock()
			outcomes[outcome]++
		})
		time.Sleep(25 * time.Millisecond)
		synctest.Wait()
		if (i+1)%200 == 0 {
			inFlight = append(inFlight, int(g.live.Load()))
		}
		if i == 1199 {
			close(back)
		}
		time.Sleep(25 * time.Millisecond)
	}
	wg.Wait()
	return inFlight, outcomes
}

// The server's limits are set, and 1,200 requests wait. 1,000 of them are
// past WriteTimeout when the author is back: answered with a 200 that
// nobody gets.
func TestServerTimeoutsDoNotBoundTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inFlight, outcomes := minute(t, func(c *Cards) http.HandlerFunc { return c.Naive })
		if want := []int{200, 400, 600, 800, 1000, 1200}; !slices.Equal(inFlight, want) {
			t.Errorf("in flight: %v, want %v", inFlight, want)
		}
		if outcomes["EOF"] != 1000 || outcomes["OK"] != 200 {
			t.Errorf("outcomes %v, want 1000 EOF and 200 OK", outcomes)
		}
	})
}

func TestTheBudgetKeepsThePileFlat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inFlight, outcomes := minute(t, func(c *Cards) http.HandlerFunc { return c.Card })
		if want := []int{40, 40, 40, 40, 40, 40}; !slices.Equal(inFlight, want) {
			t.Errorf("in flight: %v, want %v", inFlight, want)
		}
		if outcomes["Gateway Timeout"] != 1160 || outcomes["OK"] != 40 {
			t.Errorf("outcomes %v, want 1160 answers 504 and 40 OK", outcomes)
		}
	})
}

// Whatever the server's timeouts are, r.Context() has no deadline.
func TestTheRequestHasNoDeadlineOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := &http.Transport{DialContext: serve(t, func(_ http.ResponseWriter, r *http.Request) {
			if at, ok := r.Context().Deadline(); ok {
				t.Errorf("r.Context() ends at %v", at)
			}
		}), DisableKeepAlives: true}
		if status, _, err := get(t.Context(), &http.Client{Transport: tr}); status != http.StatusOK {
			t.Error(status, err)
		}
	})
}
