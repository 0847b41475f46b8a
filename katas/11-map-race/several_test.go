package maprace_test

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	maprace "example.com/leakproof/katas/11-map-race"
)

// A contest is what became of several callers that wanted one free ID: what
// broke the contract, or "".
type contest struct {
	winner string // not one, or not the one whose note is kept
	errors string // of those who lost
	told   string // what created heard
}

// contests are held once in a process: several tests speak of them.
var contests struct {
	once sync.Once
	contest
}

// holdContests returns the first of each kind of fault in a row of contests.
// It returns nil if created cannot call the store, so that none can be held.
func holdContests(t *testing.T) *contest {
	t.Helper()
	requireNoRace(t)
	if reentry(t) != "" {
		return nil // TestCreatedMayCallTheStore says so
	}
	contests.once.Do(func() {
		contests.winner = "the contest of several callers did not come to an end; another test says why"
		found := contest{}
		for _, last := range []bool{false, true} {
			for n := range 3 {
				c := oneGetsTheID(t, n, last)
				found.winner = first(found.winner, c.winner)
				found.errors = first(found.errors, c.errors)
				found.told = first(found.told, c.told)
			}
		}
		contests.contest = found
	})
	return &contests.contest
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// oneGetsTheID sends three callers for the ID "x" behind others that want IDs
// of their own. Those go on to create more from within created. Where a store
// asks the clock under a lock, the callers queue up for it, so that between any
// two steps of one of them another one has its turn.
func oneGetsTheID(t *testing.T, others int, last bool) (c contest) {
	t.Helper()
	g := newGate(t)
	var s *maprace.Store
	var told journal
	s = maprace.NewStore(g.now, func(n maprace.Note) {
		told.add(n)
		if n.ID != "x" && len(n.ID) < 4 {
			_ = s.Create(note(n.ID+"+", ""))
		}
	})
	p := party{t: t}
	var calls []*call
	for i := range others {
		calls = append(calls, p.start(func() { _ = s.Create(note(strconv.Itoa(i), "")) }))
	}
	var errs [3]error
	for i := range errs {
		calls = append(calls, p.start(func() { errs[i] = s.Create(note("x", strconv.Itoa(i))) }))
	}
	time.Sleep(2 * time.Millisecond) // a sync.Mutex is handed on in turn once somebody has waited for a millisecond
	g.passAll(t, last)
	for _, call := range calls {
		if !call.ended.Load() {
			c.winner = "the clock has answered every Create, and one of them, or one that created called, has not returned;\n" +
				"it waits, and nobody is left who could wake it"
			return c
		}
	}
	p.running.Wait()
	winner, winners, wrong := 0, 0, error(nil)
	for i, err := range errs {
		switch {
		case err == nil:
			winner, winners = i, winners+1
		case !errors.Is(err, maprace.ErrExists):
			wrong = err
		}
	}
	found, err := s.Get("x")
	switch got, want := len(s.List()), 1+4*others; {
	case winners != 1:
		c.winner = fmt.Sprintf("3 callers wanted the same free ID at the same time, and %d were told that it is theirs;\n"+
			"exactly one gets it, also if all of them have seen that it was free", winners)
	case err != nil || found.Content != strconv.Itoa(winner):
		c.winner = fmt.Sprintf("Create told caller %d that the ID is theirs, and Get returned the note of caller %q and the error %v;\n"+
			"the others change nothing", winner, found.Content, err)
	case got != want:
		c.winner = fmt.Sprintf("%d calls of Create returned without an error, at the same time, and List has %d notes; none may be lost", want, got)
	case wrong != nil:
		c.errors = fmt.Sprintf("Create of an ID that somebody else got meanwhile returned the error %q, and errors.Is does not find ErrExists in it;\n"+
			"it is there whenever the ID is somebody else's, however late Create notices", wrong)
	}
	if heard := told.of("x"); c == (contest{}) && len(heard) != 1 {
		c.told = fmt.Sprintf("one of 3 callers got the ID, and created was called %d times for it;\n"+
			"it is called once for a note that was kept, and not at all for one that was not", len(heard))
	}
	return c
}

// Contract: "If several want an ID that is free, exactly one of them gets it."
// The clock holds each of them.
func TestOneOfSeveralGetsTheID(t *testing.T) {
	if c := holdContests(t); c != nil && c.winner != "" {
		t.Fatal(c.winner)
	}
}

// Contract: "The others get an error in which errors.Is finds ErrExists."
func TestTheOthersGetErrExists(t *testing.T) {
	if c := holdContests(t); c != nil && c.errors != "" {
		t.Fatal(c.errors)
	}
}

// Contract: "For a note that is not kept, created is not called."
func TestCreatedHearsOfOneOfSeveral(t *testing.T) {
	if c := holdContests(t); c != nil && c.told != "" {
		t.Fatal(c.told)
	}
}

// Contract: "The others ... change neither the note nor its reads", not even if
// their note is the same.
func TestTheOthersChangeNothing(t *testing.T) {
	if c := holdContests(t); c == nil || *c != (contest{}) {
		return // as another test says
	}
	g := newGate(t)
	s := maprace.NewStore(g.now, ignore)
	p := party{t: t}
	var errs [2]error
	for i := range errs {
		p.start(func() { errs[i] = s.Create(note("twins", "the same")) })
	}
	g.pass(false)
	settle(t)
	var found [3]error
	for i := range found {
		p.start(func() { _, found[i] = s.Get("twins") }) // it may have to wait, and it may be too early
	}
	g.passAll(t, false)
	p.allReturned("two callers wanted one ID, others read its note, the clock has answered")
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("2 callers wanted the same ID for notes that are equal, and their errors are %v and %v;\n"+
			"exactly one gets it, whatever the notes say", errs[0], errs[1])
	}
	read := 0
	for _, err := range found {
		if err == nil {
			read++
		}
	}
	if got := s.Reads()["twins"]; got != read {
		t.Fatalf("a note was read %d times between two calls of Create that wanted its ID, and Reads says %d;\n"+
			"who does not get the ID changes neither the note nor its reads", read, got)
	}
}

// workers are a crowd.
const workers = 8

// crowd lets the workers take their turns all at the same time. Its wait for
// their end stops the world now and then, which takes them off their processors
// wherever they are.
func crowd(t *testing.T, turns int, turn func(worker, turn int)) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers / 2))
	p := party{t: t}
	ready := make(chan struct{})
	for worker := range workers {
		p.add(func() {
			<-ready
			for i := range turns {
				turn(worker, i)
			}
		})
	}
	close(ready)
	settle(t)
	p.allReturned(strconv.Itoa(workers) + " goroutines called the store at the same time")
}

// Contract: "No read is lost." More reads than 16 bits can count.
func TestNoReadOfACrowdIsLost(t *testing.T) {
	if c := holdContests(t); c == nil || *c != (contest{}) {
		return // as another test says
	}
	const turns = 8250
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
			"each Get that returned the note counts, also if two of them meet, or one meets a Create or Reads", workers, want, got)
	}
}

// Contract: "Exactly one gets it", however many ask, and no note is lost.
func TestNoNoteOfACrowdIsLost(t *testing.T) {
	if c := holdContests(t); c == nil || *c != (contest{}) {
		return // as another test says
	}
	const turns, more, listers = 300, 30, workers / 2
	s := maprace.NewStore(atNoon, ignore)
	var got [turns + more][workers]bool
	create := func(worker, turn int) {
		got[turn][worker] = s.Create(note(strconv.Itoa(turn), strconv.Itoa(worker))) == nil
	}
	crowd(t, turns, create)
	// To list so many notes takes a while. Where List holds a sync.Mutex, the
	// others queue up for it, and after a millisecond it is handed on in turn.
	var together [more]sync.WaitGroup
	for i := range together {
		together[i].Add(workers - listers)
	}
	crowd(t, more, func(worker, turn int) {
		if worker < listers {
			_, _ = s.List(), s.List()
			return
		}
		together[turn].Done()
		together[turn].Wait()
		create(worker, turns+turn)
	})
	found := map[string]string{}
	for _, n := range s.List() {
		found[n.ID] = n.Content
	}
	for turn := range turns + more {
		winners := []string{}
		for worker, won := range got[turn] {
			if won {
				winners = append(winners, strconv.Itoa(worker))
			}
		}
		if len(winners) != 1 {
			t.Fatalf("a crowd of goroutines wanted the same free ID at the same time, and %d were told that it is theirs;\n"+
				"exactly one gets it", len(winners))
		}
		if found[strconv.Itoa(turn)] != winners[0] {
			t.Fatal("several goroutines created notes at the same time, Create returned no error for one of them,\n" +
				"and List, called later, has another note or none with its ID; no note may be lost")
		}
	}
	if len(found) != turns+more {
		t.Fatalf("%d notes were created, List has %d", turns+more, len(found))
	}
}
