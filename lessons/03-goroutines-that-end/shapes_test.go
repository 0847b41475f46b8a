package lifetimes_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	lifetimes "example.com/leakproof/lessons/03-goroutines-that-end"
)

var nobody = map[string]int{}

// slowly renders a note in three seconds, whatever happens.
func slowly() *lifetimes.Page {
	time.Sleep(3 * time.Second)
	return &lifetimes.Page{HTML: "<h1>a note</h1>"}
}

type preview func(context.Context, func() *lifetimes.Page) (*lifetimes.Page, error)

// twoSeconds asks for three previews and has two seconds for each.
func twoSeconds(ask preview) func(*testing.T) {
	return func(t *testing.T) {
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			if _, err := ask(ctx, slowly); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v, want %v", err, context.DeadlineExceeded)
			}
			cancel()
		}
	}
}

func TestPreviewNaiveLeaksASenderForEachTimeout(t *testing.T) {
	wantLeft(t, map[string]int{"chan send": 3}, twoSeconds(lifetimes.PreviewNaive))
}

func TestRoomForOneEndsTheSender(t *testing.T) {
	wantLeft(t, nobody, twoSeconds(lifetimes.Preview))
}

func TestEveryPreviewIsRightInTime(t *testing.T) {
	for _, ask := range []preview{lifetimes.PreviewNaive, lifetimes.Preview} {
		wantLeft(t, nobody, func(t *testing.T) {
			page, err := ask(t.Context(), slowly)
			if err != nil || page.HTML != "<h1>a note</h1>" {
				t.Errorf("%v, %v", page, err)
			}
		})
	}
}

// kept reports whether the page of a preview that timed out is still in
// memory when its goroutine has nothing left to do and the garbage
// collector has run.
func kept(t *testing.T, ask preview) (kept bool) {
	leftBehind(t, func(t *testing.T) {
		var page weak.Pointer[lifetimes.Page]
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := ask(ctx, func() *lifetimes.Page {
			p := slowly()
			page = weak.Make(p)
			return p
		})
		if err == nil {
			t.Error("no error")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		runtime.GC()
		kept = page.Value() != nil
	})
	return kept
}

func TestABlockedGoroutineKeepsItsPage(t *testing.T) {
	if !kept(t, lifetimes.PreviewNaive) {
		t.Error("PreviewNaive: the page was collected")
	}
	if kept(t, lifetimes.Preview) {
		t.Error("Preview: the page is still in memory")
	}
}

// indexed runs a way to index 100 notes and wants each one indexed.
func indexed(all func([]lifetimes.Note, func(lifetimes.Note))) func(*testing.T) {
	return func(t *testing.T) {
		var n atomic.Int32
		if !returns(t, "the indexing", func() {
			all(make([]lifetimes.Note, 100), func(lifetimes.Note) { n.Add(1) })
		}) {
			return
		}
		synctest.Wait()
		if n := n.Load(); n != 100 {
			t.Errorf("%d notes indexed, want 100", n)
		}
	}
}

// Nothing has failed, every note is indexed, and four goroutines stay.
func TestIndexAllNaiveLeaksOnSuccess(t *testing.T) {
	wantLeft(t, map[string]int{"chan receive": 4}, indexed(lifetimes.IndexAllNaive))
}

func TestCloseEndsTheRange(t *testing.T) {
	wantLeft(t, nobody, indexed(lifetimes.IndexAll))
	wantLeft(t, nobody, func(t *testing.T) {
		var n atomic.Int32
		if returns(t, "IndexAll", func() {
			lifetimes.IndexAll(make([]lifetimes.Note, 100), func(lifetimes.Note) {
				time.Sleep(time.Second)
				n.Add(1)
			})
		}) && n.Load() != 100 {
			t.Errorf("%d notes indexed at the return of IndexAll, want 100", n.Load())
		}
	})
}

func TestAStoppedTickerEndsNothing(t *testing.T) {
	wantLeft(t, map[string]int{"chan receive": 1}, func(t *testing.T) {
		n := 0
		stop := lifetimes.RefreshNaive(time.Minute, func() { n++ })
		time.Sleep(3*time.Minute + time.Second)
		stop()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n != 3 {
			t.Errorf("%d refreshes, want 3 and none after stop", n)
		}
	})
}

func TestTheJanitorEnds(t *testing.T) {
	wantLeft(t, nobody, func(t *testing.T) {
		n := 0
		j := lifetimes.NewJanitor(time.Minute, func() { n++ })
		time.Sleep(3*time.Minute + time.Second)
		if !returns(t, "Close", j.Close) {
			return
		}
		time.Sleep(time.Hour)
		if !returns(t, "a second Close", j.Close) {
			return
		}
		if n != 3 {
			t.Errorf("%d sweeps, want 3 and none after Close", n)
		}
	})
}

// Telling is not enough: Close returns when the sweep is over.
func TestCloseWaitsForTheSweep(t *testing.T) {
	wantLeft(t, nobody, func(t *testing.T) {
		var swept atomic.Bool
		j := lifetimes.NewJanitor(time.Minute, func() {
			time.Sleep(10 * time.Second)
			swept.Store(true)
		})
		time.Sleep(time.Minute + time.Second)
		start := time.Now()
		if !returns(t, "Close", j.Close) {
			return
		}
		if took := time.Since(start); !swept.Load() || took != 9*time.Second {
			t.Errorf("Close returned after %v, swept: %v; want 9s, true", took, swept.Load())
		}
	})
}

// The page is closed, its changes stop, and the watcher flushes on: 3,600
// times an hour, for nobody. Closing changes makes it worse: see below.
func TestWatchNaiveWorksForEver(t *testing.T) {
	var flushes atomic.Int32
	wantLeft(t, map[string]int{"select": 1}, func(t *testing.T) {
		go lifetimes.WatchNaive(make(chan lifetimes.Note), func([]lifetimes.Note) { flushes.Add(1) })
		time.Sleep(time.Hour + time.Millisecond)
		if n := flushes.Load(); n != 3600 {
			t.Errorf("%d flushes in an hour, want 3600", n)
		}
	})
}

// A receive from a closed channel never waits, so the loop spins: without
// the second value the closed channel delivers empty notes.
func TestAClosedChannelNeverWaits(t *testing.T) {
	changes := make(chan lifetimes.Note)
	close(changes)
	for range 1000 {
		select {
		case n, open := <-changes:
			if open || n != (lifetimes.Note{}) {
				t.Fatalf("%v, %v", n, open)
			}
		default:
			t.Fatal("the receive would wait")
		}
	}
}

// patient is a context that refuses a loop which asks it again and again
// and never waits: virtual time would stand still for it.
type patient struct {
	context.Context
	t     *testing.T
	asked atomic.Int32
}

func (p *patient) Done() <-chan struct{} {
	if p.asked.Add(1) == 1000 {
		p.t.Error("the loop spins: it has come to its select 1000 times and never waited")
		runtime.Goexit()
	}
	return p.Context.Done()
}

func TestFollowEndsBothWays(t *testing.T) {
	// ends wants Follow gone as soon as end has been called.
	ends := func(end func(cancel func(), changes chan lifetimes.Note)) func(*testing.T) {
		return func(t *testing.T) {
			wantLeft(t, nobody, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				changes := make(chan lifetimes.Note)
				var gone atomic.Bool
				go func() {
					defer gone.Store(true)
					lifetimes.Follow(&patient{Context: ctx, t: t}, changes, func(lifetimes.Note) {})
				}()
				changes <- lifetimes.Note{}
				end(cancel, changes)
				synctest.Wait()
				if !gone.Load() {
					t.Error("it is still there")
				}
			})
		}
	}
	t.Run("when ctx ends", ends(func(cancel func(), _ chan lifetimes.Note) { cancel() }))
	t.Run("when changes is closed", ends(func(_ func(), changes chan lifetimes.Note) { close(changes) }))
}

// A root context has no end: its Done is nil, and a receive from a nil
// channel waits for ever.
func TestBackgroundHasNoEnd(t *testing.T) {
	wantLeft(t, map[string]int{"chan receive (nil chan)": 2}, func(t *testing.T) {
		go func() { waitFor(context.Background()) }()
		go func() { waitFor(context.WithoutCancel(t.Context())) }()
	})
}

func waitFor(ctx context.Context) { <-ctx.Done() }
