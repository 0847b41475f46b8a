package ticker_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	ticker "example.com/leakproof/katas/02-ticker"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: nothing is left when Close has returned, whenever that is. The
// bubble looks for goroutines.
func TestNoGoroutineIsLeft(t *testing.T) {
	for _, open := range []time.Duration{0, 90 * time.Second, 5*time.Hour + interval/2} {
		kit.Bubble(t, func(t *testing.T) {
			c := ticker.NewCache(ttl, interval, func(ticker.Note) {})
			c.Put(note("a"))
			time.Sleep(open)
			c.Close()
		})
	}
}

// Restore 1: a sweep that is under way when Close is called is over when Close
// returns, and there is no other one.
func TestCloseWaitsForTheSweep(t *testing.T) {
	g := &gate{entered: make(chan bool), open: make(chan bool)}
	c := ticker.NewCache(0, time.Millisecond, g.evicted)
	c.Put(note("a"))
	g.wait(t)
	closing := start(t, c.Close)
	early := closing.ended.Load()
	close(g.open)
	if early {
		t.Fatal("Close was called during a sweep, and has returned while the sweep was still calling evicted;\n" +
			"when Close returns, no sweep is running (Restore 1)")
	}
}

// Restore 1: nor is there another sweep later, although one was under way.
func TestNoSweepAfterClose(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		var evicted atomic.Int32
		g := &gate{entered: make(chan bool), open: make(chan bool)}
		c := ticker.NewCache(ttl, interval, func(n ticker.Note) {
			if evicted.Add(1); n.ID == "first" {
				g.evicted(n)
			}
		})
		c.Put(note("first"))
		select {
		case <-g.entered:
		case <-time.After(ttl + 2*interval):
			close(g.open)
			t.Fatalf("a note was put, and not evicted within %v (Keep 3)", ttl+2*interval)
		}
		closed := make(chan bool)
		go func() {
			c.Close()
			close(closed)
		}()
		giveWay() // Close gets as far as it can
		close(g.open)
		<-closed
		c.Put(note("late"))
		before := evicted.Load()
		time.Sleep(ttl + 10*interval)
		if n := evicted.Load() - before; n > 0 {
			t.Fatal("Close was called during a sweep and has returned, and later there was another sweep, which called evicted;\n" +
				"after Close there is none (Restore 1)")
		}
	})
}

// Restore 2: Close waits for a sweep, and not for the next one.
func TestCloseWaitsForNoTick(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		c := ticker.NewCache(ttl, interval, func(ticker.Note) {})
		time.Sleep(interval / 2)
		closing(t, c, "no sweep was under way, and Close was called")
	})
}

// Restore 2: Close returns, also if it is called again.
func TestCloseAgain(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		c := ticker.NewCache(ttl, interval, func(ticker.Note) {})
		time.Sleep(interval / 2)
		c.Close()
		closing(t, c, "Close was called a second time")
		time.Sleep(interval)
		closing(t, c, "Close was called a third time, later")
	})
}

// Restore 2: also if it comes during a sweep, and the next one is due.
func TestCloseMeetsASweep(t *testing.T) {
	for range 20 { // a wrong repair may be lucky
		g := &gate{entered: make(chan bool), open: make(chan bool)}
		c := ticker.NewCache(0, time.Millisecond, g.evicted)
		c.Put(note("a"))
		g.wait(t)
		time.Sleep(2 * time.Millisecond)
		closing := start(t, c.Close)
		close(g.open)
		closing.wantEnded(t, "Close was called during a sweep, and the next one was due", "Restore 2")
	}
}

// Keep 3: notes are removed once their time is over, each evicted once.
func TestSweepsRemoveOldNotes(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		gone := make(map[string][]time.Duration)
		var mu sync.Mutex
		began := time.Now()
		c := ticker.NewCache(ttl, interval, func(n ticker.Note) {
			mu.Lock()
			defer mu.Unlock()
			gone[n.ID] = append(gone[n.ID], time.Since(began))
		})
		put := make(map[string]time.Duration)
		for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			time.Sleep(100 * time.Second)
			c.Put(note(id))
			put[id] = time.Since(began)
			if n, ok := c.Get(id); !ok || n != note(id) {
				t.Errorf("a note was put, and Get returned %v, %v (Keep 3)", n, ok)
			}
		}
		time.Sleep(ttl + 2*interval)
		synctest.Wait()
		mu.Lock()
		for id, at := range kit.Sorted(put) {
			if len(gone[id]) != 1 || gone[id][0] < at+ttl || gone[id][0] > at+ttl+interval {
				t.Fatalf("a note was put at %v, and evicted was called for it at %v;\nwant one call between %v and %v, as a sweep comes every %v (Keep 3)",
					at, gone[id], at+ttl, at+ttl+interval, interval)
			}
		}
		mu.Unlock()
		if _, ok := c.Get("a"); ok {
			t.Error("evicted was called for a note, and Get still finds it (Keep 3)")
		}
		c.Close()
	})
}

// Keep 4: evicted may use the cache, and nobody else waits for it.
func TestEvictedHoldsUpNobody(t *testing.T) {
	g := &gate{entered: make(chan bool), open: make(chan bool)}
	var c *ticker.Cache
	made := make(chan bool)
	uses := func() {
		c.Put(note("b"))
		_, _ = c.Get("b")
	}
	c = ticker.NewCache(0, time.Millisecond, func(n ticker.Note) {
		<-made
		g.evicted(n)
		if n.ID == "a" {
			uses()
		}
	})
	close(made)
	c.Put(note("a"))
	g.wait(t)
	other := start(t, uses)
	ended := other.ended.Load()
	close(g.open)
	if !ended {
		t.Fatal("a sweep was calling evicted, and Put or Get in another goroutine waited for it;\nonly the sweep does (Keep 4)")
	}
	start(t, c.Close).wantEnded(t, "evicted had called Put and Get, and then Close was called", "Keep 4")
}

// Keep 5: Close drops what is left, and that is no eviction.
func TestCloseDropsWhatIsLeft(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		var evicted atomic.Int32
		c := ticker.NewCache(ttl, interval, func(ticker.Note) { evicted.Add(1) })
		time.Sleep(interval / 2)
		for _, id := range []string{"a", "b"} {
			c.Put(note(id))
			time.Sleep(ttl + interval/6) // "a" has been swept, and "b" would be soon
		}
		synctest.Wait()
		before := evicted.Load()
		c.Close()
		if evicted.Load() > before {
			t.Error("the cache was closed with a note in it, and evicted was called for it;\nClose drops what is left without that (Keep 5)")
		}
		if _, ok := c.Get("b"); ok {
			t.Error("the cache was closed, and Get still finds a note; Close drops all of them (Keep 5)")
		}
	})
}
