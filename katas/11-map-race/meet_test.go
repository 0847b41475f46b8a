package maprace_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	maprace "example.com/leakproof/katas/11-map-race"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: "All methods may be called by several goroutines at the same time."
//
// For races this test needs the race detector, which does not need two calls that
// really meet, only two that nothing orders.
func TestCallsMayMeet(t *testing.T) { requireNoRace(t) }

// meeting is what firstRace and hammer have found. They look once in a process, because the
// race detector reports each race once.
var meeting struct {
	once sync.Once
	said string // what failed, or ""
}

// requireNoRace fails t if two calls race or lock each other out. Each test in which calls meet begins
// with it: one report says all, and the runtime might end the process.
func requireNoRace(t *testing.T) {
	t.Helper()
	meeting.once.Do(func() {
		meeting.said = "calls that meet race, or do not all return; the first failure says which"
		said := firstRace(t)
		if said == "" {
			hammer(t)
		}
		meeting.said = said
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
		settle(t)
	}
	close(leave)
	if ended.Load() != 2 {
		t.Fatalf("%s and then %s were called in two goroutines, and only %d of the calls returned;\n"+
			"the other one waits, and nobody is left who could wake it", a.name, b.name, ended.Load())
	}
	running.Wait()
}

// crowded are the calls that hammer makes. No two of them create the same note.
var crowded = []struct {
	name string
	call func(s *maprace.Store, id string)
}{
	{"Create", func(s *maprace.Store, id string) { _ = s.Create(note(id, "")) }},
	{"Get", func(s *maprace.Store, _ string) { _, _ = s.Get("a") }},
	{"List", func(s *maprace.Store, _ string) { _ = s.List() }},
	{"Reads", func(s *maprace.Store, _ string) { _ = s.Reads() }},
}

// hammer has each method called by one half of a crowd and another one by the
// other half, on several processors. Calls that come one after another, as in
// meet, never wait for each other; and a lock that is taken before and after an
// access, for a counter say, makes them look ordered.
func hammer(t *testing.T) {
	t.Helper()
	const crowd = 16
	for i, a := range crowded {
		for j, b := range crowded[:i] {
			// Many beginnings: who queues up for a lock for long gets it in turn.
			rounds, turns := 140, 5
			if j == 0 { // Create: few notes, or List and Reads take long
				rounds, turns = 100, 2
			}
			what := fmt.Sprintf("%s and %s were called by %d goroutines at the same time", a.name, b.name, crowd)
			kit.Race(t, what, rounds, func(*kit.Barrier) []func() {
				s := maprace.NewStore(atNoon, ignore)
				_ = s.Create(note("a", ""))
				calls := make([]func(), crowd)
				for caller := range calls {
					call := []func(*maprace.Store, string){a.call, b.call}[caller%2]
					calls[caller] = func() {
						for turn := range turns {
							call(s, fmt.Sprint(caller, turn))
						}
					}
				}
				return calls
			})
		}
	}
}

// reentries is what reentry has found.
var reentries struct {
	once sync.Once
	said string
}

// reentry says what goes wrong when created calls the store, or "". It looks
// once in a process: other tests rely on it.
func reentry(t *testing.T) string {
	t.Helper()
	requireNoRace(t)
	reentries.once.Do(func() {
		reentries.said = "created called the store; an earlier test says what happened"
		for _, op := range operations {
			for _, through := range []bool{false, true} {
				if !createdCalls(t, op, through) {
					reentries.said = fmt.Sprintf("Create called created, created called %s%s, and neither of them returns any more;\n"+
						"created may call every method of the store and must not have to wait for the Create that called it",
						op.name, map[bool]string{true: " in another goroutine"}[through])
					return
				}
			}
		}
		reentries.said = ""
	})
	return reentries.said
}

// createdCalls reports whether a Create returns whose created makes a call of
// the store itself, or waits for another goroutine that makes it.
func createdCalls(t *testing.T, op operation, through bool) bool {
	t.Helper()
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
	c := p.start(func() { _ = s.Create(note("a", "")) })
	return c.ended.Load()
}

// Contract: "created may itself call every method of the store", directly or
// through another goroutine that it waits for.
func TestCreatedMayCallTheStore(t *testing.T) {
	if said := reentry(t); said != "" {
		t.Fatal(said)
	}
}

// Contract: "While it runs, nobody waits for it but the Create that called it",
// whatever the others want.
func TestNobodyElseWaitsForCreated(t *testing.T) {
	requireNoRace(t)
	for _, op := range operations {
		leave := make(chan struct{})
		s := maprace.NewStore(atNoon, func(n maprace.Note) {
			if n.ID == "a" {
				<-leave
			}
		})
		p := party{t: t}
		p.start(func() { _ = s.Create(note("a", "")) })
		waited := !p.start(func() { op.call(s) }).ended.Load()
		close(leave)
		settle(t)
		if waited {
			t.Fatalf("created was still running, and another goroutine that called %s had to wait for it;\n"+
				"created may take long, and only the Create that called it waits", op.name)
		}
		p.allReturned("created has returned")
	}
}

// Contract: "so it may run several times at once", as often as it happens.
func TestCreatedRunsManyTimesAtOnce(t *testing.T) {
	requireNoRace(t)
	const many = 100
	leave := make(chan struct{})
	var inside atomic.Int32
	s := maprace.NewStore(atNoon, func(maprace.Note) {
		inside.Add(1)
		<-leave
	})
	p := party{t: t}
	for i := range many {
		p.add(func() { _ = s.Create(note(strconv.Itoa(i), "")) })
	}
	settle(t)
	got := inside.Load()
	close(leave)
	settle(t)
	if got != many {
		t.Fatalf("%d notes were created at the same time, and created ran for %d of them while it took its time;\n"+
			"nobody waits for created but the Create that called it, so it runs as often at once as it happens", many, got)
	}
	p.allReturned("created has returned")
}

// arrivals lets callers come for the note "a" while the clock is asked for it,
// then lets the clock answer, and keeps created waiting. It returns whether one
// of them had to wait for created, and what they have found.
func arrivals(t *testing.T) (waited bool, found []maprace.Note) {
	t.Helper()
	g := newGate(t)
	leave := make(chan struct{})
	s := maprace.NewStore(g.now, func(maprace.Note) { <-leave })
	p := party{t: t}
	winners := [2]*call{}
	var errs [2]error
	var got maprace.Note
	var err error
	var list []maprace.Note
	winners[0] = p.start(func() { errs[0] = s.Create(note("a", "")) })
	winners[1] = p.start(func() { errs[1] = s.Create(note("a", "")) })
	look := p.start(func() { got, err = s.Get("a") })
	all := p.start(func() { list = s.List() })
	var reads map[string]int
	count := p.start(func() { reads = s.Reads() })
	early := count.ended.Load()
	g.passAll(t, false)
	waits := 0
	for _, c := range p.calls {
		if !c.ended.Load() {
			waits++
		}
	}
	waited = !look.ended.Load() || !all.ended.Load() || !count.ended.Load() || waits > 1
	close(leave)
	settle(t)
	g.passAll(t, false) // for who waited first and asks then
	p.allReturned("the clock has answered, and created has returned")
	if _, there := reads["a"]; there && early {
		t.Fatal("Reads was called while the clock was asked for a note, and returned its ID;\n" +
			"an ID without a note is not there")
	}
	if err == nil {
		found = append(found, got)
	} else if !errors.Is(err, maprace.ErrNotFound) {
		t.Fatalf("Get of a note that is about to be created returned the error %v; it is ErrNotFound, or the note is there", err)
	}
	return waited, append(found, list...)
}

// Contract: "nobody waits for it but the Create that called it", also not who
// came before.
func TestNobodyWaitsWhoCameBeforeCreated(t *testing.T) {
	if c := holdContests(t); c == nil || *c != (contest{}) {
		return // as another test says
	}
	if waited, _ := arrivals(t); waited {
		t.Fatal("callers came for an ID while the clock was asked for its note. The note was kept, created was still running,\n" +
			"and one of them had to wait until created returned; only the Create that called it waits")
	}
}

// Contract: "Nobody sees the note without it", its time.
func TestNobodySeesANoteWithoutItsTime(t *testing.T) {
	if c := holdContests(t); c == nil || *c != (contest{}) {
		return // as another test says
	}
	_, found := arrivals(t)
	for _, n := range found {
		if !n.Created.Equal(noon) {
			t.Fatalf("Get or List was called while the clock was asked for a note, and returned it as created at %v;\n"+
				"until the clock has answered they wait or do not find it", n.Created)
		}
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
		p.start(func() { _ = first.Create(note("a", "")) })
		other := p.start(func() { op.call(second) })
		waited := !other.ended.Load()
		g.passAll(t, false)
		if waited {
			t.Fatalf("a Create waited for the clock of its store, and %s of another store had to wait as well;\n"+
				"two stores have nothing in common", op.name)
		}
		p.allReturned("the clock has answered")
		if _, err := first.Get("b"); err == nil || len(first.List()) != 1 || first.Reads()["a"] != 0 {
			t.Fatal("a note of one store, or its reads, were found in another one; two stores have nothing in common")
		}
	}
}
