package maprace_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	maprace "example.com/leakproof/katas/11-map-race"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: "All methods may be called by several goroutines at the same time."
//
// This test needs the race detector, and nothing of it is left to chance: the
// detector does not need two calls that really meet, only two that nothing
// orders.
func TestCallsMayMeet(t *testing.T) { requireNoRace(t) }

// meeting is what firstRace has found. It looks once in a process, because the
// race detector reports each race once.
var meeting struct {
	once sync.Once
	said string // what failed, or ""
}

// requireNoRace fails t if two calls race. Each test in which calls meet begins
// with it: one report says all, and the runtime might end the process.
func requireNoRace(t *testing.T) {
	t.Helper()
	meeting.once.Do(func() {
		meeting.said = "two calls in two goroutines, one after the other, did not both return; the first failure says which"
		meeting.said = firstRace(t)
	})
	if meeting.said != "" {
		t.Fatal(meeting.said)
	}
}

// firstRace lets each method meet each other one and itself, in both orders.
func firstRace(t *testing.T) string {
	t.Helper()
	for _, a := range operations {
		for _, b := range operations {
			meet(t, a, b)
			if t.Failed() { // the race detector has reported something
				return fmt.Sprintf("%s was called in one goroutine and %s in another, and nothing orders what they do with the same memory:\n"+
					"a data race. All methods may be called at the same time; the race detector's report names both lines", a.name, b.name)
			}
		}
	}
	return ""
}

// meet makes two calls in two goroutines, one after the other. Settle orders
// nothing, so for the race detector they are at the same time, and the runtime
// has no reason to end the process.
func meet(t *testing.T, a, b operation) {
	t.Helper()
	s := storeWith(t, "a", "b")
	leave := make(chan struct{})
	var running sync.WaitGroup
	var ended atomic.Int32
	for _, op := range []operation{a, b} {
		running.Go(func() {
			op.call(s)
			ended.Add(1)
			<-leave // the race detector forgets goroutines that have ended
		})
		kit.Settle(t)
	}
	close(leave)
	if ended.Load() != 2 {
		t.Fatalf("%s and then %s were called in two goroutines, and only %d of the calls returned;\n"+
			"the other one waits, and nobody is left who could wake it", a.name, b.name, ended.Load())
	}
	running.Wait()
}

// Contract: "When created is called, ... it may itself call every method of the
// store", directly or through another goroutine that it waits for.
func TestCreatedMayCallTheStore(t *testing.T) {
	for _, op := range operations {
		for _, through := range []bool{false, true} {
			name := op.name
			if through {
				name += " in another goroutine"
			}
			t.Run(name, func(t *testing.T) {
				var s *maprace.Store
				var called atomic.Bool
				s = maprace.NewStore(atNoon, func(maprace.Note) {
					switch {
					case called.Swap(true): // for the note that op creates
					case through:
						var other sync.WaitGroup
						other.Go(func() { op.call(s) })
						other.Wait()
					default:
						op.call(s)
					}
				})
				p := party{t: t}
				if c := p.start(func() { _ = s.Create(note("a", "")) }); !c.ended.Load() {
					t.Fatalf("Create called created, created called %s, and neither of them returns any more;\n"+
						"created may call every method of the store and must not have to wait for the Create that called it", name)
				}
				p.running.Wait()
			})
		}
	}
}

// Contract: "While created runs, nobody waits for it but its Create", and the
// note is there for all others.
func TestNobodyElseWaitsForCreated(t *testing.T) {
	requireNoRace(t)
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			leave := make(chan struct{})
			s := maprace.NewStore(atNoon, func(n maprace.Note) {
				if n.ID == "a" {
					<-leave
				}
			})
			p := party{t: t}
			slow := p.start(func() { _ = s.Create(note("a", "")) })
			early := slow.ended.Load()
			var found maprace.Note
			look := p.start(func() { found, _ = s.Get("a") })
			other := p.start(func() { op.call(s) })
			waited := !look.ended.Load() || !other.ended.Load()
			close(leave)
			kit.Settle(t)
			switch {
			case waited:
				t.Fatalf("created was still running, and another goroutine that called %s had to wait for it;\n"+
					"created may take long, and only the Create that called it waits", op.name)
			case early:
				t.Fatalf("Create returned while created was still running; it returns after created")
			case !slow.ended.Load():
				t.Fatalf("created has returned, Create has not")
			case found.ID != "a":
				t.Fatalf("created was called, and Get did not find the note; created is called when the note is in the store")
			}
			p.running.Wait()
		})
	}
}

// Contract: "Two stores have nothing in common", neither notes nor waits.
func TestStoresHaveNothingInCommon(t *testing.T) {
	requireNoRace(t)
	for _, op := range operations {
		g := newGate(t)
		first := maprace.NewStore(g.now, ignore)
		second := storeWith(t, "a", "b")
		p := party{t: t}
		slow := p.start(func() { _ = first.Create(note("a", "")) })
		other := p.start(func() { op.call(second) })
		waited := !other.ended.Load()
		g.passAll(t, false)
		if waited {
			t.Fatalf("a Create waited for the clock of its store, and %s of another store had to wait as well;\n"+
				"two stores have nothing in common", op.name)
		}
		if !slow.ended.Load() {
			t.Fatal("the clock has answered, Create has not returned")
		}
		p.running.Wait()
		if _, err := first.Get("b"); err == nil {
			t.Fatal("a note of one store was found in another one; two stores have nothing in common")
		}
	}
}
