package maprace_test

import (
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	maprace "example.com/leakproof/katas/03-map-race"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: every method may be called while another goroutine is in any method.
func TestCallsMayMeet(t *testing.T) { requireSafe(t) }

// Restore 2: three callers have all asked the clock before one of them goes on.
func TestOneOfSeveralGetsTheID(t *testing.T) {
	requireSafe(t)
	answer := make(chan struct{})
	var told atomic.Int32
	s := maprace.NewStore(func() time.Time { <-answer; return noon }, func(maprace.Note) { told.Add(1) })
	var errs [3]error
	var calls [3]*atomic.Bool
	for i := range errs {
		calls[i] = start(t, func() { errs[i] = s.Create(note("x", strconv.Itoa(i))) })
	}
	close(answer)
	kit.Settle(t)
	var winners []string
	for i := range calls {
		if !calls[i].Load() {
			t.Fatal("3 callers wanted the same free ID, the clock has answered, and one of them does not return (Restore 1)")
		}
		if err := errs[i]; err == nil {
			winners = append(winners, strconv.Itoa(i))
		} else if !errors.Is(err, maprace.ErrExists) {
			t.Errorf("somebody else got the ID while Create asked the clock, and Create returned the error \"%v\":\nerrors.Is must find ErrExists (Restore 2)", err)
		}
	}
	if len(winners) != 1 {
		t.Fatalf("3 callers wanted the same free ID at the same time, and %d were told that it is theirs:\n"+
			"exactly one gets it, also if all of them have seen that it was free (Restore 2)", len(winners))
	}
	if found, err := s.Get("x"); err != nil || found.Content != winners[0] {
		t.Errorf("Create told caller %s that the ID is theirs, and Get returned the note of caller %q and the error \"%v\":\n"+
			"who does not get the ID changes nothing (Restore 2)", winners[0], found.Content, err)
	}
	if told.Load() != 1 {
		t.Errorf("one of 3 callers got the ID, and created was called %d times:\nit is called once for a note that is kept, and not for others (Keep 4)", told.Load())
	}
}

// Restore 3: what List and Reads return is the caller's.
func TestResultsAreTheCallers(t *testing.T) {
	s := storeWith(t, "m", "n", "o")
	alone(t, func() {
		list, reads := s.List(), s.Reads()
		_ = s.Create(note("c", ""))
		_, _ = s.Get("m")
		if got := ids(list); !slices.Equal(got, []string{"m", "n", "o"}) {
			t.Errorf("List returned the notes m, n and o, then c was created, and that result has %q:\nit is the caller's, later calls don't change it (Restore 3)", got)
			return
		}
		if reads["m"] != 0 {
			t.Error("Reads was called, then m was read, and that result of Reads counts it:\nit is the caller's, later calls don't change it (Restore 3)")
		}
		list, reads = s.List(), s.Reads()
		list[0].Title, reads["m"] = "changed", 100
		if s.List()[0].Title == "changed" {
			t.Error("a caller wrote to what List had returned, and the next List shows it:\nwriting to a result doesn't change the store (Restore 3)")
		}
		if s.Reads()["m"] == 100 {
			t.Error("a caller wrote to what Reads had returned, and the next Reads shows it:\nwriting to a result doesn't change the store (Restore 3)")
		}
	})
}

// Keep 4: Create keeps the note with a time of the clock, and tells created.
func TestCreateKeepsTheNote(t *testing.T) {
	told := make(chan maprace.Note, 2)
	s := maprace.NewStore(atNoon, func(n maprace.Note) { told <- n })
	want := note("a", "mine")
	want.Created = noon
	alone(t, func() {
		if err := s.Create(note("a", "mine")); err != nil {
			t.Errorf("Create of a free ID returned the error %q (Keep 4)", err)
		}
		if err := s.Create(note("a", "of somebody else")); !errors.Is(err, maprace.ErrExists) {
			t.Errorf("Create of an ID that is taken returned the error \"%v\": errors.Is must find ErrExists (Restore 2)", err)
		}
		if got, err := s.Get("a"); err != nil || got != want {
			t.Errorf("a note was created, somebody else wanted its ID, and Get returned\n%+v and the error \"%v\", want %+v:\n"+
				"the first one stays, with the time of the clock (Restore 2 and Keep 4)", got, err, want)
		}
	})
	if calls := len(told); calls != 1 {
		t.Fatalf("one note was kept and one refused, and created was called %d times:\nit is called once for each note that is kept (Keep 4)", calls)
	}
	if got := <-told; got != want {
		t.Errorf("created was called with %+v,\nand the note that was kept is %+v (Keep 4)", got, want)
	}
}

// Keep 4: created is called when the note is there.
func TestCreatedFindsTheNote(t *testing.T) {
	var s *maprace.Store
	var missing atomic.Bool
	s = maprace.NewStore(atNoon, func(n maprace.Note) {
		_, err := s.Get(n.ID)
		missing.Store(err != nil)
	})
	start(t, func() { _ = s.Create(note("a", "")) })
	if missing.Load() {
		t.Error("created was called, and Get did not find its note:\nit is called when the note is kept (Keep 4)")
	}
}

// Keep 4: Create returns after created has.
func TestCreateWaitsForCreated(t *testing.T) {
	leave := make(chan struct{})
	defer close(leave)
	s := maprace.NewStore(atNoon, func(maprace.Note) { <-leave })
	if start(t, func() { _ = s.Create(note("a", "")) }).Load() {
		t.Error("Create returned while created was still running:\nit returns after created, however long that takes (Keep 4)")
	}
}

// Keep 5: created may call every method of the store.
func TestCreatedMayCallTheStore(t *testing.T) {
	for _, op := range operations {
		var s *maprace.Store
		var called atomic.Bool
		s = maprace.NewStore(atNoon, func(maprace.Note) {
			if !called.Swap(true) { // not for the note that op creates
				op.call(s)
			}
		})
		if !start(t, func() { _ = s.Create(note("a", "")) }).Load() {
			t.Fatalf("Create called created, created called %s, and neither of them returns any more:\n"+
				"created may call every method of the store (Keep 5)", op.name)
		}
	}
}

// Keep 5: nobody waits for created but the Create that called it.
func TestNobodyElseWaitsForCreated(t *testing.T) {
	requireSafe(t)
	for _, op := range operations {
		leave := make(chan struct{})
		s := maprace.NewStore(atNoon, func(n maprace.Note) {
			if n.ID == "a" {
				<-leave
			}
		})
		start(t, func() { _ = s.Create(note("a", "")) })
		other := start(t, func() { op.call(s) })
		waits := !other.Load()
		close(leave)
		if waits {
			t.Fatalf("created was still running, and another goroutine that called %s had to wait:\n"+
				"created may take a long time, and only the Create that called it waits for it (Keep 5)", op.name)
		}
	}
}

// Keep 6: Get counts the reads of notes that exist, and only those.
func TestGetCountsReads(t *testing.T) {
	s := storeWith(t, "a", "b")
	alone(t, func() {
		for _, id := range []string{"a", "none", "b", "a"} {
			if _, err := s.Get(id); errors.Is(err, maprace.ErrNotFound) != (id == "none") {
				t.Errorf("Get(%q) returned the error \"%v\":\nit is ErrNotFound if there is no such note, and nil if there is (Keep 6)", id, err)
			}
			_ = s.Create(note(id, "again"))
		}
		if reads := s.Reads(); reads["a"] != 2 || reads["b"] != 1 || reads["none"] != 0 {
			t.Errorf("a was read twice, b once, and none before it was there, and Reads returned %v:\nGet counts the reads of notes that exist (Keep 6)", reads)
		}
	})
}

// Keep 6: List returns all notes in the order of their IDs.
func TestListIsInOrder(t *testing.T) {
	s := storeWith(t, "c", "e", "a", "d", "b", "f")
	alone(t, func() {
		if got, want := ids(s.List()), []string{"a", "b", "c", "d", "e", "f"}; !slices.Equal(got, want) {
			t.Errorf("List returned notes with the IDs %q, want %q:\nall notes, in the order of their IDs (Keep 6)", got, want)
		}
	})
}
