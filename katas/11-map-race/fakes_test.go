package maprace_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	maprace "example.com/leakproof/katas/11-map-race"
	"example.com/leakproof/katas/internal/kit"
)

// noon is what the clock says unless a test is about it.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

func ignore(maprace.Note) {}

// note is what a test creates; content tells two notes with one ID apart.
func note(id, content string) maprace.Note {
	return maprace.Note{ID: id, Title: "Note " + id, Content: content}
}

// fill creates notes with these IDs.
func fill(t *testing.T, s *maprace.Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := s.Create(note(id, "")); err != nil {
			t.Errorf("Create of a free ID returned the error %v", err)
		}
	}
}

// storeWith returns a store with these notes, the first of them read once. Not
// in a bubble.
func storeWith(t *testing.T, ids ...string) *maprace.Store {
	t.Helper()
	s := maprace.NewStore(atNoon, ignore)
	p := party{t: t}
	c := p.start(func() {
		fill(t, s, ids...)
		_, _ = s.Get(ids[0])
	})
	if !c.ended.Load() {
		t.Fatal("one goroutine created some notes and read one of them, and one of these calls does not return;\n" +
			"it waits, and nobody is there who could wake it")
	}
	if t.Failed() {
		t.FailNow()
	}
	return s
}

// An operation is one call of a store.
type operation struct {
	name string
	call func(s *maprace.Store)
}

// operations are what other goroutines, or created, may do with a store that
// keeps a note "a". Whoever gets a list or a map may also write to it.
var operations = []operation{
	{"Create", func(s *maprace.Store) { _ = s.Create(note("other", "")) }},
	{"Create of a taken ID", func(s *maprace.Store) { _ = s.Create(note("a", "")) }},
	{"Get", func(s *maprace.Store) { _, _ = s.Get("a") }},
	{"Get of a missing note", func(s *maprace.Store) { _, _ = s.Get("none") }},
	{"List", func(s *maprace.Store) {
		all := s.List()
		for i := range all {
			all[i].Title = "changed"
		}
	}},
	{"Reads", func(s *maprace.Store) {
		reads := s.Reads()
		for id := range reads {
			reads[id]++
		}
	}},
}

// A call is a function in a goroutine of its own.
type call struct{ ended atomic.Bool }

// A party is the goroutines of one test.
type party struct {
	t       *testing.T
	running sync.WaitGroup
}

// start calls f in a goroutine, and returns when all goroutines wait or have
// ended.
func (p *party) start(f func()) *call {
	p.t.Helper()
	c := &call{}
	p.running.Go(func() {
		f()
		c.ended.Store(true)
	})
	kit.Settle(p.t)
	return c
}

// A gate is a clock at which every caller waits until the suite lets it pass.
type gate struct {
	mu      sync.Mutex
	waiting []chan struct{}
	open    bool // for everybody
}

// newGate returns a gate that opens when the test ends.
func newGate(t *testing.T) *gate {
	g := &gate{}
	t.Cleanup(func() {
		g.mu.Lock()
		g.open = true
		g.mu.Unlock()
		for g.pass(false) {
		}
	})
	return g
}

func (g *gate) now() time.Time {
	g.mu.Lock()
	if g.open {
		g.mu.Unlock()
		return noon
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.mu.Unlock()
	<-turn
	return noon
}

// pass lets the caller go on that came first, or last. It returns false if
// there is none.
func (g *gate) pass(last bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		return false
	}
	i := 0
	if last {
		i = len(g.waiting) - 1
	}
	close(g.waiting[i])
	g.waiting = slices.Delete(g.waiting, i, i+1)
	return true
}

// passAll lets one caller after the other pass, until nobody comes any more.
func (g *gate) passAll(t *testing.T, last bool) {
	t.Helper()
	for passed := 0; g.pass(last); passed++ {
		if passed == 1000 {
			t.Fatal("the clock was asked 1000 times by a few calls of Create; a Create that has the time goes on with it")
		}
		kit.Settle(t)
	}
}
