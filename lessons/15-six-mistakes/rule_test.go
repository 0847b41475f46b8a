package sixmistakes

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

const clearUp = 10 * time.Millisecond

// Callers leave after 1 s, or stay. A call takes an hour unless its context
// ends, and then 10 ms to clear up. Who stops early is back by then, with
// nothing under way.
func TestWhatReturnsEarlyStopsEarly(t *testing.T) {
	const leaves, stays = time.Second, 1000 * time.Hour
	for name, tt := range map[string]struct {
		run    func(ctx context.Context, g *gauge)
		caller time.Duration
		took   time.Duration
		live   int32
	}{
		"Relay":          {relaying(Relay), leaves, leaves + clearUp, 0},
		"RelayNaive":     {relaying(RelayNaive), leaves, leaves, 5},
		"Exporter":       {exporting((*Exporter).Export), leaves, leaves + clearUp, 0},
		"Exporter.Naive": {exporting((*Exporter).Naive), leaves, 3 * (time.Hour + clearUp), 0},

		"Cards, caller leaves":       {carding((*Cards).Card), leaves, leaves + clearUp, 0},
		"Cards.Naive, caller leaves": {carding((*Cards).Naive), leaves, leaves + clearUp, 0},
		"Cards, caller stays":        {carding((*Cards).Card), stays, cardBudget + clearUp, 0},
		"Cards.Naive, caller stays":  {carding((*Cards).Naive), stays, time.Hour + clearUp, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g gauge
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), tt.caller)
				defer cancel()
				tt.run(ctx, &g)
				if live, took := g.live.Load(), time.Since(start); live != tt.live || took != tt.took {
					t.Errorf("back after %v with %d calls under way, want %v and %d", took, live, tt.took, tt.live)
				}
				time.Sleep(time.Second)
			})
		})
	}
}

// call needs an hour, or the end of ctx, and 10 ms to clear up.
func (g *gauge) call(ctx context.Context) error {
	defer g.enter()()
	err := pause(ctx, time.Hour)
	time.Sleep(clearUp)
	return err
}

// relaying has five events, whose channel is closed when ctx ends.
func relaying(run relay) func(context.Context, *gauge) {
	return func(ctx context.Context, g *gauge) {
		events := make(chan Event)
		go func() {
			defer close(events)
			for range 5 {
				events <- Event{}
			}
			<-ctx.Done()
		}()
		run(ctx, events, func(ctx context.Context, _ Event) { _ = g.call(ctx) })
	}
}

func exporting(run func(*Exporter, http.ResponseWriter, *http.Request)) func(context.Context, *gauge) {
	return func(ctx context.Context, g *gauge) {
		query := func(ctx context.Context, _ int) ([]string, error) { return nil, g.call(ctx) }
		run(&Exporter{quiet, 3, query}, httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	}
}

func carding(run func(*Cards, http.ResponseWriter, *http.Request)) func(context.Context, *gauge) {
	return func(ctx context.Context, g *gauge) {
		author := func(ctx context.Context, _ string) (string, error) { return "", g.call(ctx) }
		run(&Cards{quiet, author}, httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	}
}
