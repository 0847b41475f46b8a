package lifetimes_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
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

var errDisk = errors.New("disk full")

func TestSaveNaiveLeaksAReceiverForEachError(t *testing.T) {
	var mails atomic.Int32
	save := func(err error) func(*testing.T) {
		return func(t *testing.T) {
			for range 3 {
				if got := lifetimes.SaveNaive(func() error { return err }, func() { mails.Add(1) }); got != err {
					t.Errorf("SaveNaive: %v, want %v", got, err)
				}
			}
		}
	}
	wantLeft(t, map[string]int{"chan receive": 3}, save(errDisk))
	wantLeft(t, nobody, save(nil))
	if n := mails.Load(); n != 3 {
		t.Errorf("%d mails, want 3", n)
	}
}

func TestSaveStartsNothingThatMustWait(t *testing.T) {
	for err, want := range map[error]int32{nil: 1, errDisk: 0} {
		wantLeft(t, nobody, func(t *testing.T) {
			var mails atomic.Int32
			var background sync.WaitGroup
			if got := lifetimes.Save(&background, func() error { return err }, func() { mails.Add(1) }); got != err {
				t.Errorf("Save: %v, want %v", got, err)
			}
			background.Wait()
			if n := mails.Load(); n != want {
				t.Errorf("error %v: %d mails, want %d", err, n, want)
			}
		})
	}
}

// indexed runs a way to index 100 notes and wants each one indexed.
func indexed(all func([]lifetimes.Note, func(lifetimes.Note))) func(*testing.T) {
	return func(t *testing.T) {
		var n atomic.Int32
		all(make([]lifetimes.Note, 100), func(lifetimes.Note) { n.Add(1) })
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
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		lifetimes.IndexAll(make([]lifetimes.Note, 100), func(lifetimes.Note) {
			time.Sleep(time.Second)
			n.Add(1)
		})
		if n := n.Load(); n != 100 {
			t.Errorf("%d notes indexed at the return of IndexAll, want 100", n)
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
		j.Close()
		time.Sleep(time.Hour)
		j.Close() // once more does no harm
		if n != 3 {
			t.Errorf("%d sweeps, want 3 and none after Close", n)
		}
	})
}

// Telling is not enough: Close returns when the sweep is over.
func TestCloseWaitsForTheSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		swept := false
		j := lifetimes.NewJanitor(time.Minute, func() {
			time.Sleep(10 * time.Second)
			swept = true
		})
		time.Sleep(time.Minute + time.Second)
		start := time.Now()
		j.Close()
		if took := time.Since(start); !swept || took != 9*time.Second {
			t.Errorf("Close returned after %v, swept: %v; want 9s, true", took, swept)
		}
	})
}

func TestPreloadReturns(t *testing.T) {
	wantLeft(t, nobody, func(t *testing.T) {
		loaded := false
		lifetimes.Preload(func() { loaded = true })()
		if !loaded {
			t.Error("wait returned before load")
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

func TestWatchEndsBothWays(t *testing.T) {
	ends := map[string]func(cancel func(), changes chan lifetimes.Note){
		"ctx ends":          func(cancel func(), _ chan lifetimes.Note) { cancel() },
		"changes is closed": func(_ func(), changes chan lifetimes.Note) { close(changes) },
	}
	for name, end := range ends {
		for _, watch := range []func(context.Context, <-chan lifetimes.Note){
			func(ctx context.Context, changes <-chan lifetimes.Note) {
				lifetimes.Watch(ctx, changes, func([]lifetimes.Note) {})
			},
			func(ctx context.Context, changes <-chan lifetimes.Note) {
				lifetimes.Follow(ctx, changes, func(lifetimes.Note) {})
			},
		} {
			t.Run(name, func(t *testing.T) {
				wantLeft(t, nobody, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					changes := make(chan lifetimes.Note)
					var wg sync.WaitGroup
					wg.Go(func() { watch(ctx, changes) })
					changes <- lifetimes.Note{}
					end(cancel, changes)
					wg.Wait()
				})
			})
		}
	}
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
