package maprace_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	maprace "example.com/leakproof/katas/03-map-race"
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

// storeWith returns a store with these notes, the first of them read once. Not
// in a bubble.
func storeWith(t *testing.T, ids ...string) *maprace.Store {
	t.Helper()
	s := maprace.NewStore(atNoon, ignore)
	alone(t, func() string {
		for _, id := range ids {
			if err := s.Create(note(id, "")); err != nil {
				return fmt.Sprintf("Create(%q) returned the error %v; the ID was free (Keep 4)", id, err)
			}
		}
		_, _ = s.Get(ids[0])
		return ""
	})
	return s
}

// alone calls f in a goroutine that nobody else disturbs, and ends t if f does
// not return or says what is wrong.
func alone(t *testing.T, f func() string) {
	t.Helper()
	said := ""
	p := party{t: t}
	p.start(func() { said = f() })
	p.allReturned("one goroutine was alone with a store")
	if said != "" {
		t.Fatal(said)
	}
}

// same tells whether two notes are equal, in whatever zone their times are
// written.
func same(a, b maprace.Note) bool {
	at := a.Created.Equal(b.Created)
	a.Created, b.Created = time.Time{}, time.Time{}
	return at && a == b
}

// A journal is what created was told.
type journal struct {
	mu   sync.Mutex
	told []maprace.Note
}

func (j *journal) add(n maprace.Note) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.told = append(j.told, n)
}

// of returns the notes with this ID.
func (j *journal) of(id string) []maprace.Note {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(j.told), func(n maprace.Note) bool { return n.ID != id })
}

// An operation is one call of a store.
type operation struct {
	name string
	call func(s *maprace.Store)
}

// operations are what other goroutines, or created, may do with a store that
// keeps a note "a".
var operations = []operation{
	{"Create", func(s *maprace.Store) { _ = s.Create(note("other", "")) }},
	{"Create of a taken ID", func(s *maprace.Store) { _ = s.Create(note("a", "")) }},
	{"Get", func(s *maprace.Store) { _, _ = s.Get("a") }},
	{"Get of a missing note", func(s *maprace.Store) { _, _ = s.Get("none") }},
	{"List", func(s *maprace.Store) { _ = s.List() }},
	{"Reads", func(s *maprace.Store) { _ = s.Reads() }},
}

// A call is a function in a goroutine of its own.
type call struct{ ended atomic.Bool }

// A party is the goroutines of one test.
type party struct {
	t       *testing.T
	running sync.WaitGroup
	calls   []*call
}

// start calls f in a goroutine, and returns when all goroutines wait or have
// ended.
func (p *party) start(f func()) *call {
	p.t.Helper()
	c := &call{}
	p.calls = append(p.calls, c)
	p.running.Go(func() {
		f()
		c.ended.Store(true)
	})
	kit.Settle(p.t)
	return c
}

// allReturned ends the test if a call has not returned though all goroutines
// have come to rest.
func (p *party) allReturned(what string) {
	p.t.Helper()
	for _, c := range p.calls {
		if !c.ended.Load() {
			p.t.Fatalf("%s, and a call does not return any more;\nit waits, and nobody is left who could wake it (Restore 1)", what)
		}
	}
	p.running.Wait()
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
			t.Fatal("the clock was asked 1000 times by a few calls of Create; a Create that has the time goes on with it (fine print)")
		}
		kit.Settle(t)
	}
}
