package layers_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	layers "example.com/leakproof/katas/05-layers"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Contract 1: a title has no white space around it and then 1 to 80 characters;
// "Create and Retitle refuse any other one". Both are called without HTTP.
func TestTheServiceHasTheRuleOfTitles(t *testing.T) {
	titles := []struct{ title, kept string }{ // kept is "" if it is refused
		{"Groceries", "Groceries"},
		{"", ""},
		{" \t\n\u00a0\u3000", ""},
		{" \t\u00a0Groceries \r\n", "Groceries"},
		{"Milk,  then\teggs", "Milk,  then\teggs"},
		{"x", "x"},
		{strings.Repeat("x", 80), strings.Repeat("x", 80)},
		{strings.Repeat("x", 81), ""},
		{strings.Repeat("ü", 80), strings.Repeat("ü", 80)},
		{" " + strings.Repeat("ü", 81) + " ", ""},
		{"\n" + strings.Repeat("漢", 80) + "   ", strings.Repeat("漢", 80)},
		{strings.Repeat("x", 5000), ""},
	}
	for _, d := range doors {
		if !d.writes {
			continue
		}
		each(t, d.name, func(t *testing.T) {
			for _, tt := range titles {
				notes := newStore(annsNote())
				n, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), "ann", tt.title)
				what := fmt.Sprintf("%s with the title %s", d.name, short(tt.title))
				if tt.kept == "" {
					wantRefused(t, what, err, layers.ErrInvalid, notes)
					continue
				}
				if err != nil {
					t.Fatalf("%s: the service returned the error %v; this title is allowed", what, err)
				}
				if puts := notes.written(); n.Title != tt.kept || len(puts) != 1 || puts[0].Title != tt.kept {
					t.Fatalf("%s: the service returned the title %s and put %s into the store;\nthe title is %s in both", what, short(n.Title), show(puts...), short(tt.kept))
				}
			}
		})
	}
}

// Contract 2: "A note is there for its owner only." To every other user it does
// not exist, "whatever its age".
func TestTheServiceKnowsTheOwner(t *testing.T) {
	for _, d := range doors[1:] {
		each(t, d.name, func(t *testing.T) {
			for _, age := range []time.Duration{time.Hour, month, 10 * month} {
				for _, user := range []string{"bob", "Ann", "ann2", "an"} {
					note := annsNote()
					note.Created = later.Add(-age)
					notes := newStore(note)
					_, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), user, "Mine now")
					what := fmt.Sprintf("%s by %q of a note of \"ann\" that is %v old", d.name, user, age)
					wantRefused(t, what, err, layers.ErrNotFound, notes)
				}
			}
			notes := newStore(annsNote())
			if n, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), "ann", "Shopping"); err != nil || !equal(n, annsNote()) {
				t.Errorf("%s by the owner: the service returned %s and the error %v; want %s", d.name, show(n), err, show(annsNote()))
			}
			notes = newStore()
			_, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), "ann", "Groceries")
			wantRefused(t, d.name+" of a note that the store does not have", err, layers.ErrNotFound, notes)
		})
	}
}

// Contract 3: from 30 days after it was created, "a note keeps its title". And
// 4: "What the time is, always says now, asked during the call."
func TestTheServiceLocksOldTitles(t *testing.T) {
	for _, created := range []time.Time{earlier, later} {
		each(t, fmt.Sprint("in ", created.Year()), func(t *testing.T) {
			note := annsNote()
			note.Created = created
			notes, clock := newStore(note), created
			s := layers.NewService(notes, ids(), func() time.Time { return clock })
			for _, age := range []time.Duration{0, 29 * 24 * time.Hour, month - 1, month, month + 1, 10 * month} {
				notes.puts = nil
				clock = created.Add(age)
				title := fmt.Sprint("Title at ", age)
				n, err := s.Retitle(context.Background(), "ann", "ann-7", title)
				what := fmt.Sprintf("the clock of NewService shows %v, Retitle of a note that was created %v before", clock.Format(time.RFC3339Nano), age)
				if age >= month {
					wantRefused(t, what, err, layers.ErrLocked, notes)
				} else if err != nil || n.Title != title {
					t.Errorf("%s: the service returned the title %s and the error %v;\na note is open until it is 30 days old", what, short(n.Title), err)
				}
				if _, err := s.Get(context.Background(), "ann", "ann-7"); err != nil {
					t.Errorf("Get of a note that is %v old: the service returned the error %v; its owner can read it at any age", age, err)
				}
			}
		})
	}
}

// Contract 4: "A new note has the user as its owner, the content as it came, an
// id of its own from newID, and the time that now shows." And 5: a call "has put
// it into the store when it returns, once, and returns what was put".
func TestCreateKeepsWhatItReturns(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		var handedOut, used []string
		next, clock, notes := ids(), later, newStore()
		newID := func() string {
			handedOut = append(handedOut, next())
			return handedOut[len(handedOut)-1]
		}
		s := layers.NewService(notes, newID, func() time.Time { return clock })
		notes.takes = time.Second
		for i, user := range []string{"ann", "bob", "ann"} {
			clock = clock.Add(-time.Hour)
			n, err := s.Create(context.Background(), user, "Groceries", " Milk,\n eggs ")
			if err != nil {
				t.Fatalf("Create: the service returned the error %v; the note is allowed", err)
			}
			want := layers.Note{ID: n.ID, Owner: user, Title: "Groceries", Content: " Milk,\n eggs ", Created: clock}
			if !equal(n, want) {
				t.Errorf("Create by %q: the service returned %s;\nuser and content are as they came, the time is that of the clock: %s", user, show(n), show(want))
			}
			if !slices.Contains(handedOut, n.ID) || slices.Contains(used, n.ID) {
				t.Errorf("Create gave a note the id %q; newID has returned %q, and %q were used before;\neach note has an id of its own, from newID", n.ID, handedOut, used)
			}
			used = append(used, n.ID)
			if puts := notes.written(); len(puts) != i+1 || !equal(puts[i], n) {
				t.Fatalf("Create number %d returned %s, and until then %s had been put into the store;\nwhat is returned has been kept, once", i+1, show(n), show(puts...))
			}
		}
	})
}

// Contract 4: "Retitle changes the title and nothing else." And 5: it has put the
// note into the store when it returns, once.
func TestRetitleKeepsWhatItReturns(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		notes := newStore(annsNote())
		notes.takes = time.Second
		n, err := layers.NewService(notes, ids(), stopped(later)).Retitle(context.Background(), "ann", "ann-7", "Errands")
		want := annsNote()
		want.Title = "Errands"
		if err != nil || !equal(n, want) {
			t.Errorf("Retitle returned %s and the error %v;\nonly the title changes: %s", show(n), err, show(want))
		}
		if puts := notes.written(); len(puts) != 1 || !equal(puts[0], want) {
			t.Errorf("Retitle returned, and until then %s had been put into the store;\nwhat is returned has been kept, once: %s", show(puts...), show(want))
		}
	})
}

// Contract 6: "If the store fails, so does the call": errors.Is finds the store's
// error and no refusal.
func TestErrorsOfTheStoreAreNoRefusals(t *testing.T) {
	for _, d := range doors {
		for _, failing := range d.asks {
			each(t, d.name+" when "+failing+" fails", func(t *testing.T) {
				notes := newStore(annsNote())
				notes.before = func(_ context.Context, call string) error {
					if call == failing {
						return fmt.Errorf("store: %w", errBroken)
					}
					return nil
				}
				_, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), "ann", "Errands")
				if !errors.Is(err, errBroken) {
					t.Errorf("%s of the store failed with %q, and the service returned the error %v;\nerrors.Is must find the store's error", failing, errBroken, err)
				}
				for _, refusal := range refusals {
					if errors.Is(err, refusal) {
						t.Errorf("%s of the store failed with %q, and errors.Is finds %q in the error of the service;\na store that is broken has refused nothing", failing, errBroken, refusal)
					}
				}
			})
		}
	}
}

type key struct{}

// Contract 7: "The store gets the caller's context, or one derived from it, which
// has its values and ends with it", while the store is at work.
func TestTheCallersContextReachesTheStore(t *testing.T) {
	for _, d := range doors {
		for _, watched := range d.asks {
			each(t, watched+" in "+d.name, func(t *testing.T) {
				ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "trace"))
				defer cancel()
				asked, notes := false, newStore(annsNote())
				notes.before = func(given context.Context, call string) error {
					if given.Value(key{}) != "trace" {
						t.Errorf("%s of the store got a context without a value of the caller's context", call)
					}
					if given.Err() != nil {
						t.Errorf("%s of the store got a context that had ended; the caller was still there", call)
					}
					if call != watched || asked {
						return nil
					}
					asked = true
					cancel()
					if !ended(given) {
						t.Errorf("the caller left while %s of the store was at work, and the context it had been given went on;\nit ends with the caller's", call)
					}
					return context.Canceled
				}
				_, err := d.enter(ctx, layers.NewService(notes, ids(), stopped(later)), "ann", "Errands")
				if !asked || !errors.Is(err, context.Canceled) {
					t.Errorf("the caller left during %s of the store (asked: %t), and the service returned the error %v;\nerrors.Is must find that of the store, context.Canceled", watched, asked, err)
				}
			})
		}
	}
}

// Contract 8: "Two services have nothing in common: neither notes, ids nor clock."
func TestServicesShareNothing(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx := context.Background()
		var stores [2]*store
		var services [2]*layers.Service
		for i, now := range []time.Time{earlier, later} {
			stores[i] = newStore()
			services[i] = layers.NewService(stores[i], always("n-1"), stopped(now))
		}
		if _, err := services[0].Create(ctx, "ann", "First", ""); err != nil {
			t.Fatalf("Create: the service returned the error %v", err)
		}
		if n, err := services[1].Get(ctx, "ann", "n-1"); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("a note was created in one service, and another one, with its own empty store, returned %s and the error %v;\nit does not have that note", show(n), err)
		}
		stores[0].before = func(context.Context, string) error { // the second service works in the middle of a call of the first
			stores[0].before = nil
			_, err := services[1].Create(ctx, "bob", "Second", "")
			return err
		}
		_, err := services[0].Retitle(ctx, "ann", "n-1", "First again")
		want := [2]layers.Note{
			{ID: "n-1", Owner: "ann", Title: "First again", Created: earlier},
			{ID: "n-1", Owner: "bob", Title: "Second", Created: later},
		}
		for i, s := range stores {
			if err != nil || len(s.notes) != 1 || !equal(s.notes["n-1"], want[i]) {
				t.Errorf("two services with a store, ids and a clock of their own: an error %v, and store %d has %s;\nwant %s there", err, i+1, show(s.written()...), show(want[i]))
			}
		}
	})
}

// Contract 7: "The notes are in the store and nowhere else: somebody else may
// change them between two calls."
func TestTheStoreIsAskedEachTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, notes := context.Background(), newStore()
		s := layers.NewService(notes, ids(), stopped(later))
		want := func(when, title string) {
			t.Helper()
			n, err := s.Get(ctx, "ann", "ann-7")
			if n.Title != title || errors.Is(err, layers.ErrNotFound) != (title == "") {
				t.Errorf("Get when the store %s: the service returned the title %s and the error %v;\nthe store knows what is there now", when, short(n.Title), err)
			}
		}
		changed := annsNote()
		changed.Title, changed.Content = "Changed elsewhere", "Bread"
		want("has no such note", "")
		notes.notes["ann-7"] = annsNote()
		want("has got the note", "Shopping")
		notes.notes["ann-7"] = changed
		if n, err := s.Retitle(ctx, "ann", "ann-7", "Errands"); err != nil || n.Content != "Bread" || notes.notes["ann-7"].Content != "Bread" {
			t.Errorf("Retitle after somebody else had changed the note in the store to %s: the service returned %s and the error %v;\nonly the title changes", show(changed), show(n), err)
		}
		notes.notes["ann-7"] = changed
		want("has got another version of the note", "Changed elsewhere")
		delete(notes.notes, "ann-7")
		want("has lost the note", "")
	})
}

func always(id string) func() string { return func() string { return id } }
