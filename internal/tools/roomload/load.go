//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	drainTime   = time.Minute      // for what is still to be sent when the time is over
	settleTime  = 20 * time.Second // for pages and boards to show the last events
	connectTime = 30 * time.Second // for the pages to get their first view
)

// load is a room under load.
type load struct {
	options
	boards []*board
	people []*person
	pages  []*page
	client *http.Client // of pages and exports
	measured
}

// measured is what the callers see.
type measured struct {
	callers *counts
	memory  [][]int64 // of each board, in bytes, at the end of each quarter; 0 while it does not run
	outages []string  // what was killed, and for how long
	toPage  []time.Duration
	views   int // that all pages got
	bytes   int64
	unseen  int // events that a page did not show
	unacked int // events that were due, and not acknowledged in the end
}

// counts are what people and pages have in common.
type counts struct {
	mu     sync.Mutex
	posts  int
	again  int             // posts that were sent again though they had been answered
	took   []time.Duration // from when an event was due until it was acknowledged
	errors map[string]int
}

func (c *counts) failed(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errors[kind]++
}

func newLoad(o options, boards []*board) *load {
	l := &load{options: o, boards: boards, client: &http.Client{Transport: &http.Transport{}}}
	l.callers = &counts{errors: map[string]int{}}
	for i := range o.people {
		l.people = append(l.people, &person{
			boards: boards, board: i % len(boards), callers: l.callers,
			client:   &http.Client{Transport: &http.Transport{}, Timeout: answerTime},
			schedule: schedule{every: o.every, offset: o.every * time.Duration(i) / time.Duration(o.people), compress: o.compress},
			total:    int(o.lasts/o.every) * o.compress,
		})
	}
	for i := range o.pages {
		p := l.people[i*max(1, o.people/o.pages)%o.people]
		g := &page{boards: boards, board: i % len(boards), client: l.client, callers: l.callers, person: p, first: make(chan struct{})}
		p.watches = append(p.watches, &g.watch)
		l.pages = append(l.pages, g)
	}
	return l
}

// join has everybody join.
func (l *load) join(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(20)
	for _, p := range l.people {
		group.Go(func() error { return p.join(ctx) })
	}
	return group.Wait()
}

func (l *load) close() {
	for _, p := range l.people {
		p.client.CloseIdleConnections()
	}
	l.client.CloseIdleConnections()
}

// run lasts until every event is acknowledged and shown, or that took too long.
func (l *load) run(ctx context.Context, d *database, say func(string, ...any)) error {
	watching, stopWatching := context.WithCancel(ctx)
	var pages sync.WaitGroup
	defer pages.Wait()
	defer stopWatching()
	for _, g := range l.pages {
		pages.Go(func() { g.run(watching) })
	}
	tooLate := time.After(connectTime)
	for _, g := range l.pages {
		select {
		case <-g.first:
		case <-tooLate:
			return fmt.Errorf("not every page got a view within %v: %v", connectTime, l.callers.errors)
		case <-ctx.Done():
			return ctx.Err()
		}
	}

	begin := time.Now()
	group, grouped := errgroup.WithContext(ctx)
	group.Go(func() error { return l.killAll(grouped, begin, d, say) })
	group.Go(func() error { return l.remember(grouped, begin) })
	group.Go(func() error {
		sending, cancel := context.WithDeadline(grouped, begin.Add(l.lasts+drainTime))
		defer cancel()
		var people sync.WaitGroup
		for _, p := range l.people {
			people.Go(func() { p.run(sending, begin) })
		}
		people.Wait()
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	for _, p := range l.people {
		l.unacked += p.total - p.acked
	}
	l.settle(ctx)
	stopWatching()
	pages.Wait()
	for _, g := range l.pages {
		l.toPage = append(l.toPage, g.took...)
		l.unseen += len(g.pending)
		l.views += g.views
		l.bytes += g.bytes
	}
	return ctx.Err()
}

// settle waits until the pages have shown everything.
func (l *load) settle(ctx context.Context) {
	settling, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	for _, g := range l.pages {
		for g.waits() && pause(settling, 20*time.Millisecond) {
		}
	}
}

// killAll ends what is to be ended at even distances, and starts it again.
func (l *load) killAll(ctx context.Context, begin time.Time, d *database, say func(string, ...any)) error {
	for i, what := range l.kill {
		at := l.lasts*time.Duration(i+1)/time.Duration(len(l.kill)+1) - l.lasts/20 // the memory is looked at when it runs again
		if !pause(ctx, time.Until(begin.Add(at))) {
			return ctx.Err()
		}
		say("kill -9 of a %s", what)
		from := time.Now()
		var err error
		if what == killDatabase {
			err = d.crash(ctx)
		} else if err = l.boards[0].kill(); err == nil {
			err = l.boards[0].start(ctx)
		}
		if err != nil {
			return err
		}
		l.outages = append(l.outages, fmt.Sprintf("%s for %v", what, time.Since(from).Round(time.Millisecond)))
	}
	return nil
}

// remember looks at the memory of the boards at the end of each quarter.
func (l *load) remember(ctx context.Context, begin time.Time) error {
	l.memory = make([][]int64, len(l.boards))
	for quarter := range 4 {
		if !pause(ctx, time.Until(begin.Add(l.lasts*time.Duration(quarter+1)/4))) {
			return ctx.Err()
		}
		for i, b := range l.boards {
			l.memory[i] = append(l.memory[i], b.memory())
		}
	}
	return nil
}

// pause reports whether the time has passed before ctx was done.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
