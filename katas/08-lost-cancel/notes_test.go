package lostcancel_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/08-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Contract: "Export asks the store for the notes one after another" and writes
// their contents; "a note that the store does not find is left out."
func TestNotesAreWrittenOneAfterAnother(t *testing.T) {
	film := strings.Repeat("a film, without a line break\x00\xff", 5000)
	for _, c := range []struct {
		name string
		all  []note
	}{
		{"no notes", nil},
		{"one note", []note{{text: "a"}}},
		{"an empty note", []note{{text: "a"}, {}, {text: "c"}}},
		{"a long note", []note{{text: film, atOnce: true}, {text: "b"}, {text: film}}},
		{"some are gone", []note{{openErr: errGone}, {text: "b"}, {openErr: errGone}, {text: "d", atOnce: true}, {openErr: errGone}}},
		{"all are gone", []note{{openErr: errGone}, {openErr: errGone}}},
		{"an answer takes 59s", []note{{text: "a", answer: limit - time.Second}, {openErr: errGone, answer: limit - time.Second}, {text: "c"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(c.all...), &archive{}
				s.asking = func() {
					asked, open := s.seen()
					var want string
					for _, id := range asked[:len(asked)-1] {
						want += s.notes[id].text
					}
					if got := a.written.String(); got != want || open > 0 {
						t.Errorf("the store was asked for note %d when %d readers of those before were open, and %s was written;\n"+
							"want their contents %s: each note is read, written and closed before the next",
							len(asked), open, short(got), short(want))
					}
				}
				err, _ := export(context.Background(), s, a)
				var want string
				for _, n := range c.all {
					want += n.text
				}
				if got := a.written.String(); err != nil || got != want {
					t.Errorf("Export returned the error %v and had written %s;\n"+
						"want the contents of the notes that are found, byte for byte: %s", err, short(got), short(want))
				}
				if asked, _ := s.seen(); !slices.Equal(asked, s.ids) {
					t.Errorf("Export of the notes %v asked the store for %v;\n"+
						"each is asked for once, in this order", s.ids, asked)
				}
				wantClosed(t, s)
			})
		})
	}
}

// Contract: "Any other failure ends the export at once: of Open, of a Read, of a
// Write", and errors.Is finds it.
func TestFailureEndsTheExport(t *testing.T) {
	for _, c := range []struct {
		name   string
		second note // the first and the third are fine
		room   int
		want   error
	}{
		{"open", note{openErr: errOpen}, 0, errOpen},
		{"open, after 59s", note{openErr: errOpen, answer: limit - time.Second}, 0, errOpen},
		{"read", note{readErr: errRead}, 0, errRead},
		{"read, after a part", note{text: "bb", readErr: errRead, atOnce: true}, 0, errRead},
		{"read, after an hour", note{text: "bb", pause: time.Hour, readErr: errRead}, 0, errRead},
		{"write", note{text: "bb"}, len("a") + 1, errWrite},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(note{text: "a"}, c.second, note{text: "c"}), &archive{room: c.room}
				err, _ := export(context.Background(), s, a)
				if !errors.Is(err, c.want) {
					t.Errorf("the second note failed with %q, and Export returned the error %v;\n"+
						"errors.Is must find in it what went wrong", c.want, err)
				}
				if asked, _ := s.seen(); !slices.Equal(asked, s.ids[:2]) {
					t.Errorf("the second of the notes %v failed, the store was asked for %v;\n"+
						"the export ends there", s.ids, asked)
				}
				if got := a.written.String(); !strings.HasPrefix(got, "a") || !strings.HasPrefix("abb", got) {
					t.Errorf("the second note failed, and %s has been written;\n"+
						"want the first note, and of the second no more than there was", short(got))
				}
				wantClosed(t, s)
			})
		})
	}
}

// Contract: "When Export has returned, however it ended, nothing of it is left:
// no context derived from the caller's", none that the store was given.
func TestNothingStaysWithTheCaller(t *testing.T) {
	for _, c := range []struct {
		how   string
		notes []note
		room  int
	}{
		{how: "the note could not be opened", notes: []note{{openErr: errOpen}}},
		{how: "the note was not found", notes: []note{{openErr: errGone}}},
		{how: "the store did not answer", notes: []note{{answer: never}}},
		{how: "the note could not be read", notes: []note{{readErr: errRead}}},
		{how: "the archive was full", notes: []note{{text: "aa"}}, room: 1},
		{how: "the note was written", notes: []note{{text: "a"}}},
		{how: "reading took an hour", notes: []note{{text: "a", pause: time.Hour}}},
		{how: "there were no notes"},
		{how: "notes of all kinds", notes: []note{{openErr: errGone}, {text: "b"}, {}, {openErr: errGone}, {text: "e"}, {readErr: errRead}}},
	} {
		t.Run(c.how, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, caller := newStore(c.notes...), kit.NewProbe()
				_, _ = export(caller, s, &archive{room: c.room})
				wantNothingLeft(t, s, caller, c.how)
				wantClosed(t, s)
			})
		})
	}
}

// Contract: "What was made for a note ends with the note", however many there
// are; "at most three contexts" have not ended when the store is asked for one.
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
				err, _ := export(caller, s, &archive{})
				if err != nil {
					t.Errorf("12 notes that are %s: Export returned the error %v", c.kind, err)
				}
				if most > 3 {
					t.Errorf("when the store was asked for note %d, %d contexts had been made and had not ended (notes: %s);\n"+
						"what was made for a note ends with that note, not with the export", at, most, c.kind)
				}
			})
		})
	}
}

// Contract: "The store has the limit to answer Open, for each note anew."
func TestStoreThatDoesNotAnswerInTime(t *testing.T) {
	for _, c := range []struct {
		name   string
		before []note
	}{
		{"the first note", nil},
		{"after a note", []note{{text: "a"}}},
		{"after a note that is gone", []note{{openErr: errGone}}},
		{"after three of 59s", []note{
			{text: "a", answer: limit - time.Second}, {openErr: errGone, answer: limit - time.Second}, {answer: limit - time.Second},
		}},
		{"after an hour of reading", []note{{text: "a", pause: time.Hour}}},
	} {
		for _, limit := range []time.Duration{limit, 3 * time.Hour} {
			t.Run(c.name+", "+limit.String(), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s := newStore(append(slices.Clone(c.before), note{answer: never}, note{text: "z"})...)
					var asked time.Time
					s.asking = func() { asked = time.Now() }
					err := lostcancel.NewService(s, limit).Export(context.Background(), s.ids, &archive{})
					if took := time.Since(asked); err == nil || took != limit {
						t.Errorf("the store did not answer, the limit is %v: Export returned the error %v after %v;\n"+
							"when the limit is over, the store is told to stop, and Export returns an error", limit, err, took)
					}
					if got, _ := s.seen(); len(got) != len(c.before)+1 {
						t.Errorf("note %d was not answered within the limit, the store was asked for %v;\n"+
							"the export ends there", len(c.before)+1, got)
					}
					wantClosed(t, s)
				})
			})
		}
	}
}

// Contract: "Once Open has answered in time, reading that note has no limit."
func TestReadingHasNoLimit(t *testing.T) {
	for _, c := range []struct {
		name string
		note note
	}{
		{"the first byte comes after an hour", note{text: "a", pause: time.Hour}},
		{"a film comes slowly", note{text: strings.Repeat("film", 20_000), pause: limit / 2}},
		{"it took the store 59s to answer Open", note{text: "a", pause: limit - time.Second, answer: limit - time.Second}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(c.note, c.note, c.note), &archive{}
				err, took := export(context.Background(), s, a)
				if want := strings.Repeat(c.note.text, 3); err != nil || a.written.String() != want {
					t.Errorf("Export returned the error %v after %v and had written %s;\n"+
						"want the whole of 3 notes, %s: the limit of %v is for the answer of Open, reading has none",
						err, took, short(a.written.String()), short(want), limit)
				}
				wantClosed(t, s)
			})
		})
	}
}
