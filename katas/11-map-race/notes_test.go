package maprace_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
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

// Contract: "Create keeps the note under its ID, with the time of the clock."
func TestCreateKeepsTheNote(t *testing.T) { kit.Bubble(t, createKeepsTheNote) }

func createKeepsTheNote(t *testing.T) {
	now, asked := noon, 0
	s := maprace.NewStore(func() time.Time {
		asked++
		now = now.Add(time.Second)
		return now
	}, ignore)
	for _, id := range []string{"b", "a", "B", "10", "9", "ä"} {
		n, began := note(id, "of "+id), now
		n.Created = noon.AddDate(1, 0, 0) // what the author says about it does not count
		if err := s.Create(n); err != nil {
			t.Fatalf("Create(%q) returned the error %v; the ID was free", id, err)
		}
		got, err := s.Get(id)
		if got.Created.After(began) && !got.Created.After(now) {
			n.Created = got.Created
		}
		if err != nil || got != n {
			t.Fatalf("Create kept %+v, Get returned %+v and the error %v;\n"+
				"it is the note that was given, with the time of the clock during Create", n, got, err)
		}
		before := asked
		if err := s.Create(note(id, "of somebody else")); !errors.Is(err, maprace.ErrExists) {
			t.Fatalf("Create of an ID that is taken returned the error %v; it is ErrExists", err)
		}
		if again, _ := s.Get(id); again != got {
			t.Fatalf("a Create that returned ErrExists changed the note from %+v to %+v", got, again)
		}
		if asked != before {
			t.Fatal("the ID was taken when Create was called, and Create asked the clock; it does so for a free ID only")
		}
	}
	var ids []string
	for _, n := range s.List() {
		ids = append(ids, n.ID)
	}
	if want := []string{"10", "9", "B", "a", "b", "ä"}; !slices.Equal(ids, want) {
		t.Fatalf("List returned notes with the IDs %q; it is all notes, in the order of their IDs: %q", ids, want)
	}
}

// Contract: "Get counts the read of the note that it returns, and no other."
func TestGetCountsReads(t *testing.T) { kit.Bubble(t, getCountsReads) }

func getCountsReads(t *testing.T) {
	s := maprace.NewStore(atNoon, ignore)
	fill(t, s, "a", "b", "c")
	for _, id := range []string{"a", "none", "b", "a", "none", "a"} {
		if _, err := s.Get(id); (id == "none") != errors.Is(err, maprace.ErrNotFound) {
			t.Fatalf("Get(%q) returned the error %v; it is ErrNotFound if there is no such note, and nil if there is", id, err)
		}
	}
	s.List()
	_ = s.Create(note("b", "again"))
	reads := s.Reads()
	for id, want := range map[string]int{"a": 3, "b": 1, "c": 0, "none": 0} {
		if reads[id] != want {
			t.Fatalf("the note %q was read %d times, and Reads says %d", id, want, reads[id])
		}
	}
	if _, there := reads["none"]; there {
		t.Fatal("Reads has an ID without a note; it says how often each note was read")
	}
}

// Contract: "What List and Reads return is the caller's."
func TestResultsAreTheCallers(t *testing.T) { kit.Bubble(t, resultsAreTheCallers) }

func resultsAreTheCallers(t *testing.T) {
	s := maprace.NewStore(atNoon, ignore)
	fill(t, s, "b", "c")
	_, _ = s.Get("b")
	list, reads := s.List(), s.Reads()
	_, _ = s.Get("b")
	_, _ = s.Get("c")
	_ = s.Create(note("a", ""))
	if list[0].ID != "b" || len(list) != 2 || reads["b"] != 1 || reads["c"] != 0 {
		t.Fatalf("after later calls, an earlier result of List had %d notes, one of Reads said %d and %d;\n"+
			"they say how it was when they were called: 2 notes, read once and not at all", len(list), reads["b"], reads["c"])
	}
	list[0].Title, reads["b"], reads["x"] = "changed", 100, 1
	again, n := s.Reads(), s.List()[1]
	if again["b"] != 2 || again["x"] != 0 || n.Title != "Note b" {
		t.Fatalf("a caller wrote to what List and Reads had returned, and the store says now: title %q, %d reads of b, %d of x;\n"+
			"the results are the caller's, what the store keeps is not", n.Title, again["b"], again["x"])
	}
}

// Contract: "Create calls created once with the note as it was kept, and for a
// note that was not kept not at all."
func TestCreateTellsCreated(t *testing.T) { kit.Bubble(t, createTellsCreated) }

func createTellsCreated(t *testing.T) {
	var told []maprace.Note
	s := maprace.NewStore(atNoon, func(n maprace.Note) { told = append(told, n) })
	_ = s.Create(note("a", "first"))
	_ = s.Create(note("a", "second"))
	_ = s.Create(note("b", "third"))
	_, _ = s.Get("a")
	want := []maprace.Note{note("a", "first"), note("b", "third")}
	for i := range want {
		want[i].Created = noon
	}
	if !slices.Equal(told, want) {
		t.Fatalf("created was called with %+v;\nit is called once for each note that was kept, with the note as it was kept: %+v", told, want)
	}
}

// Contract: "No call leaves a goroutine behind, NewStore included."
func TestNoGoroutineIsLeft(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := maprace.NewStore(atNoon, ignore)
		fill(t, s, "a", "b")
		for _, op := range operations {
			op.call(s)
		}
	})
}
