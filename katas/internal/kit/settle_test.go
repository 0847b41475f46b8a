package kit_test

import (
	"fmt"
	"iter"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// errands are what goroutines do on their way to a wait. In the middle of each
// of them an impatient look could take a goroutine for one that waits for good.
var errands = map[string]func(){
	"compute": func() {
		sum := 0
		for i := range 20_000 {
			sum += i
		}
		sink.Store(int64(sum))
	},
	"allocate": func() {
		for range 50 {
			data := make([]byte, 10_000)
			sink.Store(int64(len(data)))
		}
	},
	"give way": func() {
		for range 20 {
			runtime.Gosched()
		}
	},
	"collect": runtime.GC,
	"stop the world": func() { // waits for a semaphore while another goroutine does the same
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
	},
	"dump all stacks": func() { runtime.Stack(make([]byte, 1000), true) },
	"read a file": func() {
		_, _ = os.ReadFile(os.Args[0] + ".missing")
		_, _ = os.ReadDir(".")
	},
	"sleep": func() { time.Sleep(50 * time.Microsecond) },
	"hand over": func() {
		there, back := make(chan int), make(chan int)
		go func() {
			for n := range there {
				back <- n
			}
			close(back)
		}()
		for i := range 10 {
			there <- i
			<-back
		}
		close(there)
		<-back
	},
	"contend": func() {
		var mu sync.Mutex
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				for range 20 {
					mu.Lock()
					runtime.Gosched()
					mu.Unlock()
				}
			})
		}
		both.Wait()
	},
	"pull": func() {
		next, stop := iter.Pull(func(yield func(int) bool) {
			for i := 0; yield(i); i++ {
				runtime.Gosched()
			}
		})
		for range 5 {
			next()
		}
		stop()
	},
}

var sink atomic.Int64

// A place is where a goroutine waits until it is freed. Each of them is a state
// that Settle has to know.
type place struct{ wait, free func() }

func places() map[string]place {
	var mu sync.Mutex
	var writer, reader sync.RWMutex
	var group sync.WaitGroup
	cond, freed := sync.NewCond(new(sync.Mutex)), false
	received, sent, selected, never := make(chan int), make(chan int), make(chan int), make(chan int)
	mu.Lock()
	writer.Lock()
	reader.RLock()
	group.Add(1)
	return map[string]place{
		"mutex": {
			wait: func() { mu.Lock(); defer mu.Unlock() },
			free: mu.Unlock,
		},
		"read lock": {
			wait: func() { writer.RLock(); defer writer.RUnlock() },
			free: writer.Unlock,
		},
		"write lock": {
			wait: func() { reader.Lock(); defer reader.Unlock() },
			free: reader.RUnlock,
		},
		"group":   {wait: group.Wait, free: group.Done},
		"receive": {wait: func() { <-received }, free: func() { close(received) }},
		"send":    {wait: func() { sent <- 1 }, free: func() { <-sent }},
		"select": {
			wait: func() {
				select {
				case <-selected:
				case never <- 1:
				}
			},
			free: func() { close(selected) },
		},
		"condition": {
			wait: func() {
				cond.L.Lock()
				defer cond.L.Unlock()
				for !freed {
					cond.Wait()
				}
			},
			free: func() {
				cond.L.Lock()
				defer cond.L.Unlock()
				freed = true
				cond.Broadcast()
			},
		},
	}
}

// TestSettleNeverReturnsEarly sends a goroutine on all errands, in an order of
// its own, for each place to wait. An early return finds errands undone.
//
// The order of errands is that of a map, so it differs from run to run. For
// proof run it often, while the machine is busy:
//
//	go test -race -run TestSettleNeverReturnsEarly -count 10000 ./katas/internal/kit
func TestSettleNeverReturnsEarly(t *testing.T) {
	var done, ended atomic.Int64
	var running sync.WaitGroup
	all := places()
	for _, p := range all {
		running.Go(func() {
			for _, errand := range errands {
				errand()
				done.Add(1)
			}
			p.wait()
			for _, errand := range errands {
				errand()
			}
			ended.Add(1)
		})
	}
	kit.Settle(t)
	if n, want := done.Load(), int64(len(all)*len(errands)); n != want || ended.Load() != 0 {
		t.Errorf("Settle returned after %d of %d errands, and %d goroutines had ended; want all errands and no end", n, want, ended.Load())
	}
	for name, p := range all {
		before := ended.Load()
		p.free()
		kit.Settle(t)
		if n := ended.Load(); n != before+1 {
			t.Errorf("%s: after it was freed, Settle returned when %d goroutines had ended, want %d", name, n, before+1)
		}
	}
	running.Wait()
}

// TestSettleGivesUp covers goroutines that never come to rest.
func TestSettleGivesUp(t *testing.T) {
	kit.SetFreezeLimit(50 * time.Millisecond)
	defer kit.SetFreezeLimit(10 * time.Second)
	for name, pause := range map[string]func(){"sleep": func() { time.Sleep(time.Millisecond) }, "run": func() {}} {
		var stop atomic.Bool
		var running sync.WaitGroup
		running.Go(func() {
			for !stop.Load() {
				pause()
			}
		})
		first, second := settleInto(t), settleInto(t)
		stop.Store(true)
		running.Wait()
		for _, want := range []string{"did not come to rest within 50ms", "[", "TestSettleGivesUp.func", "settle_test.go:"} {
			if !strings.Contains(first, want) {
				t.Errorf("%s: Settle said %q, which lacks %q", name, first, want)
			}
		}
		if want := "have been so for 50ms before"; !strings.Contains(second, want) {
			t.Errorf("%s: the second time Settle said %q, which lacks %q", name, second, want)
		}
		if said := settleInto(t); said != "" {
			t.Errorf("%s: when the goroutine had ended, Settle said %q", name, said)
		}
	}
}

// TestSettleRefusesABubble: virtual time would pass while it looks.
func TestSettleRefusesABubble(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if said := settleInto(t); !strings.Contains(said, "in a bubble") {
			t.Errorf("in a bubble Settle said %q", said)
		}
	})
}

// TestSettleWaitsForABubble: while it runs, its clock wakes those who sleep.
func TestSettleWaitsForABubble(t *testing.T) {
	var ended atomic.Bool
	var running sync.WaitGroup
	running.Go(func() {
		kit.Bubble(t, func(*testing.T) {
			for range 200 {
				time.Sleep(time.Hour)
			}
		})
		ended.Store(true)
	})
	kit.Settle(t)
	if !ended.Load() {
		t.Error("Settle returned while a bubble was running")
	}
	running.Wait()
}

// settleInto returns what Settle fails its test with, or "".
func settleInto(t *testing.T) string {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		kit.Settle(r)
	}()
	<-done
	return r.said
}

// A recorder is a test that may fail.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Fatal(args ...any) {
	r.said = fmt.Sprint(args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) { r.Fatal(fmt.Sprintf(format, args...)) }

func BenchmarkSettle(b *testing.B) {
	for b.Loop() {
		kit.Settle(b)
	}
}
