package goroutinepanic_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	goroutinepanic "example.com/leakproof/katas/28-goroutine-panic"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var caller = context.Background() // it never ends: what waits for its end is a leak

// Restore 1: when a box panics, other requests go on.
func TestAPanicEndsOneRequest(t *testing.T) {
	bystander := apart(t, "Restore 1", bubble(func(t *testing.T) (bystander answer) {
		get := newSite(store{}, 9, &box{after: time.Second, panics: func() { panic(secret) }}, &box{after: 2 * time.Second})
		var both sync.WaitGroup
		both.Go(func() { bystander = get(caller, fine) })
		_ = get(caller, fatal)
		both.Wait()
		time.Sleep(unwind) // boxes that are stopped need not be waited for
		return bystander
	}))
	if bystander.Status != 200 {
		t.Errorf("a box panicked, and another request of that moment got %v:\nonly the request whose box panicked fails (Restore 1)", bystander)
	}
}

// Restore 1: its own request gets a 500.
func TestAPanicIsA500(t *testing.T) {
	wantFailed(t, map[string]func(){
		"a text":                  func() { panic(secret) },
		"an error":                func() { panic(errBox) },
		"a struct with a slice":   func() { panic(struct{ left []string }{[]string{secret}}) }, // no text, no error, no key of a map
		"an error of the runtime": func() { var counts map[string]int; counts[secret]++ },
		"nil":                     func() { panic(nil) },
	})
}

// Restore 1: also if the value has a status of its own where it is returned.
func TestAPanicWithAKnownErrorIsA500(t *testing.T) {
	wantFailed(t, map[string]func(){
		"an error that wraps ErrNotFound": func() { panic(fmt.Errorf("%s: %w", secret, goroutinepanic.ErrNotFound)) },
	})
}

func wantFailed(t *testing.T, values map[string]func()) {
	t.Helper()
	seen := apart(t, "Restore 1", bubble(func(t *testing.T) map[string]answer {
		all := map[string]answer{}
		for name, panics := range kit.Sorted(values) {
			all[name] = newSite(store{}, 9, &box{}, &box{after: time.Second, panics: panics}, &box{after: 2 * time.Second})(caller, fatal)
			time.Sleep(unwind)
		}
		return all
	}))
	for name, a := range kit.Sorted(seen) {
		if !a.is(500, "internal") || strings.Contains(a.Body, secret) {
			t.Fatalf("a box panicked with %s, and the response was %v;\nwant what a panic in the store gets: a 500 with the code and the request's id (Restore 1)", name, a)
		}
	}
}

// Restore 1: a panic ends the page as an error does, at that moment.
func TestAPanicStopsTheOtherBoxes(t *testing.T) {
	type scene struct {
		Page answer
		Told [2]time.Duration
	}
	seen := apart(t, "Restore 1", bubble(func(t *testing.T) (s scene) {
		boxes := []*box{{after: time.Second, panics: func() { panic(secret) }}, {after: hung}, {after: hung}}
		s.Page = newSite(store{}, 3, boxes...)(caller, fatal)
		time.Sleep(time.Second + unwind - s.Page.At)
		s.Told = [2]time.Duration{boxes[1].told(), boxes[2].told()}
		return s
	}))
	for _, told := range seen.Told {
		if told != 0 && told != time.Second || seen.Page.At > time.Second+unwind { // 0: it has not begun
			t.Fatalf("one of three boxes panicked at 1s; another %s, and the response was %v:\n"+
				"a box that panics ends its page at once, like one that fails (Restore 1)", when(told), seen.Page)
		}
	}
}

// Restore 2: one record has all that is needed to find the bug.
func TestThePanicIsLogged(t *testing.T) {
	a := apart(t, "Restore 2", bubble(func(t *testing.T) answer {
		defer time.Sleep(unwind)
		return newSite(store{}, 9, &box{}, &box{after: time.Second, panics: func() { panic(errBox) }}, &box{after: hung})(caller, fatal)
	}))
	if !strings.Contains(a.Record, secret) {
		t.Fatalf("a box panicked, and the log has no record at ERROR with the panic's value and the response's id (Restore 2);\nthe response was %v", a)
	}
	if !strings.Contains(a.Record, origin) {
		what := "has no stack"
		if strings.Contains(a.Record, "debug.Stack") {
			what = "has the stack of another goroutine, or of a later moment"
		}
		t.Fatalf("a box panicked in %s, and its record %s:\nnothing in it says where the box panicked (Restore 2)", origin, what)
	}
}

// Restore 3: panics leave nothing taken.
func TestPagesAfterManyPanics(t *testing.T) {
	seen := apart(t, "Restore 3", bubble(func(t *testing.T) (s struct {
		Before, After []answer
		Peak          int
	}) {
		shared := &box{after: time.Second, text: "b"}
		get := newSite(store{}, 2, &box{after: time.Second, text: "a", panics: func() { panic(secret) }}, shared, shared, shared)
		patient := func(id string) answer {
			ctx, cancel := context.WithTimeout(caller, time.Minute)
			defer cancel()
			start := time.Now()
			a := get(ctx, id)
			a.At = time.Since(start)
			return a
		}
		for range 5 {
			s.Before = append(s.Before, patient(fatal))
		}
		time.Sleep(2 * unwind)
		var crowd sync.WaitGroup
		s.After = make([]answer, 3)
		for i := range s.After {
			crowd.Go(func() { s.After[i] = patient(fine) })
		}
		crowd.Wait()
		s.Peak = shared.peak
		return s
	}))
	for i, a := range seen.Before {
		if a.At > 10*time.Second {
			t.Fatalf("2 boxes may be at work, and one of four panics after 1s: request %d for its page got %v:\nthe panics before it left something taken (Restore 3)", i+1, a)
		}
	}
	for _, a := range seen.After {
		if !strings.Contains(a.Body, `["a","b","b","b"]`) || a.At > 10*time.Second {
			t.Fatalf("after 5 pages with a box that panicked, three pages without were requested, of four boxes of 1s, with 2 slots;\n"+
				"one got %v: a panic must change nothing for later pages (Restore 3)", a)
		}
	}
	if seen.Peak != 2 {
		t.Errorf("after 5 pages with a box that panicked, %d boxes were at work at the same time; the limit is 2 (Keep 5)", seen.Peak)
	}
}

// Keep 4: the boxes of a page are written at the same time, and stay in order.
func TestBoxesAreWrittenTogether(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		get := newSite(store{}, 3, &box{after: 3 * time.Second, text: "a"}, &box{after: time.Second, text: "b"}, &box{after: 2 * time.Second, text: "c"})
		a := get(caller, fine)
		var page goroutinepanic.Page
		err := json.Unmarshal([]byte(a.Body), &page)
		if a.Status != 200 || err != nil || page.Note.ID != fine || !slices.Equal(page.Boxes, []string{"a", "b", "c"}) {
			t.Errorf("a page with three boxes: the response was %v; want the note and its boxes a, b and c in order (Keep 4)", a)
		}
		if a.At != 3*time.Second {
			t.Errorf("three boxes needed 3s, 1s and 2s: the page came at %v; they are written at the same time (Keep 4)", a.At)
		}
	})
}

// Keep 5: who waits for a slot stops when its context ends, and takes no slot
// from anybody.
func TestTheWaitForASlotEnds(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		slow := &box{after: 10 * time.Second}
		get := newSite(store{}, 1, slow)
		var first, third answer
		var crowd sync.WaitGroup
		crowd.Go(func() { first = get(caller, fine) })
		time.Sleep(time.Second)
		impatient, leave := context.WithTimeout(caller, time.Second)
		defer leave()
		if a := get(impatient, fine); a.At != 2*time.Second {
			t.Errorf("a request waited for a slot from 1s on and its context ended at 2s: it returned at %v (Keep 5)", a.At)
		}
		crowd.Go(func() {
			ctx, cancel := context.WithTimeout(caller, time.Hour)
			defer cancel()
			third = get(ctx, fine)
		})
		crowd.Wait()
		if first.At != 10*time.Second || third.At != 20*time.Second || slow.peak != 1 {
			t.Errorf("one slot, and a request that gave up its wait for it: those before and after it got %v and %v, with up to %d boxes at work;\n"+
				"want 10s, 20s and 1 (Keep 5)", first, third, slow.peak)
		}
	})
}

// Keep 6: a box that fails ends the page.
func TestAnErrorEndsThePage(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		hanging := &box{after: hung}
		a := newSite(store{}, 3, hanging, &box{after: time.Second, err: errBox})(caller, fatal)
		time.Sleep(time.Second + unwind - a.At)
		if !a.is(500, "internal") || hanging.told() != time.Second {
			t.Errorf("a box failed at 1s: the response was %v, and the other box %s;\nwant a 500 without the error, and 1s (Keep 6)", a, when(hanging.told()))
		}
		if !strings.Contains(a.Record, errBox.Error()) {
			t.Errorf("a box failed with %q, and the log has no record at ERROR with that and the request's id (Keep 6)", errBox)
		}
		if a := newSite(store{}, 3)(caller, "none"); !a.is(404, "not_found") || a.Record != "" || strings.Contains(a.Body, secret) {
			t.Errorf("there's no such note: the response was %v, and the log has %q; want a 404, and nothing (Keep 6)", a, a.Record)
		}
	})
}

// Keep 7: a panic in the handler's own goroutine is answered as it was.
func TestAPanicInTheStore(t *testing.T) {
	a := newSite(store{panics: errBox}, 3)(caller, fine)
	if !a.is(500, "internal") || !strings.Contains(a.Record, secret) || !strings.Contains(a.Record, "store.Get") {
		t.Errorf("the store panicked: the response was %v, and the log has no record at ERROR\nwith the value, the stack and the response's id (Keep 7)", a)
	}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("the store panicked with http.ErrAbortHandler, and that panic became %v:\nit passes on to the server, which cuts the connection (Keep 7)", p)
		}
	}()
	_ = newSite(store{panics: http.ErrAbortHandler}, 3)(caller, fine)
}
