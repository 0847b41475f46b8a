package maprace_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	maprace "example.com/leakproof/katas/03-map-race"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 1: all methods may be called by several goroutines at the same time.
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
					"a data race (Restore 1); the race detector's report names both lines", a.name, b.name)
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

// Restore 1: no read is lost, although each may be safe by itself.
func TestNoReadOfACrowdIsLost(t *testing.T) {
	requireNoRace(t)
	const turns = 2000
	s := storeWith(t, "popular", "b")
	crowd(t, turns, func(worker, turn int) {
		_, _ = s.Get("popular")
		switch turn % 512 {
		case 100:
			_ = s.Reads()
		case 200:
			_ = s.Create(note(fmt.Sprint(worker, turn), ""))
		}
	})
	if got, want := s.Reads()["popular"], 1+workers*turns; got != want {
		t.Fatalf("%d goroutines read a note %d times in all, and Reads says %d;\n"+
			"each Get that returned the note counts, whatever it meets (Restore 1)", workers, want, got)
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
		settle(t)
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
	const turns = 300
	s := maprace.NewStore(atNoon, ignore)
	var got [turns][workers]bool
	crowd(t, turns, func(worker, turn int) {
		got[turn][worker] = s.Create(note(strconv.Itoa(turn), strconv.Itoa(worker))) == nil
	})
	if n := len(s.List()); n != turns {
		t.Fatalf("a crowd of goroutines created notes with %d IDs, and List has %d (Restore 2)", turns, n)
	}
	for turn := range turns {
		winners := []string{}
		for worker, won := range got[turn] {
			if won {
				winners = append(winners, strconv.Itoa(worker))
			}
		}
		if n, _ := s.Get(strconv.Itoa(turn)); len(winners) != 1 || n.Content != winners[0] {
			t.Fatalf("a crowd of goroutines wanted the same free ID, the callers %v were told that it is theirs,\n"+
				"and the note is that of caller %q; exactly one gets it (Restore 2)", winners, n.Content)
		}
	}
}
