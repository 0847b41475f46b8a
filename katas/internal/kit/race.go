package kit

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// racers is how many goroutines run at once in a [Race], if the machine lets
// them: where it has fewer processors, it changes from one to another in the
// middle of what they do.
const racers = 4

// Race has calls meet on several processors, for the race detector to look at.
//
// A [Bubble] takes turns on one processor. If the code under test takes a lock
// or changes an atomic number before and after an access that nothing guards,
// the turns come in an order that makes the accesses look ordered: a counter of
// the requests in flight hides the race beside it. Only goroutines that are in
// the middle of it at the same time show it, so Race is about numbers: let a
// thousand goroutines meet rather than a few, or let each of a few make a
// hundred calls.
//
// Each of the rounds calls setUp, and then what setUp returned, every function
// in a goroutine of its own, all at the same moment. Where the goroutines that
// race are those of the code under test, the fakes that they call wait at the
// [Barrier] of the round. Fakes must do nothing between the barrier and their
// return that orders the goroutines: no lock, no channel, no atomic number. None
// of this may fail t; what is to be checked is checked when Race has returned.
//
// What a call leaves behind is for others to report. Race makes no further rounds
// once that is more than a thousand goroutines: it would only take long.
//
// Race ends t after the first round in which the race detector has reported
// something, a call has panicked, or nobody goes on: then with the lines at which
// the goroutines wait for each other. The message begins with what, which says
// what was done at the same moment. As for [Settle], a goroutine that waits for a
// timer waits for others. Race must be called by the goroutine of t, and not in a
// bubble. With go test -short it makes a tenth of the rounds, and what races
// seldom is missed more often.
func Race(t testing.TB, what string, rounds int, setUp func(*Barrier) []func()) {
	t.Helper()
	if current().bubble != "" {
		t.Fatal("kit.Race was called in a bubble, which has one processor")
	}
	if runtime.GOMAXPROCS(0) < racers {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(racers))
	}
	if testing.Short() {
		rounds = max(2, rounds/10) // one of pairs among them
	}
	r := &race{t: t, what: what}
	for _, g := range others() {
		r.before = append(r.before, g.id)
	}
	for round := range rounds {
		pairs := round%2 == 1
		for range maxTries {
			b := &Barrier{round: round}
			b.pairs.Store(pairs)
			r.round(b, setUp(b))
			b.giveUp()
			r.check()
			if !pairs || b.pairs.Load() { // else nobody met anybody
				break
			}
		}
		if runtime.NumGoroutine() > len(r.before)+manyLeft {
			break
		}
	}
	Settle(t) // who is still at it may be the one that races
	r.check()
}

// maxTries is how often a round of pairs is tried on a machine whose processors
// are busy with something else.
const maxTries = 8

// manyLeft is how many goroutines rounds may leave behind.
const manyLeft = 1000

// A race is one call of [Race].
type race struct {
	t      testing.TB
	what   string
	before []string // ids of the goroutines that are not of it
	panics atomic.Value
}

// check ends the test if something has gone wrong.
func (r *race) check() {
	r.t.Helper()
	if p := r.panics.Load(); p != nil {
		r.t.Fatalf("%s, and one of the calls panicked: %s", r.what, p)
	}
	if r.t.Failed() { // the race detector has reported something
		r.t.Fatalf("%s, and nothing orders what they do with the same memory:\n"+
			"a data race. The race detector's report names both lines", r.what)
	}
}

// round makes the calls and returns when all have returned.
func (r *race) round(b *Barrier, calls []func()) {
	r.t.Helper()
	var left atomic.Int32
	left.Store(int32(len(calls)))
	start, end := make(chan struct{}), make(chan struct{})
	for _, call := range calls {
		go func() {
			defer func() {
				if p := recover(); p != nil {
					r.panics.Store(fmt.Sprintf("%v\n%s", p, report(parseStacks(debug.Stack()))))
				}
				if left.Add(-1) == 0 {
					close(end)
				}
			}()
			<-start
			call()
		}()
	}
	close(start)
	began := time.Now()
	for looked := began; ; {
		pause := interruptAfter
		if b.pairs.Load() {
			pause = pairsAfter
		}
		select {
		case <-end:
			return
		case <-time.After(pause):
		}
		Interrupt()
		if time.Since(looked) < lookAfter {
			continue
		}
		looked = time.Now()
		mine := slices.DeleteFunc(others(), func(g goroutine) bool {
			return slices.Contains(r.before, g.id) || g.ofTheRuntime()
		})
		switch busy := slices.ContainsFunc(mine, func(g goroutine) bool { return !g.parked() }); {
		case !busy && b.giveUp():
		case !busy && left.Load() > 0:
			r.t.Fatalf("%s, and %d of %d calls do not return any more;\n"+
				"they wait for each other, and nobody is left who could wake them:\n%s", r.what, left.Load(), len(calls), report(mine))
		case time.Since(began) > freezeLimit:
			r.t.Fatalf("%s, and %d of %d calls have not returned within %v:\n%s",
				r.what, left.Load(), len(calls), freezeLimit, report(mine))
		}
	}
}

// interruptAfter is the time after which Race interrupts everybody. Where only one
// processor is free, nothing else stops a goroutine in the middle of a call.
const interruptAfter = 50 * time.Microsecond

// pairsAfter is the same for a round of pairs, which it would drive apart.
const pairsAfter = time.Millisecond

// lookAfter is the time after which Race looks whether anybody still goes on. A
// look finds out without a doubt, but it costs time, and most rounds end before.
const lookAfter = 20 * time.Millisecond

// A Barrier lets goroutines go on together. The zero value is ready.
type Barrier struct {
	mu      sync.Mutex
	waiting int
	open    chan struct{} // closed when the last of those who wait has come
	off     bool

	round  int          // of the Race, from 0
	pairs  atomic.Bool  // Pair waits for a second goroutine
	paired atomic.Int64 // calls of Pair, but for those who waited in vain
	alone  atomic.Int64 // and those
}

// Wait returns when n goroutines are in it. If they never will be, because
// fewer are started or one waits for the other, it lets go those who came, and
// everybody after them.
func (b *Barrier) Wait(n int) {
	b.mu.Lock()
	if b.off {
		b.mu.Unlock()
		return
	}
	if b.waiting == 0 {
		b.open = make(chan struct{})
	}
	b.waiting++
	place, open := b.waiting, b.open
	if place == n {
		b.waiting = 0
		close(open)
	}
	b.mu.Unlock()
	<-open
	if place%8 == 0 {
		Interrupt()
	}
}

// Pair lets others go on: in every other round of a [Race] by giving way, and in
// those between, the rounds of pairs, by waiting a moment for a second goroutine,
// so that the two go on together.
//
// What an atomic number directly before and after an access hides shows only while
// two are between these steps, and that is thirty nanoseconds of a call. Two who
// come from elsewhere hardly ever are there; two who leave Pair at the same time,
// on two processors, and then do the same, often. They wait by asking again and
// again, since who is woken comes microseconds late. Where no second processor is
// free they would wait for nothing, and the round of pairs ends.
func (b *Barrier) Pair() {
	if !b.pairs.Load() {
		runtime.Gosched()
		return
	}
	n := b.paired.Add(1)
	if n%2 == 0 {
		return
	}
	for range 2000 { // as long as a call of a handler takes
		if b.paired.Load() > n {
			return
		}
	}
	if b.paired.CompareAndSwap(n, n-1) && b.alone.Add(1) > 8+n/8 {
		b.pairs.Store(false)
	}
}

// Interrupt takes all other goroutines off their processors, wherever they are,
// and lets those go on first that have waited for one. Goroutines of a [Race] call
// it now and then, so that others are met in the middle of what they do.
func Interrupt() {
	var unused runtime.MemStats
	runtime.ReadMemStats(&unused) // stops the world
}

// giveUp opens b for good and reports whether somebody was waiting.
func (b *Barrier) giveUp() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	waited := b.waiting > 0
	if waited {
		close(b.open)
	}
	b.waiting, b.off = 0, true
	return waited
}

// Crowd returns functions for a [Race] that make the calls 0 to size*turns-1, and
// let others go on before each. There are size of them, which interrupt each other.
// In a round of pairs there are two: one for the first half of the calls and one
// for the second, mostly in the same order. If turns is even, both make even calls
// at the same time; if it can be divided by three, so with every third.
func Crowd(meet *Barrier, size, turns int, call func(n int)) []func() {
	shift, pairs := 0, meet.pairs.Load()
	if pairs {
		size, turns = 2, size*turns/2
		shift = []int{0, 1, 0, 2}[meet.round/2%4]
	}
	calls := make([]func(), size)
	for caller := range calls {
		calls[caller] = func() {
			for turn := range turns {
				meet.Pair()
				if pairs && !meet.pairs.Load() {
					return
				}
				n := caller*turns + (turn+caller*shift)%turns
				call(n)
				if !pairs && n%17 == 0 {
					Interrupt()
				}
			}
		}
	}
	return calls
}

// SlowError returns an error whose text takes a while: others go on while it is
// put into the text of another error.
func SlowError(text string) error { return slowError(text) }

type slowError string

func (e slowError) Error() string {
	giveWay()
	return string(e)
}

// SlowEnd returns a context without values and deadline that never ends. Whoever
// cancels a context derived from it lets others go on before the cancel function
// returns. [SlowCancel] is for a bubble.
func SlowEnd() context.Context {
	return slowEnd{context.Background(), make(chan struct{})}
}

type slowEnd struct {
	context.Context
	never chan struct{} // not nil, or nothing would be registered
}

func (c slowEnd) Done() <-chan struct{} { return c.never }

func (slowEnd) AfterFunc(func()) (stop func() bool) {
	return func() bool {
		giveWay()
		return true
	}
}

func giveWay() {
	for range 10 {
		runtime.Gosched()
	}
}
