package maprace_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	maprace "example.com/leakproof/katas/03-map-race"
	"example.com/leakproof/katas/internal/kit"
)

// noon is what the clock says.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

func ignore(maprace.Note) {}

// note is what a test creates; content tells two notes with one ID apart.
func note(id, content string) maprace.Note {
	return maprace.Note{ID: id, Title: "Note " + id, Content: content}
}

func ids(notes []maprace.Note) []string {
	var all []string
	for _, n := range notes {
		all = append(all, n.ID)
	}
	return all
}

func storeWith(t *testing.T, ids ...string) *maprace.Store {
	t.Helper()
	s := maprace.NewStore(atNoon, ignore)
	alone(t, func() {
		for _, id := range ids {
			_ = s.Create(note(id, ""))
		}
	})
	return s
}

// start calls f in a goroutine and returns when nobody goes on any more. What it
// returns says whether f has come to its end.
func start(t *testing.T, f func()) *atomic.Bool {
	t.Helper()
	var ended atomic.Bool
	over := t.Context().Done()
	go func() {
		f()
		ended.Store(true)
		<-over // the race detector forgets goroutines that have ended
	}()
	kit.Settle(t)
	return &ended
}

// alone calls f in a goroutine that nobody else disturbs.
func alone(t *testing.T, f func()) {
	t.Helper()
	if !start(t, f).Load() {
		t.Fatal("one goroutine was alone with a store, and a call does not return any more:\n" +
			"it waits, and nobody is left who could wake it (Restore 1)")
	}
}

// operations are what a goroutine, or created, may do with a store that keeps a
// note "a".
var operations = []struct {
	name string
	call func(s *maprace.Store)
}{
	{"Create", func(s *maprace.Store) { _ = s.Create(note("other", "")) }},
	{"Create of a taken ID", func(s *maprace.Store) { _ = s.Create(note("a", "")) }},
	{"Get", func(s *maprace.Store) { _, _ = s.Get("a") }},
	{"Get of a missing note", func(s *maprace.Store) { _, _ = s.Get("none") }},
	{"List", func(s *maprace.Store) { _ = s.List() }},
	{"Reads", func(s *maprace.Store) { _ = s.Reads() }},
}

var (
	met  sync.Once
	safe bool // pairs of calls have met, and it went well
)

// requireSafe ends t if two calls race or lock each other out. Each test in which
// calls of several goroutines meet begins with it: they would only fail for the
// same reason.
func requireSafe(t *testing.T) {
	t.Helper()
	met.Do(func() { meetInPairs(t); safe = true })
	if !safe {
		t.Fatal("calls of two goroutines race, or don't return, as TestCallsMayMeet says (Restore 1)")
	}
}

// meetInPairs makes every two calls one after the other, in two goroutines.
// Nothing orders these, so the race detector takes the calls for simultaneous,
// and the maps are safe from what would end the process.
func meetInPairs(t *testing.T) {
	t.Helper()
	for _, a := range operations {
		for _, b := range operations {
			s := storeWith(t, "a", "b")
			first := start(t, func() { a.call(s) })
			second := start(t, func() { b.call(s) })
			if t.Failed() { // the race detector has reported something
				t.Fatalf("%s was called in one goroutine and %s in another, and nothing orders what they do with the same memory:\n"+
					"a data race (Restore 1). The race detector's report names both lines", a.name, b.name)
			}
			if !first.Load() || !second.Load() {
				t.Fatalf("%s and then %s were called in two goroutines, and one of them does not return any more:\n"+
					"it waits, and nobody is left who could wake it (Restore 1)", a.name, b.name)
			}
		}
	}
}
