package maprace_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	maprace "example.com/leakproof/katas/11-map-race"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if !raceDetector {
		fmt.Fprintln(os.Stderr, "WITHOUT -race this suite is not certain: TestCallsMayMeet finds nothing, and calls that\n"+
			"are not safe are noticed only if they happen to meet. Run: go test -race ./katas/11-map-race")
	}
	goleak.VerifyTestMain(m)
}

// Contract: "No call leaves a goroutine behind, NewStore included."
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

// Contract: "Create keeps the note under its ID", and "Any string is an ID".
func TestCreateKeepsTheNote(t *testing.T) {
	s := maprace.NewStore(atNoon, ignore)
	// The last two have one 32-bit FNV-1a hash.
	ids := []string{"b", "a", "B", "10", "9", "ä", "", "b/c", "a\x00", "\xff", "costarring", "liquid"}
	alone(t, func() string {
		for _, id := range ids {
			n := note(id, "of "+id)
			if err := s.Create(n); err != nil {
				return fmt.Sprintf("Create(%q) returned the error %v; the ID was free, and any string is an ID", id, err)
			}
			n.Created = noon
			if got, err := s.Get(id); err != nil || !same(got, n) {
				return fmt.Sprintf("Create kept %+v, Get(%q) returned %+v and the error %v;\nit is the note that was given", n, id, got, err)
			}
			if err := s.Create(note(id, "of somebody else")); !errors.Is(err, maprace.ErrExists) {
				return fmt.Sprintf("Create of an ID that is taken returned the error %v; it is ErrExists", err)
			}
			if again, _ := s.Get(id); !same(again, n) {
				return fmt.Sprintf("a Create that returned ErrExists changed the note from %+v to %+v", n, again)
			}
		}
		return ""
	})
}

// Contract: "Created is a time that the clock gave during this call, whatever
// the author has put there."
func TestCreatedIsTheTimeOfTheClock(t *testing.T) {
	var given []time.Time
	s := maprace.NewStore(func() time.Time {
		given = append(given, noon.Add(time.Duration(len(given))*1_234_567*time.Microsecond+89))
		return given[len(given)-1]
	}, ignore)
	for i, author := range []time.Time{noon.AddDate(-1, 0, 0), {}, noon.AddDate(1, 0, 0)} {
		id := fmt.Sprint("n", i)
		alone(t, func() string {
			before := len(given)
			n := note(id, "")
			n.Created = author
			_ = s.Create(n)
			got, _ := s.Get(id)
			if !slices.ContainsFunc(given[before:], got.Created.Equal) {
				return fmt.Sprintf("the author's note said that it was created at %v, the clock said %v during Create,\n"+
					"and the note that was kept says %v; it is a time that the clock gave during this call", author, given[before:], got.Created)
			}
			return ""
		})
	}
}

// Contract: "If the ID was taken when Create was called, Create does not ask the
// clock."
func TestTheClockIsNotAskedForATakenID(t *testing.T) {
	if reentry(t) != "" {
		return // TestCreatedMayCallTheStore says so
	}
	var asked, once, early atomic.Int64
	var s *maprace.Store
	again := func() int64 {
		before := asked.Load()
		_ = s.Create(note("a", "again"))
		return asked.Load() - before
	}
	s = maprace.NewStore(func() time.Time {
		asked.Add(1)
		return noon
	}, func(maprace.Note) {
		if _, err := s.Get("a"); err == nil && once.Add(1) == 1 {
			early.Store(again())
		}
	})
	alone(t, func() string {
		_ = s.Create(note("a", ""))
		if late := again(); late > 0 {
			return fmt.Sprintf("the ID was taken when Create was called, and Create asked the clock, %d times;\n"+
				"it is asked for a free ID only", late)
		}
		return ""
	})
	if early := early.Load(); early > 0 {
		t.Fatalf("created was called with a note, the ID was wanted once more before created returned, and Create asked the clock, %d times;\n"+
			"the ID is taken from the moment on in which the note is kept", early)
	}
}

// Contract: "Get counts the read of the note that it returns", and no other, and
// "before it returns".
func TestGetCountsReads(t *testing.T) {
	s := storeWith(t, "count b", "count a", "count c")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // what Get starts in the background does not run before Reads
	alone(t, func() string {
		want := map[string]int{"count b": 1}
		for _, id := range []string{"count a", "none", "count b", "count a", "none", "count a", "count b"} {
			_ = s.List()
			_ = s.Create(note("count b", "again"))
			_, err := s.Get(id)
			reads := s.Reads()
			if none := id == "none"; none != errors.Is(err, maprace.ErrNotFound) || none != (err != nil) {
				return fmt.Sprintf("Get(%q) returned the error %v; it is ErrNotFound if there is no such note, and nil if there is", id, err)
			} else if !none {
				want[id]++
			}
			for _, id := range slices.Sorted(maps.Keys(want)) {
				if reads[id] != want[id] {
					return fmt.Sprintf("Get has returned the note %q %d times, and Reads says %d;\n"+
						"a read is counted before Get returns, once, and by nothing but Get", id, want[id], reads[id])
				}
			}
			if _, there := reads["none"]; there || reads["count c"] != 0 {
				return fmt.Sprintf("nobody has read count c, there is no note none, and Reads says %v;\n"+
					"it says how often each note was read, and of nothing else", reads)
			}
		}
		_ = s.Create(note("none", ""))
		if n := s.Reads()["none"]; n != 0 {
			return fmt.Sprintf("Get has not found the note none, then it was created, and Reads says %d;\n"+
				"if there is no such note, nothing is counted", n)
		}
		return ""
	})
}

// Contract: "List returns all notes in the order of their IDs, as Go compares
// strings."
func TestListIsInOrder(t *testing.T) {
	want := []string{"10", "9", "B", "a", "c", "ä", "\U0001F600", "\xff"}
	s := storeWith(t, "c", "\xff", "B", "ä", "\U0001F600", "9", "a", "10")
	alone(t, func() string {
		var ids []string
		for _, n := range s.List() {
			ids = append(ids, n.ID)
		}
		if !slices.Equal(ids, want) {
			return fmt.Sprintf("List returned notes with the IDs %q;\nit is all notes, in the order of their IDs as Go compares strings: %q", ids, want)
		}
		return ""
	})
}

// Contract: "What List and Reads return is the caller's."
func TestResultsAreTheCallers(t *testing.T) {
	s := storeWith(t, "m", "n")
	alone(t, func() string {
		var lists, copies [][]maprace.Note
		earlier := s.Reads()
		for _, id := range []string{"c", "x", "a", "y", "b"} { // between, before and behind the others
			lists = append(lists, s.List())
			copies = append(copies, slices.Clone(lists[len(lists)-1]))
			_ = s.Create(note(id, ""))
			_, _ = s.Get("m")
			_, _ = s.Get(id)
		}
		for i := range lists {
			if !slices.Equal(lists[i], copies[i]) {
				return fmt.Sprintf("List returned %d notes, and after later calls its result has others in it;\n"+
					"it says how it was when it was called, whatever happens to the store", len(copies[i]))
			}
		}
		if earlier["m"] != 1 || earlier["x"] != 0 {
			return fmt.Sprintf("the first note was read once when Reads was called, and after later calls the result of then says %v;\n"+
				"it says how it was when it was called", earlier)
		}
		list, reads := s.List(), s.Reads()
		for i := range list {
			list[i].Title = "changed"
		}
		_ = append(list[:1], note("zzz", ""))
		reads["m"], reads["none"] = 100, 1
		again, reads := s.List(), s.Reads()
		if len(again) != 7 || again[0].Title != "Note a" || again[1].ID != "b" || reads["m"] != 6 || reads["none"] != 0 {
			return "a caller wrote to what List and Reads had returned, and their next results show it;\n" +
				"the results are the caller's, what the store keeps is not"
		}
		return ""
	})
}

// Contract: "Create calls created once with the note as it was kept", and for a
// note that was not kept not at all.
func TestCreateTellsCreated(t *testing.T) {
	var told journal
	s := maprace.NewStore(atNoon, told.add)
	alone(t, func() string {
		_ = s.Create(note("a", "first"))
		_ = s.Create(note("a", "second"))
		_, _ = s.Get("a")
		return ""
	})
	want := note("a", "first")
	want.Created = noon
	if got := told.of("a"); len(got) != 1 || !same(got[0], want) {
		t.Fatalf("created was called with %+v;\nit is called once for each note that was kept, with the note as it was kept: %+v", got, want)
	}
}

// Contract: "When it is called, Get and List find the note."
func TestCreatedFindsTheNote(t *testing.T) {
	if reentry(t) != "" {
		return // TestCreatedMayCallTheStore says so
	}
	var s *maprace.Store
	var missing journal
	s = maprace.NewStore(atNoon, func(n maprace.Note) {
		_, err := s.Get(n.ID)
		if err != nil || !slices.ContainsFunc(s.List(), func(other maprace.Note) bool { return other.ID == n.ID }) {
			missing.add(n)
		}
	})
	alone(t, func() string {
		for _, id := range []string{"a", "b"} { // List is called before b is created, and after it
			_ = s.Create(note(id, ""))
			if _ = s.List(); len(missing.of(id)) > 0 {
				return "created was called, and Get or List did not find its note;\nit is called when the note is in its place for everybody"
			}
		}
		return ""
	})
}

// Contract: "Create ... returns after created has", however long that takes; and
// a call that has to wait does not "sleep and look again".
func TestCreateWaitsForCreated(t *testing.T) {
	if reentry(t) != "" {
		return // TestCreatedMayCallTheStore says so
	}
	kit.Bubble(t, func(t *testing.T) {
		var s *maprace.Store
		s = maprace.NewStore(atNoon, func(n maprace.Note) {
			time.Sleep(time.Hour)
			if n.ID == "a" {
				_ = s.Create(note("b", ""))
			}
		})
		start := time.Now()
		_ = s.Create(note("a", ""))
		took := time.Since(start)
		time.Sleep(2 * time.Hour) // for what was left running
		if took < 2*time.Hour {
			t.Fatalf("created took 2h, and Create returned after %v; it returns after created, however long that takes", took)
		}
		if took > 2*time.Hour {
			t.Fatalf("created took 2h, and Create returned %v later; it does not sleep when there is nobody to wait for", took-2*time.Hour)
		}
	})
}
