package sixmistakes

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// retrying asks for an export of 150 pages, 1 s each. Its caller gives up
// after 4.5 s and asks again, each 5 s for a minute. It returns how many
// exports run 2.5 s after each request, and the queries made in the end.
func retrying(t *testing.T, export func(*Exporter) http.HandlerFunc) (running []int, queries int) {
	t.Helper()
	var g gauge
	x := &Exporter{Edge: quiet, Pages: 150, Query: func(ctx context.Context, _ int) ([]string, error) {
		defer g.enter()()
		return []string{"note"}, pause(ctx, time.Second)
	}}
	tr := &http.Transport{DialContext: serve(t, export(x))}
	for range 12 {
		go func() {
			ctx, leave := context.WithTimeout(t.Context(), 4500*time.Millisecond)
			defer leave()
			if status, _, err := get(ctx, &http.Client{Transport: tr}); err == nil {
				t.Errorf("the caller had left and got a %d", status)
			}
		}()
		time.Sleep(2500 * time.Millisecond)
		synctest.Wait()
		running = append(running, int(g.live.Load()))
		time.Sleep(2500 * time.Millisecond)
	}
	time.Sleep(time.Hour)
	return running, int(g.calls.Load())
}

func TestExportNaiveWorksForGhosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running, queries := retrying(t, func(x *Exporter) http.HandlerFunc { return x.Naive })
		if want := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}; !slices.Equal(running, want) || queries != 1800 {
			t.Errorf("exports running: %v, %d queries in all, want %v and 1800", running, queries, want)
		}
	})
}

func TestExportStopsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running, queries := retrying(t, func(x *Exporter) http.HandlerFunc { return x.Export })
		if slices.Max(running) != 1 || queries != 60 {
			t.Errorf("exports running: %v, %d queries in all, want one at a time and 60", running, queries)
		}
	})
	// Whoever stays waits for the budget and not for 150 s.
	synctest.Test(t, func(t *testing.T) {
		x := &Exporter{Edge: quiet, Pages: 150, Query: func(ctx context.Context, _ int) ([]string, error) {
			return []string{"note"}, pause(ctx, time.Second)
		}}
		start := time.Now()
		status, _, err := get(t.Context(), &http.Client{Transport: &http.Transport{DialContext: serve(t, x.Export)}})
		if took := time.Since(start); err != nil || status != http.StatusGatewayTimeout || took != exportBudget {
			t.Errorf("%d after %v, %v, want a 504 after %v", status, took, err, exportBudget)
		}
	})
}

// A query that answers from a cache and never looks at its context.
func TestCollectLooksEachTime(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	calls := 0
	x := &Exporter{Edge: quiet, Pages: 150, Query: func(context.Context, int) ([]string, error) {
		if calls++; calls == 4 {
			leave()
		}
		return []string{"note"}, nil
	}}
	w := httptest.NewRecorder()
	x.Export(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/notes/7", nil))
	if calls != 4 || w.Code != 499 {
		t.Errorf("%d pages and a %d, want 4 and a 499", calls, w.Code)
	}
}
