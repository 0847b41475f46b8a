package maprace_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	maprace "example.com/leakproof/katas/03-map-race"
	"example.com/leakproof/katas/internal/kit"
)

// A verdict is what is found out once in a process, because the race detector
// reports each race once.
type verdict struct {
	once sync.Once
	said string
}

// require calls find, which fails t or does not, and fails the tests that ask
// again.
func (v *verdict) require(t *testing.T, find func(*testing.T)) {
	t.Helper()
	v.once.Do(func() {
		v.said = "calls that meet race, or do not all return; the first failure says which"
		find(t)
		v.said = ""
	})
	if v.said != "" {
		t.Fatal(v.said)
	}
}

var racing, passing, crowding verdict

// requireNoRace fails t if two calls race or lock each other out. Each test in
// which calls meet begins with it: one report says all, and the runtime might
// end the process.
func requireNoRace(t *testing.T) {
	t.Helper()
	racing.require(t, firstRace)
	passing.require(t, aWriterPasses)
	crowding.require(t, hammer)
}

// firstRace lets each method meet each other one and itself, in both orders.
func firstRace(t *testing.T) {
	t.Helper()
	for _, a := range operations {
		for _, b := range operations {
			meet(t, a, b)
			if t.Failed() { // the race detector has reported something
				t.Fatalf("%s was called in one goroutine and %s in another, and nothing orders what they do with the same memory:\n"+
					"a data race (Restore 1); the race detector's report names both lines", a.name, b.name)
			}
		}
	}
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
			"the other one waits, and nobody is left who could wake it (Restore 1)", a.name, b.name, ended.Load())
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
			what := fmt.Sprintf("%s and %s were called by %d goroutines at the same time (Restore 1)", a.name, b.name, crowd)
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

// aWriterPasses has notes created while somebody reads all the time, in a store
// with many notes. A call that holds a lock for reading and asks for it again
// then waits behind the writer, and the writer for the call.
func aWriterPasses(t *testing.T) {
	t.Helper()
	ids := make([]string, 300)
	for i := range ids {
		ids[i] = fmt.Sprint("n", i)
	}
	for _, read := range crowded[2:] {
		s := storeWith(t, ids...)
		kit.Race(t, "notes were created while "+read.name+" was called again and again (Restore 1)", 1, func(*kit.Barrier) []func() {
			reading, through := make(chan bool), make(chan bool)
			return []func(){func() {
				for {
					select {
					case reading <- true: // the writer comes while this goroutine is in the call
					case <-through:
						return
					default:
					}
					read.call(s, "")
				}
			}, func() {
				for i := range 30 {
					<-reading
					_ = s.Create(note(fmt.Sprint("new", i), ""))
				}
				close(through)
			}}
		})
	}
}

// Restore 1: no read is lost, although each may be safe by itself.
func TestNoReadOfACrowdIsLost(t *testing.T) {
	requireNoRace(t)
	const notes, readers = 50, 8
	var stores []*maprace.Store
	kit.Race(t, "notes that nobody had read before were read by 8 goroutines", 60, func(*kit.Barrier) []func() {
		s := maprace.NewStore(atNoon, ignore)
		for i := range notes {
			_ = s.Create(note(strconv.Itoa(i), ""))
		}
		stores = append(stores, s)
		return slices.Repeat([]func(){func() {
			for i := range notes {
				_, _ = s.Get(strconv.Itoa(i))
			}
		}}, readers)
	})
	for _, s := range stores {
		reads := s.Reads()
		for i := range notes {
			if got := reads[strconv.Itoa(i)]; got != readers {
				t.Fatalf("%d goroutines read a note that nobody had read before, and Reads says %d;\n"+
					"each Get that returned the note counts, whatever it meets (Restore 1)", readers, got)
			}
		}
	}
}

// Restore 2: one of several gets an ID. The clock holds each of them, and a
// reader comes when it has answered one.
func TestOneOfSeveralGetsTheID(t *testing.T) {
	requireNoRace(t)
	for _, last := range []bool{false, true} {
		g := newGate(t)
		var told journal
		s := maprace.NewStore(g.now, told.add)
		p := party{t: t}
		var errs [3]error
		for i := range errs {
			p.start(func() { errs[i] = s.Create(note("x", strconv.Itoa(i))) })
		}
		g.pass(last)
		kit.Settle(t)
		read := 0
		p.start(func() {
			if _, err := s.Get("x"); err == nil { // it may have to wait, and it may be too early
				read++
			}
		})
		g.passAll(t, last)
		p.allReturned("3 callers wanted one ID, one read it, and the clock has answered")
		winner, winners := 0, 0
		for i, err := range errs {
			if err == nil {
				winner, winners = i, winners+1
			} else if !errors.Is(err, maprace.ErrExists) {
				t.Fatalf("somebody else got the ID while Create asked the clock, and it returned the error %v;\n"+
					"errors.Is must find ErrExists (Restore 2)", err)
			}
		}
		if winners != 1 {
			t.Fatalf("3 callers wanted the same free ID at the same time, and %d were told that it is theirs;\n"+
				"exactly one gets it, also if all of them have seen that it was free (Restore 2)", winners)
		}
		if got := s.Reads()["x"]; got != read {
			t.Fatalf("a note was read %d times, and after the other Creates of its ID Reads says %d;\n"+
				"who does not get the ID changes nothing (Restore 2)", read, got)
		}
		if found, err := s.Get("x"); err != nil || found.Content != strconv.Itoa(winner) {
			t.Fatalf("Create told caller %d that the ID is theirs, and Get returned the note of caller %q and the error %v;\n"+
				"who does not get the ID changes nothing (Restore 2)", winner, found.Content, err)
		}
		if heard := told.of("x"); len(heard) != 1 {
			t.Fatalf("one of 3 callers got the ID, and created was called %d times for it;\n"+
				"it is called once for a note that was kept, and not for others (Keep 4)", len(heard))
		}
	}
}

// Restore 2: exactly one gets it, however many ask, and no note is lost.
func TestNoNoteOfACrowdIsLost(t *testing.T) {
	requireNoRace(t)
	const notes, callers = 50, 8
	type party struct {
		s   *maprace.Store
		won [notes][callers]bool
	}
	var parties []*party
	kit.Race(t, "8 goroutines wanted the same free IDs", 20, func(*kit.Barrier) []func() {
		p := &party{s: maprace.NewStore(atNoon, ignore)}
		parties = append(parties, p)
		var calls []func()
		for caller := range callers {
			calls = append(calls, func() {
				for i := range notes {
					p.won[i][caller] = p.s.Create(note(strconv.Itoa(i), strconv.Itoa(caller))) == nil
				}
			})
		}
		return calls
	})
	for _, p := range parties {
		for i, won := range p.won {
			var winners []string
			for caller, is := range won {
				if is {
					winners = append(winners, strconv.Itoa(caller))
				}
			}
			if n, err := p.s.Get(strconv.Itoa(i)); len(winners) != 1 || n.Content != winners[0] {
				t.Fatalf("a crowd of goroutines wanted the same free ID, the callers %v were told that it is theirs,\n"+
					"and Get returned the note of caller %q and the error %v; exactly one gets it (Restore 2)", winners, n.Content, err)
			}
		}
	}
}
