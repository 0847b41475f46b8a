package lostcancel_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// An ending is how an export came to its end.
type ending struct {
	how   string
	notes []note
	room  int // of the archive
}

var goodEndings = []ending{
	{how: "the note was written", notes: []note{{text: "a"}}},
	{how: "the note was empty", notes: []note{{}}},
	{how: "reading took an hour", notes: []note{{text: "a", pause: time.Hour}}},
	{how: "three notes were written", notes: []note{{text: "a"}, {}, {text: "c"}}},
	{how: "there were no notes"},
}

var otherEndings = []ending{
	{how: "the note could not be opened", notes: []note{{openErr: errOpen}}},
	{how: "the note was not found", notes: []note{{openErr: errGone}}},
	{how: "the store did not answer", notes: []note{{answer: never}}},
	{how: "the answer crossed the limit", notes: []note{{answer: never, crosses: true}}},
	{how: "the note could not be read", notes: []note{{readErr: errRead}}},
	{how: "the archive was full", notes: []note{{text: "aa"}}, room: 1},
	{how: "there were notes of all kinds", notes: []note{{openErr: errGone}, {text: "b"}, {}, {openErr: errGone}, {text: "e"}, {readErr: errRead}}},
}

// Contract: "When Export has returned, however it ended, nothing of it is left:
// no context derived from the caller's", none that the store was given.
func TestNothingStaysWithTheCaller(t *testing.T) { nothingStays(t, goodEndings) }

// Contract: "however it ended", also if the note was not written.
func TestNothingStaysAfterOtherEndings(t *testing.T) { nothingStays(t, otherEndings) }

func nothingStays(t *testing.T, endings []ending) {
	for _, e := range endings {
		t.Run(e.how, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, caller := newStore(e.notes...), kit.NewProbe()
				_, _ = export(caller, s, &archive{room: e.room})
				wantNothingLeft(t, s, caller, e.how)
			})
		})
	}
}

// wantNothingLeft looks when Export has returned and its caller goes on.
func wantNothingLeft(t *testing.T, s *store, caller *kit.Probe, how string) {
	t.Helper()
	time.Sleep(time.Nanosecond) // until nothing moves any more
	if derived, given := caller.Live(), s.live(); derived > 0 || given > 0 {
		t.Errorf("Export has returned (%s), and not all of it has ended: %d contexts or functions (of context.AfterFunc)\n"+
			"are still with the caller's context, and %d contexts that the store was given go on;\n"+
			"the caller's context goes on for weeks and keeps all that hangs on it", how, derived, given)
	}
}

// Contract: "What was made for a note does not stay until the export ends",
// however many there are; "at most three contexts" when the store is asked.
func TestContextsDoNotPileUp(t *testing.T) {
	for _, c := range []struct {
		kind string
		note note
	}{
		{"written", note{text: "a"}},
		{"empty", note{}},
		{"not found", note{openErr: errGone}},
		{"large", note{text: strings.Repeat("a", 100_000), pause: time.Second}},
		{"slow to be opened", note{text: "a", answer: limit - time.Second}},
	} {
		t.Run(c.kind, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, caller := newStore(slices.Repeat([]note{c.note}, 12)...), kit.NewProbe()
				most, at := 0, 0
				s.asking = func() {
					time.Sleep(time.Nanosecond) // until nothing moves any more
					if live := max(caller.Live(), s.live()); live > most {
						asked, _ := s.seen()
						most, at = live, len(asked)
					}
				}
				_, _ = export(caller, s, &archive{})
				if most > 3 {
					t.Errorf("when the store was asked for note %d, %d contexts had been made and had not ended (notes: %s);\n"+
						"want three at most: what was made for a note does not stay until the export ends", at, most, c.kind)
				}
			})
		})
	}
}

// Contract: "When Export has returned, however it ended, nothing of it is left:
// no reader that is open."
func TestReadersAreClosed(t *testing.T) {
	for _, c := range []struct {
		endings []ending
		stays   time.Duration // the caller
	}{
		{slices.Concat(goodEndings, otherEndings), never},
		{[]ending{
			{how: "the caller left while the note was read", notes: []note{{text: "a", pause: never}}},
			{how: "the answer crossed the caller's end", notes: []note{{answer: never, crosses: true}}},
		}, limit / 2},
	} {
		for _, e := range c.endings {
			t.Run(e.how, func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					caller, leave := context.WithTimeout(context.Background(), c.stays)
					defer leave()
					s := newStore(e.notes...)
					_, _ = export(caller, s, &archive{room: e.room})
					time.Sleep(time.Nanosecond) // until nothing moves any more
					if _, open := s.seen(); open > 0 {
						t.Errorf("Export has returned (%s), and the readers of %d notes have not been closed;\n"+
							"whoever gets a reader closes it, however the export ends", e.how, open)
					}
				})
			})
		}
	}
}
