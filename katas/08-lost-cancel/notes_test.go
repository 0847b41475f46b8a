package lostcancel_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/08-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: the contexts that the store is given "end when the caller's ends,
// whether the store is asked or a note is read".
func TestContextGoesOnWhileTheNoteIsRead(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(note{text: "a"}, note{text: "b"}, note{text: "c", atOnce: true})
		err, _ := export(context.Background(), s, &archive{})
		if n := s.cutOff(); n > 0 {
			t.Errorf("%d Reads came when the context that the store was given for that note had ended (Export returned: %v);\n"+
				"the caller goes on, and a note is read under the context it was opened with", n, err)
		}
	})
}

// Contract: "Once Open has answered in time, reading that note has no limit."
func TestReadingHasNoLimit(t *testing.T) {
	for _, c := range []struct {
		name  string
		notes []note
	}{
		{"the first byte comes after an hour", slices.Repeat([]note{{text: "a", pause: time.Hour}}, 3)},
		{"a film comes slowly", slices.Repeat([]note{{text: strings.Repeat("film", 20_000), pause: limit / 2}}, 3)},
		{"it took the store 59s to answer Open", []note{{text: "a", pause: limit - time.Second, answer: limit - time.Second}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(c.notes...), &archive{}
				err, took := export(context.Background(), s, a)
				if want := texts(c.notes); err != nil || a.written.String() != want {
					t.Errorf("Export returned the error %v after %v and had written %s;\n"+
						"want the whole of what was read, %s: the limit of %v is for the answer of Open, reading has none",
						err, took, short(a.written.String()), short(want), limit)
				}
			})
		})
	}
}

// Contract: Export writes the contents of the notes, "byte for byte and nothing
// else".
func TestContentsAreWrittenByteForByte(t *testing.T) {
	film := strings.Repeat("a film, without a line break\x00\xff", 5000)
	for _, c := range []struct {
		name string
		all  []note
	}{
		{"no notes", nil},
		{"one note", []note{{text: "a"}}},
		{"an empty note", []note{{text: "a"}, {}, {text: "c"}}},
		{"long notes", []note{{text: film}, {text: "b"}, {text: film}}},
		{"the last bytes come together with io.EOF", []note{{text: film, atOnce: true}, {text: "b", atOnce: true}}},
		{"some Reads return no byte and no error", []note{{text: film, hollow: true}, {text: "b", hollow: true}, {hollow: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(c.all...), &archive{}
				err, _ := export(context.Background(), s, a)
				if got, want := a.written.String(), texts(c.all); err != nil || got != want {
					t.Errorf("Export returned the error %v and had written %s;\n"+
						"want the contents of the notes, byte for byte: %s", err, short(got), short(want))
				}
			})
		})
	}
}

// Contract: "A note that Open answers with ErrNotFound (also wrapped) is left
// out, and the export goes on."
func TestNotesThatAreGoneAreLeftOut(t *testing.T) {
	bare := note{openErr: lostcancel.ErrNotFound}
	wrapped := note{openErr: errGone}
	for _, c := range []struct {
		name string
		all  []note
	}{
		{"the first and the last", []note{bare, {text: "b"}, bare}},
		{"with an error that wraps ErrNotFound", []note{wrapped, {text: "b"}, wrapped, {text: "d"}, wrapped}},
		{"all", []note{wrapped, bare}},
		{"after 59s", []note{{openErr: errGone, answer: limit - time.Second}, {text: "b"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(c.all...), &archive{}
				err, _ := export(context.Background(), s, a)
				if got, want := a.written.String(), texts(c.all); err != nil || got != want {
					t.Errorf("some notes were answered with %q and the like: Export returned the error %v and had written %s;\n"+
						"want no error, and the notes that were found: %s", errGone, err, short(got), short(want))
				}
			})
		})
	}
}

// Contract: "Export asks the store for the notes one after another, in the order
// of ids, and as often as they are in there. When it asks for a note, the
// contents of those before have been written, and their readers are closed."
func TestNotesAreWrittenOneAfterAnother(t *testing.T) {
	for _, ids := range [][]string{{"1", "2", "3"}, {"3", "1", "2"}, {"2", "2", "1", "2"}} {
		t.Run(strings.Join(ids, " "), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(note{text: "a"}, note{text: "bb"}, note{text: "ccc"}), &archive{}
				s.ids = ids
				s.asking = func() {
					asked, open := s.seen()
					var want string
					for _, id := range asked[:len(asked)-1] {
						want += s.notes[id].text
					}
					if got := a.written.String(); got != want || open > 0 {
						t.Errorf("when Export asked for the last of the notes %v, it had written %s and %d readers were open;\n"+
							"want what was in those before, %s, and no reader: each note is written and closed before the next is asked for",
							asked, short(got), open, short(want))
					}
				}
				err, _ := export(context.Background(), s, a)
				if asked, _ := s.seen(); !slices.Equal(asked, ids) {
					t.Errorf("Export of the notes %v asked the store for %v and returned the error %v;\n"+
						"the store is asked for each, in this order, and as often as it is in there", ids, asked, err)
				}
			})
		})
	}
}

// Contract: "When it has not answered by then, the context that it was given
// ends at that moment, and the export ends with an error."
func TestStoreThatDoesNotAnswerInTime(t *testing.T) {
	for _, c := range []struct {
		name   string
		before []note
	}{
		{"the first note", nil},
		{"after a note", []note{{text: "a"}}},
		{"after a note that is gone", []note{{openErr: errGone}}},
		{"after an hour of reading", []note{{text: "a", pause: time.Hour}}},
	} {
		for _, limit := range []time.Duration{limit, 3 * time.Hour} {
			t.Run(c.name+", "+limit.String(), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s := newStore(append(slices.Clone(c.before), note{answer: never})...)
					var asked time.Time
					s.asking = func() { asked = time.Now() }
					err := lostcancel.NewService(s, limit).Export(context.Background(), s.ids, &archive{})
					if took := time.Since(asked); err == nil || took != limit {
						t.Errorf("the store did not answer, and Export returned the error %v, %v after it had asked;\n"+
							"want an error, and that after the limit: %v. Then the store is told to give up, and it does at once", err, took, limit)
					}
				})
			})
		}
	}
}

// Contract: "The store has the limit to answer Open, for each note anew."
func TestEachNoteHasTheWholeLimit(t *testing.T) {
	slow := note{text: "a", answer: limit - time.Second}
	for _, c := range []struct {
		name string
		all  []note
		want time.Duration
	}{
		{"three answers take 59s", []note{slow, slow, slow}, 3 * (limit - time.Second)},
		{"two answers take 59s, and the third does not come", []note{slow, slow, {answer: never}}, 2*(limit-time.Second) + limit},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(c.all...), &archive{}
				err, took := export(context.Background(), s, a)
				if got, want := a.written.String(), texts(c.all); took != c.want || got != want {
					t.Errorf("%s, the limit is %v: Export returned the error %v after %v and had written %s;\n"+
						"want %s, after %v: the store has the whole limit for each note",
						c.name, limit, err, took, short(got), short(want), c.want)
				}
			})
		})
	}
}

// failures are the ways in which the second of three notes can fail.
var failures = []struct {
	name   string
	second note
	room   int
	want   error
}{
	{"Open", note{openErr: errOpen}, 0, errOpen},
	{"Open, after 59s,", note{openErr: errOpen, answer: limit - time.Second}, 0, errOpen},
	{"a Read", note{readErr: errRead}, 0, errRead},
	{"a Read, after a part,", note{text: "bb", readErr: errRead, atOnce: true}, 0, errRead},
	{"a Read, after an hour,", note{text: "bb", pause: time.Hour, readErr: errRead}, 0, errRead},
	{"a Write", note{text: "bb"}, len("a") + 1, errWrite},
}

// Contract: "Any other failure ends the export at once. No further note is asked
// for, nor the same note again." A store that does not answer ends it as well.
func TestFailureEndsTheExport(t *testing.T) {
	late := failures[0]
	late.name, late.second = "Open (no answer within the limit)", note{answer: never}
	for _, f := range append(slices.Clone(failures), late) {
		t.Run(f.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(note{text: "a"}, f.second, note{text: "c"}), &archive{room: f.room}
				err, _ := export(context.Background(), s, a)
				if asked, _ := s.seen(); len(asked) > 2 {
					t.Errorf("%s of the second of the notes %v failed, and the store was asked for %v (Export returned: %v);\n"+
						"the export ends there: no further note is asked for, nor the same note again", f.name, s.ids, asked, err)
				}
				if got := a.written.String(); !strings.HasPrefix(got, "a") || !strings.HasPrefix("abb", got) {
					t.Errorf("%s of the second note failed, and %s has been written;\n"+
						"want the first note, and of the second no more than there was", f.name, short(got))
				}
			})
		})
	}
}

// Contract: "errors.Is finds that failure in what Export returns."
func TestFailureIsFoundInTheError(t *testing.T) {
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := newStore(note{text: "a"}, f.second, note{text: "c"})
				if err, _ := export(context.Background(), s, &archive{room: f.room}); !errors.Is(err, f.want) {
					t.Errorf("%s of the second note failed with %q, and Export returned the error %v;\n"+
						"errors.Is must find in it what went wrong", f.name, f.want, err)
				}
			})
		})
	}
}

// Contract: "Any other failure ends the export at once, whatever its error
// wraps." What is wrapped here means something only where it is not part of one.
func TestFailureThatWrapsAKnownError(t *testing.T) {
	missing := fmt.Errorf("open part 2: %w", lostcancel.ErrNotFound)
	lost := fmt.Errorf("connection lost: %w", io.EOF)
	busy := fmt.Errorf("no connection is free: %w", context.DeadlineExceeded)
	for _, c := range []struct {
		where  string
		second note
		full   error // what a Write fails with
		want   error
	}{
		{"Open", note{openErr: lost}, nil, lost},
		{"Open", note{openErr: busy}, nil, busy},
		{"a Read", note{text: "bb", readErr: missing}, nil, missing},
		{"a Read", note{text: "bb", readErr: lost}, nil, lost},
		{"a Read", note{text: "bb", readErr: io.ErrUnexpectedEOF}, nil, io.ErrUnexpectedEOF},
		{"a Read", note{text: "bb", readErr: busy}, nil, busy},
		{"a Write", note{text: "bb"}, missing, missing},
		{"a Write", note{text: "bb"}, lost, lost},
	} {
		t.Run(fmt.Sprint(c.where, ": ", c.want), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, a := newStore(note{text: "a"}, c.second), &archive{}
				if c.full != nil {
					a.room, a.fullErr = len("a")+1, c.full
				}
				if err, _ := export(context.Background(), s, a); !errors.Is(err, c.want) {
					t.Errorf("%s of the second note failed with %q, and Export returned the error %v;\n"+
						"that is a failure, whatever its error wraps: it ends the export, and errors.Is finds it", c.where, c.want, err)
				}
			})
		})
	}
}
