package maprace_test

import (
	"testing"
	"time"

	maprace "example.com/leakproof/katas/03-map-race"
	"example.com/leakproof/katas/internal/kit"
)

// The tests of this file are about the fine print.

// A note that waits for its time is not there yet.
func TestNobodySeesANoteWithoutItsTime(t *testing.T) {
	requireSafe(t)
	answer := make(chan struct{})
	s := maprace.NewStore(func() time.Time { <-answer; return noon }, ignore)
	start(t, func() { _ = s.Create(note("a", "")) })
	var list []maprace.Note
	listed := start(t, func() { list = s.List() }) // it may have to wait
	close(answer)
	kit.Settle(t)
	if listed.Load() && len(list) > 0 && !list[0].Created.Equal(noon) {
		t.Errorf("List was called while the clock was asked for a note, and returned it as created at %v:\n"+
			"a note is never visible without its time (fine print)", list[0].Created)
	}
}

// There is no Close that could end one.
func TestNoGoroutineIsLeft(t *testing.T) {
	kit.Bubble(t, func(*testing.T) {
		_ = maprace.NewStore(atNoon, ignore).Create(note("a", ""))
	})
}
