package maprace_test

import (
	"strconv"
	"testing"

	maprace "example.com/leakproof/katas/03-map-race"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 1 and 2: the same for a crowd, on several processors. The pairs of
// TestCallsMayMeet never wait for each other, and a lock or an atomic number that
// is touched before and after an access makes it look ordered to them.
func TestACrowdMayMeet(t *testing.T) {
	requireSafe(t)
	const notes, callers, turns = 50, 8, 50
	type round struct {
		store     *maprace.Store
		won, read [callers * turns]bool
	}
	var rounds []*round
	kit.Race(t, "all methods were called by several goroutines at the same time (Restore 1)", 60, func(meet *kit.Barrier) []func() {
		r := &round{store: maprace.NewStore(atNoon, ignore)}
		rounds = append(rounds, r)
		return kit.Crowd(meet, callers, turns, func(n int) {
			id := strconv.Itoa(n % notes)
			r.won[n] = r.store.Create(note(id, "")) == nil
			_, err := r.store.Get(id)
			r.read[n] = err == nil
			_ = r.store.Reads()
			if n%5 == 0 {
				_ = r.store.List()
			}
		})
	})
	for _, r := range rounds {
		var winners, read [notes]int
		for n := range callers * turns {
			if r.won[n] {
				winners[n%notes]++
			}
			if r.read[n] {
				read[n%notes]++
			}
		}
		reads := r.store.Reads()
		for i := range notes {
			if winners[i] > 1 {
				t.Fatalf("%d goroutines wanted the same free ID, and %d were told that it is theirs:\nexactly one gets it (Restore 2)", callers, winners[i])
			}
			if got := reads[strconv.Itoa(i)]; got != read[i] {
				t.Fatalf("%d goroutines read the same new note, %d times in all, and Reads says %d:\nno read is lost (Restore 1)", callers, read[i], got)
			}
		}
	}
}
