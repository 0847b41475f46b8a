package sixmistakes

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/lessons/internal/pipenet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quiet is an edge whose log nobody reads.
var quiet = Edge{slog.New(slog.DiscardHandler)}

// A gauge counts calls.
type gauge struct {
	live, peak, calls atomic.Int32
}

func (g *gauge) enter() (leave func()) {
	g.calls.Add(1)
	now := g.live.Add(1)
	for {
		peak := g.peak.Load()
		if now <= peak || g.peak.CompareAndSwap(peak, now) {
			break
		}
	}
	return func() { g.live.Add(-1) }
}

// pause waits for d or for the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve runs h behind a server with all four timeouts, for one bubble.
func serve(t *testing.T, h http.HandlerFunc) Dial {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", h)
	return pipenet.Serve(t, &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}).Dial
}

// get asks for note 7 and returns the status and the body.
func get(ctx context.Context, client *http.Client) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://notes/notes/7", nil)
	if err != nil {
		return 0, "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, string(body), err
}
