package layers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	layers "example.com/leakproof/katas/14-layers"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: Create and Retitle trim the title, and refuse any but one of 1 to 80
// characters. Both are called without HTTP.
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
					wantRefused(t, "Restore 1", what, err, "ErrInvalid", notes)
					continue
				}
				if err != nil {
					t.Fatalf("%s: the service returned the error %v;\nonce trimmed it has %d characters, and 1 to 80 are allowed (Restore 1)", what, err, len([]rune(tt.kept)))
				}
				if puts := notes.written(); n.Title != tt.kept || len(puts) > 0 && puts[0].Title != tt.kept {
					t.Fatalf("%s: the service returned the title %s and put %s into the store;\nthe title is %s in both (Restore 1)", what, short(n.Title), show(puts...), short(tt.kept))
				}
			}
		})
	}
}

// Restore 2: to anybody but the owner of a note, Get and Retitle say ErrNotFound,
// however old it is.
func TestTheServiceKnowsTheOwner(t *testing.T) {
	for _, d := range doors[1:] {
		each(t, d.name, func(t *testing.T) {
			for _, age := range []time.Duration{time.Hour, month, 10 * month} {
				for _, user := range []string{"bob", "Ann", "ann2", "an"} {
					note := annsNote()
					note.Created = later.Add(-age)
					notes := newStore(note)
					_, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), user, "Mine now")
					wantRefused(t, "Restore 2", fmt.Sprintf("%s by %q of a note of ann's that is %v old", d.name, user, age), err, "ErrNotFound", notes)
				}
			}
			notes := newStore(annsNote())
			if n, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), "ann", "Shopping"); err != nil || n.ID != "ann-7" {
				t.Errorf("%s by the owner: the service returned %s and the error %v;\nfor its owner the note is there: %s (Restore 2)", d.name, show(n), err, show(annsNote()))
			}
			notes = newStore()
			_, err := d.enter(context.Background(), layers.NewService(notes, ids(), stopped(later)), "ann", "Groceries")
			wantRefused(t, "Keep 4", d.name+" of a note that the store does not have", err, "ErrNotFound", notes)
		})
	}
}

// Restore 2: from 30 days on, by the clock now, Retitle says ErrLocked. The owner
// can still read the note.
func TestTheServiceLocksOldTitles(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		note, clock, notes := annsNote(), later, newStore()
		note.Created = later
		s := layers.NewService(notes, ids(), func() time.Time { return clock })
		for _, age := range []time.Duration{0, month - 1, month, 10 * month} {
			notes.replace(note)
			clock = later.Add(age)
			n, err := s.Retitle(context.Background(), "ann", "ann-7", "Errands")
			what := fmt.Sprintf("a note is %v old by the clock of NewService, Retitle by its owner", age)
			if age >= month {
				wantRefused(t, "Restore 2", what, err, "ErrLocked", notes)
			} else if err != nil || n.Title != "Errands" {
				t.Errorf("%s: the service returned the title %s and the error %v;\na note is open for 30 days of 24 hours (Restore 2)", what, short(n.Title), err)
			}
			if _, err := s.Get(context.Background(), "ann", "ann-7"); err != nil {
				t.Errorf("Get of a note that is %v old: the service returned the error %v; its owner can read it (Restore 2)", age, err)
			}
		}
	})
}

// Restore 3: the handler makes one call, with title and content as they came.
func TestTheHandlerPassesOnWhatTheRequestSays(t *testing.T) {
	long := strings.Repeat("ü", 500)
	type asked struct {
		request, user, body string
		want                call
	}
	for _, same := range [][]asked{
		{
			{"POST /notes", "ann", `{"title":"Groceries","content":"Milk"}`, call{"Create", "ann", "Groceries", "Milk"}},
			{"POST /notes", "ann", `{}`, call{"Create", "ann", "", ""}},
			{"POST /notes", "bob", `{"title":" Groceries\n","content":" Milk\n"}`, call{"Create", "bob", " Groceries\n", " Milk\n"}},
			{"POST /notes", "ann", `{"title":"` + long + `"}`, call{"Create", "ann", long, ""}},
		},
		{
			{"GET /notes/n-1", "ann", "", call{"Get", "ann", "n-1"}},
			{"GET /notes/ann%207", "bob", "", call{"Get", "bob", "ann 7"}},
		},
		{
			{"PATCH /notes/n-1", "ann", `{"title":"Errands"}`, call{"Retitle", "ann", "n-1", "Errands"}},
			{"PATCH /notes/n-2", "bob", `{"title":""}`, call{"Retitle", "bob", "n-2", ""}},
			{"PATCH /notes/ann%207", "ann", `{"title":" Errands\n"}`, call{"Retitle", "ann", "ann 7", " Errands\n"}},
			{"PATCH /notes/n-2", "ann", `{"title":"` + long + `"}`, call{"Retitle", "ann", "n-2", long}},
		},
	} {
		method, _, _ := strings.Cut(same[0].request, " ")
		each(t, method, func(t *testing.T) {
			for _, tt := range same {
				s := &service{note: oddNote}
				send(context.Background(), layers.NewHandler(s), tt.user, tt.request, tt.body)
				if !slices.EqualFunc(s.calls, []call{tt.want}, slices.Equal) {
					t.Fatalf("%s with the body %.50q by %q: the handler made the calls %v of its service;\nit makes one, with what the request says: %v (Restore 3)", tt.request, tt.body, tt.user, s.calls, tt.want)
				}
			}
		})
	}
}

// Restore 3: the handler sends what comes back, whatever the rules say of it.
func TestTheHandlerSendsTheNoteThatComesBack(t *testing.T) {
	for _, r := range requests {
		each(t, r.request, func(t *testing.T) {
			for _, note := range []layers.Note{oddNote, annsNote()} {
				s := &service{note: note}
				wantNote(t, r.request, send(context.Background(), layers.NewHandler(s), "ann", r.request, r.body), note)
			}
		})
	}
}

// Keep 4: an error of the call becomes a status, also if it is wrapped.
func TestTheHandlerAnswersWithWhatTheServiceSays(t *testing.T) {
	for _, says := range []struct {
		err    error
		status int
	}{
		{layers.ErrInvalid, http.StatusBadRequest},
		{layers.ErrNotFound, http.StatusNotFound},
		{layers.ErrLocked, http.StatusConflict},
		{errBroken, http.StatusInternalServerError},
	} {
		each(t, fmt.Sprint(says.status, " ", says.err), func(t *testing.T) {
			for _, r := range requests {
				for _, err := range []error{says.err, fmt.Errorf("note n-1: %w", fmt.Errorf("by ann: %w", says.err))} {
					s := &service{note: oddNote, err: err}
					res := send(context.Background(), layers.NewHandler(s), "ann", r.request, r.body)
					if len(s.calls) != 1 || res.StatusCode != says.status {
						t.Fatalf("%s: the handler made the calls %v, got the error %q and answered %d;\nit makes one call, and the status for its error is %d (Keep 4)", r.request, s.calls, err, res.StatusCode, says.status)
					}
				}
			}
		})
	}
}

// Keep 4 and fine print: a body that cannot be read is a 400, without a call.
func TestTheHandlerRefusesWhatItCannotRead(t *testing.T) {
	for _, r := range requests {
		if r.body == "" {
			continue
		}
		each(t, r.request, func(t *testing.T) {
			for _, body := range []string{"", "Groceries", `{"title":"Gro`, `["Groceries"]`, `{"title":7}`} {
				s := &service{note: oddNote}
				res := send(context.Background(), layers.NewHandler(s), "ann", r.request, body)
				if res.StatusCode != http.StatusBadRequest || len(s.calls) > 0 {
					t.Errorf("%s with the body %q: %d, and the service got the calls %v;\nit is 400, without a call (fine print)", r.request, body, res.StatusCode, s.calls)
				}
			}
		})
	}
}

// Keep 5: a call that makes a note has written it when it returns.
func TestCreateKeepsWhatItReturns(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		clock, notes := later, newStore()
		s := layers.NewService(notes, ids(), func() time.Time { return clock })
		notes.takes = time.Second
		for i, user := range []string{"ann", "bob", "ann"} {
			clock = clock.Add(-time.Hour)
			n, err := s.Create(context.Background(), user, "Groceries", " Milk,\n eggs ")
			if err != nil {
				t.Fatalf("Create: the service returned the error %v; the note is allowed (Restore 1)", err)
			}
			want := layers.Note{ID: n.ID, Owner: user, Title: "Groceries", Content: " Milk,\n eggs ", Created: clock}
			if !equal(n, want) || !strings.HasPrefix(n.ID, "n-") {
				t.Errorf("Create by %q: the service returned %s;\nuser and content as they came, the id from newID, the time from the clock: %s (fine print)", user, show(n), show(want))
			}
			if puts := notes.written(); len(puts) != i+1 || !equal(puts[i], n) || len(notes.kept()) != i+1 {
				t.Fatalf("Create number %d returned %s, and until then %s had been put into the store;\nwhat is returned has been written, once (Keep 5)", i+1, show(n), show(puts...))
			}
		}
	})
}

// Keep 5: a call that changes a note has written it when it returns.
func TestRetitleKeepsWhatItReturns(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		notes := newStore(annsNote())
		notes.takes = time.Second
		n, err := layers.NewService(notes, ids(), stopped(later)).Retitle(context.Background(), "ann", "ann-7", "Errands")
		want := annsNote()
		want.Title = "Errands"
		if err != nil || !equal(n, want) {
			t.Errorf("Retitle returned %s and the error %v;\nonly the title changes: %s (fine print)", show(n), err, show(want))
		}
		if puts := notes.written(); len(puts) != 1 || !equal(puts[0], want) {
			t.Errorf("Retitle returned, and until then %s had been put into the store;\nwhat is returned has been written, once: %s (Keep 5)", show(puts...), show(want))
		}
	})
}

// Keep 5: if the store fails, errors.Is finds its error and no refusal.
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
				if names := found(err); !errors.Is(err, errBroken) || len(names) > 0 {
					t.Errorf("%s of the store failed with %q, and the service returned the error %v;\nerrors.Is finds the store's error and no refusal; here it finds [%s] (Keep 5)", failing, errBroken, err, strings.Join(names, " and "))
				}
			})
		}
	}
}

// Keep 6: each call asks the store anew. Somebody else changes notes there.
func TestTheStoreIsAskedEachTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, notes := context.Background(), newStore()
		s := layers.NewService(notes, ids(), stopped(later))
		first := annsNote()
		changed, bobs := first, first
		changed.Title, changed.Content = "Changed elsewhere", "Bread"
		bobs.Owner = "bob"
		if n, err := s.Get(ctx, "ann", "ann-7"); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("Get of a note that the store does not have: the service returned %s and the error %v (Keep 4)", show(n), err)
		}
		for _, step := range []struct {
			when string
			now  layers.Note
		}{
			{"put the note there", first},
			{"changed title and content there", changed},
			{"given the note to \"bob\" there", bobs},
		} {
			notes.replace(step.now)
			if n, err := s.Get(ctx, step.now.Owner, "ann-7"); err != nil || !equal(n, step.now) {
				t.Errorf("Get by the owner when somebody else had %s: the service returned %s and the error %v;\nthe store knows what is there now: %s (Keep 6)", step.when, show(n), err, show(step.now))
			}
			if n, err := s.Retitle(ctx, step.now.Owner, "ann-7", "Errands"); err != nil || notes.kept()["ann-7"].Content != step.now.Content {
				t.Errorf("Retitle by the owner when somebody else had %s: the service returned %s and the error %v;\nthe store knows what is there now: %s (Keep 6)", step.when, show(n), err, show(step.now))
			}
		}
	})
}

type key struct{}

// Keep 6: the store gets the caller's context or one derived from it.
func TestTheCallersContextReachesTheStore(t *testing.T) {
	for _, d := range doors {
		for _, watched := range d.asks {
			each(t, watched+" in "+d.name, func(t *testing.T) {
				ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "trace"))
				defer cancel()
				asked, notes := false, newStore(annsNote())
				notes.before = func(given context.Context, call string) error {
					if call != watched || asked {
						return nil
					}
					asked = true
					wantDerived(t, call+" of the store", given, cancel)
					return context.Canceled
				}
				_, err := d.enter(ctx, layers.NewService(notes, ids(), stopped(later)), "ann", "Errands")
				if !asked || !errors.Is(err, context.Canceled) {
					t.Errorf("the caller left during %s of the store (asked: %t), and the service returned the error %v;\nerrors.Is must find that of the store, context.Canceled (Keep 5)", watched, asked, err)
				}
			})
		}
	}
}

// Keep 6: the service gets the context of the request or one derived from it.
func TestTheContextOfTheRequestReachesTheService(t *testing.T) {
	for _, r := range requests {
		each(t, r.request, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "trace"))
			defer cancel()
			s := &service{note: oddNote}
			s.during = func(given context.Context) {
				if len(s.calls) == 1 {
					wantDerived(t, r.request+": the service", given, cancel)
				}
			}
			send(ctx, layers.NewHandler(s), "ann", r.request, r.body)
		})
	}
}

// wantDerived fails t unless given has the caller's values, and ends with leave.
func wantDerived(t *testing.T, who string, given context.Context, leave func()) {
	t.Helper()
	if given.Value(key{}) != "trace" || given.Err() != nil {
		t.Errorf("%s got a context without a value of the caller's, or one that had ended;\nit is that context or one derived from it (Keep 6)", who)
	}
	leave()
	if !ended(given) {
		t.Errorf("%s was at work when the caller left, and the context it had been given went on;\nit is that context or one derived from it (Keep 6)", who)
	}
}

// Keep 4: over HTTP all stays as it is: handler, service and store together.
func TestOverHTTPAllStaysAsItIs(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		notes := newStore()
		h := layers.NewHandler(layers.NewService(notes, ids(), time.Now))
		for _, step := range []struct {
			later               time.Duration
			request, user, body string
			status              int
			title               string
		}{
			{0, "POST /notes", "ann", `{"title":" Groceries ","content":"Milk"}`, http.StatusCreated, "Groceries"},
			{0, "POST /notes", "ann", `{"title":" "}`, http.StatusBadRequest, "Groceries"},
			{0, "GET /notes/n-1", "ann", "", http.StatusOK, "Groceries"},
			{0, "GET /notes/n-1", "bob", "", http.StatusNotFound, "Groceries"},
			{0, "GET /notes/n-99", "ann", "", http.StatusNotFound, "Groceries"},
			{0, "PATCH /notes/n-1", "bob", `{"title":"Mine"}`, http.StatusNotFound, "Groceries"},
			{0, "PATCH /notes/n-1", "ann", `{"title":"` + strings.Repeat("x", 81) + `"}`, http.StatusBadRequest, "Groceries"},
			{month - 1, "PATCH /notes/n-1", "ann", `{"title":"Errands "}`, http.StatusOK, "Errands"},
			{1, "PATCH /notes/n-1", "ann", `{"title":"Too late"}`, http.StatusConflict, "Errands"},
			{0, "PATCH /notes/n-1", "bob", `{"title":"Mine"}`, http.StatusNotFound, "Errands"},
			{month, "GET /notes/n-1", "ann", "", http.StatusOK, "Errands"},
		} {
			time.Sleep(step.later)
			res := send(context.Background(), h, step.user, step.request, step.body)
			all := notes.kept()
			kept := all["n-1"]
			if res.StatusCode != step.status || kept.Title != step.title || len(all) != 1 {
				t.Fatalf("%s with the body %s by %q: the answer is %d, and of %d notes in the store the first has the title %s;\nover HTTP it is %d, one note, %q (Keep 4)", step.request, short(step.body), step.user, res.StatusCode, len(all), short(kept.Title), step.status, step.title)
			}
			if step.status < 300 {
				wantNote(t, step.request, res, kept)
			}
		}
	})
}
