package maprace_test

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	maprace "example.com/leakproof/katas/11-map-race"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: "If several want a free ID, exactly one of them gets it, whatever
// happens between the steps of their calls." The clock holds each of them.
func TestOneOfSeveralGetsTheID(t *testing.T) {
	requireNoRace(t)
	for _, last := range []bool{false, true} {
		for n := range 3 {
			t.Run(fmt.Sprintf("%d others before, last first %t", n, last), func(t *testing.T) {
				oneGetsTheID(t, n, last)
			})
		}
	}
}

// oneGetsTheID sends three callers for the ID "x" behind others that want IDs
// of their own. Those go on to create more from within created. Where a store
// asks the clock under a lock, the callers queue up for it, so that between any
// two steps of one of them another one has its turn.
func oneGetsTheID(t *testing.T, others int, last bool) {
	g := newGate(t)
	var s *maprace.Store
	var mu sync.Mutex
	told := map[string]int{}
	s = maprace.NewStore(g.now, func(n maprace.Note) {
		mu.Lock()
		told[n.ID]++
		mu.Unlock()
		if n.ID != "x" && len(n.ID) < 4 {
			_ = s.Create(note(n.ID+"+", ""))
		}
	})
	p := party{t: t}
	var before []*call
	for i := range others {
		before = append(before, p.start(func() { _ = s.Create(note(strconv.Itoa(i), "")) }))
	}
	var callers [3]*call
	var errs [len(callers)]error
	for i := range callers {
		callers[i] = p.start(func() { errs[i] = s.Create(note("x", strconv.Itoa(i))) })
	}
	for start := time.Now(); time.Since(start) < 2*time.Millisecond; {
		runtime.Gosched() // a sync.Mutex is handed on in turn once somebody has waited for a millisecond
	}
	g.passAll(t, last)
	for _, c := range append(before, callers[:]...) {
		if !c.ended.Load() {
			t.Fatal("the clock has answered every Create, and one of them, or one that created called, has not returned;\n" +
				"it waits, and nobody is left who could wake it")
		}
	}
	p.running.Wait()
	winner, winners := 0, 0
	for i, err := range errs {
		switch {
		case err == nil:
			winner, winners = i, winners+1
		case !errors.Is(err, maprace.ErrExists):
			t.Fatalf("Create of an ID that somebody else got returned the error %v; it is ErrExists", err)
		}
	}
	if winners != 1 {
		t.Fatalf("3 callers wanted the same free ID at the same time, and %d were told that it is theirs;\n"+
			"exactly one gets it, also if all of them have seen that it was free", winners)
	}
	if found, err := s.Get("x"); err != nil || found.Content != strconv.Itoa(winner) {
		t.Fatalf("Create told caller %d that the ID is theirs, and Get returned the note of caller %q and the error %v", winner, found.Content, err)
	}
	if told["x"] != 1 {
		t.Fatalf("one of 3 callers got the ID, and created was called %d times; it is called once for each note that was kept", told["x"])
	}
	if got, want := len(s.List()), 1+4*others; got != want {
		t.Fatalf("%d calls of Create returned without an error, List has %d notes; none may be lost", want, got)
	}
}

// workers are a crowd, twice as many as may run at the same time.
const workers = 8

// crowd lets workers take their turns all at the same time, and stops the world
// again and again. That takes them off their processors wherever they are, also
// between two steps of a call that contain no call of the suite.
func crowd(t *testing.T, turns int, turn func(worker, turn int)) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers / 2))
	var running sync.WaitGroup
	var taken atomic.Int64
	for worker := range workers {
		running.Go(func() {
			for i := range turns {
				turn(worker, i)
				taken.Add(1)
			}
		})
	}
	var stats runtime.MemStats
	for last, idle := int64(0), 0; last < int64(workers*turns) && idle < 2000; idle++ {
		runtime.ReadMemStats(&stats)
		if now := taken.Load(); now != last {
			last, idle = now, 0
		}
	}
	kit.Settle(t)
	if taken.Load() < int64(workers*turns) {
		t.Fatalf("%d goroutines called the store, and some calls never return: they wait for each other", workers)
	}
	running.Wait()
}

// Contract: "No read is lost."
func TestNoReadOfACrowdIsLost(t *testing.T) {
	requireNoRace(t)
	const turns = 8
	// To find this note takes long enough for others to come by meanwhile.
	long := strings.Repeat("note-", 3_000_000)
	s := storeWith(t, "a", long)
	crowd(t, turns, func(int, int) { _, _ = s.Get(long) })
	if got := s.Reads()[long]; got != workers*turns {
		t.Fatalf("%d goroutines read a note %d times each, all at the same time, and Reads says %d in all;\n"+
			"each Get that returned the note counts, also if two of them meet", workers, turns, got)
	}
}

// Contract: "Exactly one gets it", however many ask, and no note is lost.
func TestNoNoteOfACrowdIsLost(t *testing.T) {
	requireNoRace(t)
	const turns = 2000
	s := maprace.NewStore(atNoon, ignore)
	var got [workers][turns]bool
	crowd(t, turns, func(worker, turn int) {
		got[worker][turn] = s.Create(note(strconv.Itoa(turn), strconv.Itoa(worker))) == nil
	})
	found := map[string]string{}
	for _, n := range s.List() {
		found[n.ID] = n.Content
	}
	for turn := range turns {
		winners := []string{}
		for worker := range workers {
			if got[worker][turn] {
				winners = append(winners, strconv.Itoa(worker))
			}
		}
		if len(winners) != 1 {
			t.Fatalf("%d goroutines wanted the same free ID at the same time, and %d were told that it is theirs;\n"+
				"exactly one gets it", workers, len(winners))
		}
		if found[strconv.Itoa(turn)] != winners[0] {
			t.Fatal("several goroutines created notes at the same time, Create returned no error for one of them,\n" +
				"and List has another note or none with its ID; no note may be lost")
		}
	}
	if len(found) != turns {
		t.Fatalf("%d notes were created, List has %d", turns, len(found))
	}
}
