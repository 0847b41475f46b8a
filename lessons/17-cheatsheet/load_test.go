package cheatsheet

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// freezing returns a call of 20 ms to a service that stands still from
// second 30 to second 40.
func freezing() func() {
	start := time.Now()
	return func() {
		since := time.Since(start)
		if since >= 30*time.Second && since < 40*time.Second {
			time.Sleep(40*time.Second - since)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestAClientThatWaitsHidesAStall(t *testing.T) {
	table := "client     requests   over 1 s      p99\n"
	row := func(name string, took []time.Duration) {
		over := 0
		for _, l := range took {
			if l > time.Second {
				over++
			}
		}
		table += fmt.Sprintf("%-8s %10d %10d %8v\n", name, len(took), over, Percentile(took, 99))
	}
	synctest.Test(t, func(*testing.T) {
		row("waiting", Waiting(100*time.Second, freezing()))
	})
	synctest.Test(t, func(*testing.T) {
		row("steadily", Steadily(100*time.Second, 100*time.Millisecond, freezing()))
	})
	mustSay(t, table)
}

// A desk serves as many requests at once as it has places.
type desk struct {
	places  chan struct{}
	service time.Duration // of one request
	wait    time.Duration // the longest that one waits for a place
}

// serve waits for a place, but not forever, and reports whether it got one.
func (d *desk) serve() (served bool) {
	select {
	case d.places <- struct{}{}:
		defer func() { <-d.places }()
		time.Sleep(d.service)
		return true
	case <-time.After(d.wait):
		return false
	}
}

// An hour of patience is as good as none: nobody is refused.
func TestTheSameThroughputAnotherTail(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		wait    time.Duration
		refused float64
		p50     time.Duration
		p99     time.Duration
		after   time.Duration // the minute: until the queue is worked off
		within  time.Duration // of the three latencies
	}{
		{time.Hour, 0, 7600 * ms, 15000 * ms, 15000 * ms, 150 * ms},
		{200 * ms, 0.2, 290 * ms, 290 * ms, 280 * ms, 20 * ms},
	} {
		t.Run(tt.wait.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// 125 requests a second for a minute, where 100 can be served.
				workers, start := &desk{make(chan struct{}, 10), 100 * time.Millisecond, tt.wait}, time.Now()
				var mu sync.Mutex
				var answered []time.Duration
				refused, firstMinute := 0, 0
				all := Steadily(time.Minute, 8*time.Millisecond, func() {
					sent := time.Now()
					served := workers.serve()
					mu.Lock()
					defer mu.Unlock()
					if !served {
						refused++
						return
					}
					answered = append(answered, time.Since(sent))
					if time.Since(start) <= time.Minute {
						firstMinute++
					}
				})
				if firstMinute < 5900 || firstMinute > 6010 {
					t.Errorf("%d answered in the minute, want about 6000 whatever the wait", firstMinute)
				}
				if share := float64(refused) / float64(len(all)); share < tt.refused-0.01 || share > tt.refused+0.01 {
					t.Errorf("%.3f refused, want %.2f", share, tt.refused)
				}
				near := func(what string, got, want time.Duration) {
					if d := (got - want).Abs(); d > tt.within {
						t.Errorf("%s %v, want about %v", what, got, want)
					}
				}
				near("p50", Percentile(answered, 50), tt.p50)
				near("p99", Percentile(answered, 99), tt.p99)
				near("the queue is gone after", time.Since(start)-time.Minute, tt.after)
			})
		})
	}
}
