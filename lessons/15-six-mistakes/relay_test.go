package sixmistakes

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

type relay func(context.Context, <-chan Event, Post)

// evening has 200 events a second. A delivery takes 50 ms; what starts in
// the 40 s after second 10 is never answered and gives up after 30 s. Every 10 s evening looks how many
// deliveries are under way and how many events wait with the broker.
func evening(t *testing.T, run relay, looks int) (g *gauge, live, waiting []int) {
	t.Helper()
	g = new(gauge)
	start := time.Now()
	ctx, stop := context.WithCancel(t.Context())
	events := make(chan Event)
	look := make(chan int)
	go func() { // the broker and its client
		defer close(events)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for backlog := 0; ; {
			out := events
			if backlog == 0 {
				out = nil
			}
			select {
			case <-tick.C:
				backlog++
			case out <- Event{Note: "8c1f"}:
				backlog--
			case look <- backlog:
			case <-ctx.Done():
				return
			}
		}
	}()
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		run(ctx, events, func(ctx context.Context, _ Event) {
			defer g.enter()()
			d := 50 * time.Millisecond
			if at := time.Since(start); at > 10*time.Second && at <= 50*time.Second {
				d = 30 * time.Second // the proxy swallows it
			}
			_ = pause(ctx, d)
		})
	}()
	time.Sleep(2500 * time.Microsecond) // between two events
	for range looks {
		time.Sleep(10 * time.Second)
		synctest.Wait()
		live = append(live, int(g.live.Load()))
		waiting = append(waiting, <-look)
	}
	stop()
	<-returned
	return g, live, waiting
}

// The line climbs to 6,000 and comes back: no leak, and no bound.
func TestRelayNaiveFollowsTheSlowProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, live, waiting := evening(t, RelayNaive, 8)
		if want := []int{10, 2000, 4000, 6000, 6000, 4010, 2010, 10}; !slices.Equal(live, want) {
			t.Errorf("deliveries under way: %v, want %v", live, want)
		}
		if slices.Max(waiting) != 0 {
			t.Errorf("the broker kept %v, want nothing", waiting)
		}
	})
}

func TestRelayKeepsItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, live, waiting := evening(t, Relay, 11)
		if live[0] != 10 || g.peak.Load() != maxDeliveries {
			t.Errorf("deliveries under way: %d before, at most %d, want 10 and %d", live[0], g.peak.Load(), maxDeliveries)
		}
		if worst := slices.Max(waiting); waiting[0] != 0 || worst < 7000 || waiting[4] == 0 || waiting[9] != 0 {
			t.Errorf("the broker kept %v, want none, thousands, and none again within a minute", waiting)
		}
		if n := g.live.Load(); n != 0 {
			t.Errorf("Relay returned with %d deliveries under way", n)
		}
	})
}
