package maprace_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	maprace "example.com/leakproof/katas/03-map-race"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if !raceDetector {
		fmt.Fprintln(os.Stderr, "WITHOUT -race this suite is not certain: TestCallsMayMeet finds nothing, and calls that\n"+
			"are not safe are noticed only if they happen to meet. Run: go test -race ./katas/03-map-race")
	}
	goleak.VerifyTestMain(m)
}

// Restore 1: all methods may be called by several goroutines at the same time.
//
// For races this test needs the race detector, which does not need two calls that
// really meet, only two that nothing orders.
func TestCallsMayMeet(t *testing.T) { racing.require(t, firstRace) }

// Restore 1: no call waits for ever, also if a writer waits between readers.
func TestAWriterPasses(t *testing.T) {
	racing.require(t, firstRace)
	passing.require(t, aWriterPasses)
}

// Restore 1: neither does a crowd race, or wait for ever.
func TestACrowdMayMeet(t *testing.T) { requireNoRace(t) }

// Restore 3: what List and Reads return is the caller's.
func TestResultsAreTheCallers(t *testing.T) {
	s := storeWith(t, "m", "n")
	alone(t, func() string {
		list, reads := s.List(), s.Reads()
		for _, id := range []string{"c", "x", "a"} { // between, behind and before the others
			_ = s.Create(note(id, ""))
			_, _ = s.Get("m")
		}
		if len(list) != 2 || list[0].ID != "m" || list[1].ID != "n" {
			return "List returned the notes m and n, and after later calls its result has others in it;\n" +
				"it is the caller's and does not change with the store (Restore 3)"
		}
		if reads["m"] != 1 {
			return fmt.Sprintf("the note m had been read once when Reads was called, and after later calls that result says %d;\n"+
				"it is the caller's and does not change with the store (Restore 3)", reads["m"])
		}
		list, reads = s.List(), s.Reads()
		list[0].Title, reads["m"], reads["none"] = "changed", 100, 1
		_ = append(list[:1], note("zzz", ""))
		if again := s.List(); len(again) != 5 || again[0].Title != "Note a" || again[1].ID != "c" || s.Reads()["m"] != 4 || s.Reads()["none"] != 0 {
			return "a caller wrote to what List and Reads had returned, and their next results show it;\n" +
				"what they return is the caller's, and no way into the store (Restore 3)"
		}
		return ""
	})
}

// Keep 4: Create keeps the note with a time of the clock, and tells created.
func TestCreateKeepsTheNote(t *testing.T) {
	var told journal
	s := maprace.NewStore(atNoon, told.add)
	alone(t, func() string {
		want := note("a", "mine")
		want.Created = noon
		sent := note("a", "mine")
		sent.Created = noon.AddDate(-1, 0, 0) // the author's idea
		if err := s.Create(sent); err != nil {
			return fmt.Sprintf("Create of a free ID returned the error %v (Keep 4)", err)
		}
		if got, err := s.Get("a"); err != nil || !same(got, want) {
			return fmt.Sprintf("the clock said %v, Create was given %+v, and Get returned %+v and the error %v;\n"+
				"the note is kept with the time of the clock (Keep 4)", noon, sent, got, err)
		}
		if err := s.Create(note("a", "of somebody else")); !errors.Is(err, maprace.ErrExists) {
			return fmt.Sprintf("Create of an ID that is taken returned the error %v; errors.Is must find ErrExists (Restore 2)", err)
		}
		if again, _ := s.Get("a"); !same(again, want) {
			return fmt.Sprintf("a Create that returned ErrExists changed the note from %+v to %+v (Restore 2)", want, again)
		}
		if heard := told.of("a"); len(heard) != 1 || !same(heard[0], want) {
			return fmt.Sprintf("created was called with %+v;\n"+
				"it is called once for each note that was kept, with the note as it was kept: %+v (Keep 4)", heard, want)
		}
		return ""
	})
}

// Keep 5: created may call every method of the store. It comes before the tests
// that rely on it.
func TestCreatedMayCallTheStore(t *testing.T) {
	requireNoRace(t)
	for _, op := range operations {
		var s *maprace.Store
		var called atomic.Bool
		s = maprace.NewStore(atNoon, func(maprace.Note) {
			if !called.Swap(true) { // not for the note that op creates
				op.call(s)
			}
		})
		p := party{t: t}
		if !p.start(func() { _ = s.Create(note("a", "")) }).ended.Load() {
			t.Fatalf("Create called created, created called %s, and neither of them returns any more;\n"+
				"created may call every method of the store (Keep 5)", op.name)
		}
	}
}

// Keep 4: created is called when the note is there.
func TestCreatedFindsTheNote(t *testing.T) {
	requireNoRace(t)
	var s *maprace.Store
	var missing journal
	s = maprace.NewStore(atNoon, func(n maprace.Note) {
		_, err := s.Get(n.ID)
		if err != nil || !slices.ContainsFunc(s.List(), func(other maprace.Note) bool { return other.ID == n.ID }) {
			missing.add(n)
		}
	})
	alone(t, func() string {
		_ = s.Create(note("a", ""))
		if len(missing.of("a")) > 0 {
			return "created was called, and Get or List did not find its note;\nit is called when the note is kept (Keep 4)"
		}
		return ""
	})
}

// Keep 4: Create returns after created has.
func TestCreateWaitsForCreated(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := maprace.NewStore(atNoon, func(maprace.Note) { time.Sleep(time.Hour) })
		start := time.Now()
		_ = s.Create(note("a", ""))
		took := time.Since(start)
		time.Sleep(2 * time.Hour) // for what was left running
		if took < time.Hour {
			t.Fatalf("created took 1h, and Create returned after %v;\nit returns after created, however long that takes (Keep 4)", took)
		}
	})
}

// Keep 5: nobody waits for created but the Create that called it.
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
		kit.Settle(t)
		if waited {
			t.Fatalf("created was still running, and another goroutine that called %s had to wait for it;\n"+
				"created may take long, and only the Create that called it waits (Keep 5)", op.name)
		}
		p.allReturned("created has returned")
	}
}

// Keep 6: Get counts the reads of notes that are there, and only those.
func TestGetCountsReads(t *testing.T) {
	s := storeWith(t, "b", "a")
	alone(t, func() string {
		for _, id := range []string{"a", "none", "b", "a"} {
			_ = s.List()
			_ = s.Create(note("b", "again"))
			if _, err := s.Get(id); errors.Is(err, maprace.ErrNotFound) != (id == "none") {
				return fmt.Sprintf("Get(%q) returned the error %v;\nit is ErrNotFound if there is no such note, and nil if there is (Keep 6)", id, err)
			}
		}
		_ = s.Create(note("none", ""))
		if reads := s.Reads(); reads["a"] != 2 || reads["b"] != 2 || reads["none"] != 0 {
			return fmt.Sprintf("the notes a and b were read twice, one that was not there once, and Reads says %v;\n"+
				"a read of a note that is there counts, and nothing else (Keep 6)", reads)
		}
		return ""
	})
}

// Keep 6: List returns all notes in the order of their IDs.
func TestListIsInOrder(t *testing.T) {
	want := []string{"10", "9", "B", "a", "c", "ä"}
	s := storeWith(t, "c", "B", "ä", "9", "a", "10")
	alone(t, func() string {
		var ids []string
		for _, n := range s.List() {
			ids = append(ids, n.ID)
		}
		if !slices.Equal(ids, want) {
			return fmt.Sprintf("List returned notes with the IDs %q;\nit is all notes in the order of their IDs, as Go compares strings: %q (Keep 6)", ids, want)
		}
		return ""
	})
}

// Fine print: nobody sees a note without its time.
func TestNobodySeesANoteWithoutItsTime(t *testing.T) {
	requireNoRace(t)
	g := newGate(t)
	s := maprace.NewStore(g.now, ignore)
	p := party{t: t}
	p.start(func() { _ = s.Create(note("a", "")) })
	var got maprace.Note
	var err error
	var list []maprace.Note
	p.start(func() { got, err = s.Get("a") })
	p.start(func() { list = s.List() })
	g.passAll(t, false)
	p.allReturned("the clock has answered")
	if err == nil {
		list = append(list, got)
	}
	for _, n := range list {
		if !n.Created.Equal(noon) {
			t.Fatalf("Get or List was called while the clock was asked for a note, and returned it as created at %v;\n"+
				"until the clock has answered they wait or do not find it (fine print)", n.Created)
		}
	}
}

// Fine print: no goroutine is left behind, NewStore included.
func TestNoGoroutineIsLeft(t *testing.T) {
	use := func() string {
		s := maprace.NewStore(atNoon, ignore)
		_ = s.Create(note("a", ""))
		for _, op := range operations {
			op.call(s)
		}
		return ""
	}
	alone(t, use) // a bubble does not see who waits for a mutex
	kit.Bubble(t, func(*testing.T) { use() })
}
