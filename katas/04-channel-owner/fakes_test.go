package channelowner_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	channelowner "example.com/leakproof/katas/04-channel-owner"
	"example.com/leakproof/katas/internal/kit"
)

const (
	room = 16       // notes that may wait for one subscriber
	many = 4 * room // notes that cannot all wait
)

// publish publishes the notes from, from+1 and so on, before to.
func publish(h *channelowner.Hub, from, to int) {
	for i := from; i < to; i++ {
		h.Publish(channelowner.Note{ID: strconv.Itoa(i), Title: "Note"})
	}
}

// An inbox is what a subscriber has received.
type inbox struct {
	*call // that receives
	mu    sync.Mutex
	got   []string
}

// read receives until the channel is closed, and takes its time for each note.
func (b *inbox) read(s *channelowner.Subscription, pause time.Duration) {
	for n := range s.Notes() {
		time.Sleep(pause)
		b.mu.Lock()
		b.got = append(b.got, n.ID)
		b.mu.Unlock()
	}
}

func (b *inbox) ids() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.got)
}

// wantInOrder ends t unless the notes are 0, 1, 2 and so on, at least that many.
func (b *inbox) wantInOrder(t *testing.T, atLeast int, what, clause string) {
	t.Helper()
	got := b.ids()
	for i, id := range got {
		if id != strconv.Itoa(i) {
			t.Fatalf("%s: it received note %s where note %d was next;\nevery note comes once, in the order of Publish (%s)", what, id, i, clause)
		}
	}
	if len(got) < atLeast {
		t.Fatalf("%s: it received %d of %d notes;\nwhoever hasn't left gets all of them (%s)", what, len(got), atLeast, clause)
	}
}

// spoiled is what a party said of a panic or a race.
var spoiled string

var someLeft, allLeft sync.Once // the race detector reports each race once

// requireOneLeaves ends t if one who leaves has Publish panic or race.
func requireOneLeaves(t *testing.T) {
	t.Helper()
	someLeft.Do(func() {
		for _, publishers := range []int{1, 8} {
			oneLeaves(t, publishers, true, func(*party, *inbox) {})
		}
	})
	if spoiled != "" {
		t.Fatal(spoiled)
	}
}

// requireSafe is the same for all who leave. The other tests begin with it: a
// panic is one mistake, and nothing else can be said then.
func requireSafe(t *testing.T) {
	t.Helper()
	requireOneLeaves(t)
	allLeft.Do(func() {
		for round := range 8 { // a wrong repair may be lucky
			allLeave(t, round%2 == 1)
		}
	})
	if spoiled != "" {
		t.Fatal(spoiled)
	}
}

// oneLeaves has a slow subscriber leave, and calls check with the notes of one
// who stays.
func oneLeaves(t *testing.T, publishers int, slowFirst bool, check func(*party, *inbox)) {
	t.Helper()
	p, h := &party{t: t}, channelowner.NewHub()
	slow, quick := h.Subscribe(), h.Subscribe()
	if !slowFirst { // a map's order is chance, but not an even one
		slow, quick = quick, slow
	}
	got, waits := p.reads(quick), false
	got.mayWait = true
	for range publishers {
		waits = !p.start("Publish", func() { publish(h, 0, many) }).ended.Load()
	}
	p.start("Unsubscribe", slow.Unsubscribe)
	if waits { // that it has to is said below
		check(p, got)
	}
	p.start("Unsubscribe", quick.Unsubscribe)
}

// allLeave has 30 slow subscribers leave.
func allLeave(t *testing.T, lastFirst bool) *party {
	t.Helper()
	p, h := &party{t: t}, channelowner.NewHub()
	subs := make([]*channelowner.Subscription, 30)
	for i := range subs {
		subs[i] = h.Subscribe()
	}
	if lastFirst {
		slices.Reverse(subs)
	}
	p.start("Publish", func() { publish(h, 0, many) })
	p.start("Unsubscribe", func() {
		for _, s := range subs {
			s.Unsubscribe()
		}
	})
	return p
}

// A call is a function in a goroutine of its own.
type call struct {
	name    string
	mayWait bool // wantAllReturned leaves it out
	ended   atomic.Bool
	panics  atomic.Value
}

// A party is the goroutines of one test. There is no bubble, as a right repair
// may hold a mutex while it waits, which would stop the bubble's clock.
type party struct {
	t     *testing.T
	calls []*call
}

// start calls f in a goroutine, and returns when all goroutines wait or have
// ended. It ends the test if anything has panicked or raced by then.
func (p *party) start(name string, f func()) *call {
	p.t.Helper()
	c := &call{name: name}
	p.calls = append(p.calls, c)
	go func() {
		defer c.ended.Store(true)
		defer func() {
			if v := recover(); v != nil {
				c.panics.Store(fmt.Sprint(v))
			}
		}()
		f()
	}()
	kit.Settle(p.t)
	for _, other := range p.calls {
		if v := other.panics.Load(); v != nil {
			spoiled = fmt.Sprintf("%s was called, and %s panicked: %s;\n"+
				"a subscriber may leave whatever Publish is doing (Restore 1)", name, other.name, v)
		}
	}
	if spoiled == "" && p.t.Failed() { // the race detector has reported something
		spoiled = fmt.Sprintf("%s was called while other calls were under way, and nothing orders what they do with the same channel or variable:\n"+
			"a data race (Restore 1); the race detector's report names both lines", name)
	}
	if spoiled != "" {
		p.t.Fatal(spoiled)
	}
	return c
}

// reads has a goroutine range over the notes of s.
func (p *party) reads(s *channelowner.Subscription) *inbox {
	p.t.Helper()
	b := &inbox{}
	b.call = p.start("a range over Notes", func() { b.read(s, 0) })
	return b
}

// wantAllReturned ends the test if a call waits.
func (p *party) wantAllReturned(what, clause string) {
	p.t.Helper()
	var waiting []string
	for _, c := range p.calls {
		if !c.ended.Load() && !c.mayWait && !slices.Contains(waiting, c.name) {
			waiting = append(waiting, c.name)
		}
	}
	if len(waiting) > 0 {
		p.t.Fatalf("%s, and %s didn't return;\n"+
			"nobody is left who could wake what waits (%s)", what, strings.Join(waiting, " and "), clause)
	}
}
