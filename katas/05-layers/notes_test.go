package layers_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the machine may know no zones

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
		{strings.Repeat("🥛", 80), strings.Repeat("🥛", 80)},
		{strings.Repeat("🥛", 81), ""},
		{strings.Repeat("e\u0301", 41), ""}, // 41 letters to the eye, 82 code points
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
					wantRefused(t, what, err, "ErrInvalid", notes)
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
					for _, owner := range []string{"ann", ""} {
						for _, title := range []string{"Mine now", annsNote().Title} {
							note := annsNote()
							note.Owner, note.Created = owner, later.Add(-age)
							notes := newStore(note)
							_, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), user, title)
							what := fmt.Sprintf("%s by %q of a note that has the owner %q and is %v old", d.name, user, owner, age)
							if d.writes {
								what += fmt.Sprintf(", from the title %q to %q", note.Title, title)
							}
							wantRefused(t, what, err, "ErrNotFound", notes)
						}
					}
				}
			}
			notes := newStore(annsNote())
			if n, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), "ann", "Shopping"); err != nil || n.ID != "ann-7" {
				t.Errorf("%s by the owner: the service returned %s and the error %v;\nfor its owner the note is there: %s", d.name, show(n), err, show(annsNote()))
			}
			notes = newStore()
			_, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), "ann", "Groceries")
			wantRefused(t, d.name+" of a note that the store does not have", err, "ErrNotFound", notes)
		})
	}
}

// berlin has summer time: in March a day has 23 hours there, in October 25.
var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// Contract 3: from 30 days of 24 hours after it was created, "a note keeps its
// title". And 4: "What the time is, always says now, asked during the call."
func TestTheServiceLocksOldTitles(t *testing.T) {
	for _, created := range []time.Time{
		earlier,
		later,
		time.Date(2019, time.March, 10, 12, 30, 0, 0, berlin),
		time.Date(2019, time.October, 10, 12, 30, 0, 0, berlin),
	} {
		each(t, created.Format("from January 2006 MST"), func(t *testing.T) {
			note, clock := annsNote(), created
			note.Created = created
			notes := newStore()
			s := layers.NewService(notes, ids(), func() time.Time { return clock })
			for _, age := range []time.Duration{0, 29 * 24 * time.Hour, month - 1, month, month + 1, 10 * month} {
				for _, title := range []string{"Errands", note.Title} {
					notes.replace(note)
					clock = created.Add(age)
					n, err := s.Retitle(context.Background(), "ann", "ann-7", title)
					what := fmt.Sprintf("a note was created at %v, the clock of NewService shows %v, Retitle from %q to %q", created.Format(time.RFC3339Nano), clock.Format(time.RFC3339Nano), note.Title, title)
					if age >= month {
						wantRefused(t, what, err, "ErrLocked", notes)
					} else if err != nil || n.Title != title {
						t.Errorf("%s: the service returned the title %s and the error %v;\nthe note is %v old, and open for 30 times 24 hours", what, short(n.Title), err, age)
					}
					if _, err := s.Get(context.Background(), "ann", "ann-7"); err != nil {
						t.Errorf("Get of a note that is %v old: the service returned the error %v; its owner can read it at any age", age, err)
					}
				}
			}
		})
	}
}

// Contract 5: in the error of a call that is refused, errors.Is finds "the one
// refusal" and "not the other two", also where two rules have a reason.
func TestAnErrorIsOneRefusal(t *testing.T) {
	old := annsNote()
	old.Created = later.Add(-2 * month)
	for _, d := range doors {
		each(t, d.name, func(t *testing.T) {
			for _, there := range []struct {
				what string
				note layers.Note
			}{{"a note", annsNote()}, {"an old note", old}, {"no note", layers.Note{}}} {
				for _, user := range []string{"ann", "bob"} {
					for _, title := range []string{"Errands", ""} {
						_, err := d.enter(context.Background(), layers.NewService(newStore(there.note), ids(), stopped(later)), user, title)
						if names := found(err); len(names) > 1 {
							t.Fatalf("%s with the title %q by %q, and the store has %s of \"ann\": errors.Is finds %s in the error %q of the service;\na call is refused for one reason, whatever else is wrong", d.name, title, user, there.what, strings.Join(names, " and "), err)
						}
					}
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

// Contract 5: a call puts the note "once, and returns what was put". What somebody
// else makes of it a moment later is another call's to say.
func TestWhatIsReturnedIsWhatWasPut(t *testing.T) {
	for _, d := range doors {
		if !d.writes {
			continue
		}
		each(t, d.name, func(t *testing.T) {
			notes := newStore(annsNote())
			notes.after = func(n layers.Note) layers.Note {
				n.Title, n.Content = "Changed elsewhere", "Bread"
				return n
			}
			n, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), "ann", "Errands")
			if puts := notes.written(); err != nil || len(puts) != 1 || !equal(n, puts[0]) {
				t.Errorf("%s: the service put %s into the store, where somebody else changed it at once, and returned %s and the error %v;\na call puts a note once, and returns what it has put", d.name, show(puts...), show(n), err)
			}
		})
	}
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
				if names := found(err); len(names) > 0 {
					t.Errorf("%s of the store failed with %q, and errors.Is finds %s in the error of the service;\na store that is broken has refused nothing", failing, errBroken, strings.Join(names, " and "))
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
		years := []time.Time{earlier.Truncate(time.Hour), later.Truncate(time.Hour)}
		for i, now := range years {
			stores[i] = newStore()
			services[i] = layers.NewService(stores[i], always("n-1"), stopped(now))
		}
		if _, err := services[0].Create(ctx, "ann", "First", ""); err != nil {
			t.Fatalf("Create: the service returned the error %v", err)
		}
		if n, err := services[1].Get(ctx, "ann", "n-1"); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("a note was created in one service, and another one, with its own empty store, returned %s and the error %v;\nit does not have that note", show(n), err)
		}
		_, err := services[1].Create(ctx, "bob", "Second", "")
		if err == nil {
			_, err = services[0].Retitle(ctx, "ann", "n-1", "First again")
		}
		want := [2]layers.Note{
			{ID: "n-1", Owner: "ann", Title: "First again", Created: years[0]},
			{ID: "n-1", Owner: "bob", Title: "Second", Created: years[1]},
		}
		for i, s := range stores {
			if kept := s.kept(); err != nil || len(kept) != 1 || !equal(kept["n-1"], want[i]) {
				t.Errorf("two services with a store, ids and a clock of their own: an error %v, and store %d has got %s;\nwant %s there", err, i+1, show(s.written()...), show(want[i]))
			}
		}
	})
}

// Contract 7: "The notes are in the store and nowhere else: somebody else may
// change them between two calls", each field of them.
func TestTheStoreIsAskedEachTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, notes := context.Background(), newStore()
		s := layers.NewService(notes, ids(), time.Now)
		first := annsNote()
		first.Created = time.Now().Add(-time.Hour)
		changed, bobs, old := first, first, first
		changed.Title, changed.Content = "Changed elsewhere", "Bread"
		bobs.Owner = "bob"
		old.Created = time.Now().Add(-month)
		missing := func(when string) {
			t.Helper()
			if n, err := s.Get(ctx, "ann", "ann-7"); !errors.Is(err, layers.ErrNotFound) {
				t.Errorf("Get when the store %s: the service returned %s and the error %v;\nthe store knows what is there now", when, show(n), err)
			}
		}
		missing("has no such note")
		for _, step := range []struct {
			when string
			now  layers.Note
		}{
			{"put an old note into the store", old},
			{"put a new note in its place there", first},
			{"changed title and content there", changed},
			{"given the note to \"bob\" there", bobs},
		} {
			notes.replace(step.now)
			if n, err := s.Get(ctx, step.now.Owner, "ann-7"); err != nil || !equal(n, step.now) {
				t.Errorf("Get by the owner when somebody else had %s: the service returned %s and the error %v;\nthe store knows what is there now: %s", step.when, show(n), err, show(step.now))
			}
			n, err := s.Retitle(ctx, step.now.Owner, "ann-7", "Errands")
			if step.now != old && (err != nil || notes.kept()["ann-7"].Content != step.now.Content) {
				t.Errorf("Retitle by the owner when somebody else had %s: the service returned %s and the error %v;\nthe store knows what is there now: %s", step.when, show(n), err, show(step.now))
			}
		}
		notes.lose("ann-7")
		missing("has lost the note")
	})
}

func always(id string) func() string { return func() string { return id } }
