package outbound_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	outbound "example.com/leakproof/katas/29-outbound"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: a call that hears nothing ends after 3s.
func TestASilentServiceIsGivenUp(t *testing.T) {
	wantLimit(t, "the author service does not accept a connection", nil)
	wantLimit(t, "the author service does not answer", slow(time.Hour, time.Hour))
}

// Restore 1: so does one whose answer has begun.
func TestATricklingServiceIsGivenUp(t *testing.T) {
	wantLimit(t, "the author service sends its header and the first bytes at once, and then nothing", slow(0, time.Hour))
	wantLimit(t, "the author service sends its header after 2s, and the author after 4s", slow(2*time.Second, 4*time.Second))
}

func wantLimit(t *testing.T, what string, authors http.HandlerFunc) {
	t.Helper()
	kit.Bubble(t, func(t *testing.T) {
		patient, leave := context.WithTimeout(caller, time.Minute)
		defer leave()
		for whose, ctx := range kit.Sorted(map[string]context.Context{"": caller, ", and its caller has a minute": patient}) {
			w := newWire(t, authors)
			switch r := ask(ctx, service(w)); {
			case r.took < limit:
				t.Fatalf("%s: Author returned %v;\nnobody had left, and the call still had time: something else ended it (Restore 1)", what+whose, r)
			case r.took > limit || !errors.Is(r.err, context.DeadlineExceeded):
				t.Fatalf("%s: Author returned %v;\na call takes at most %v, to the last byte, and errors.Is finds context.DeadlineExceeded (Restore 1)", what+whose, r, limit)
			case w.open.Load() != 0:
				t.Fatalf("%s: Author returned %v, and the response's body is still open (Restore 3)", what+whose, r)
			}
		}
	})
}

// Restore 2: a call ends when its caller's context does.
func TestTheCallerEndsTheCall(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		for name, authors := range kit.Sorted(map[string]http.HandlerFunc{
			"for a connection": nil, "for the header": slow(time.Hour, time.Hour), "for the body": slow(0, 2*time.Second),
		}) {
			for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
				ctx, leave := context.WithTimeout(caller, time.Second)
				if end == context.Canceled {
					ctx, leave = context.WithCancel(caller)
					time.AfterFunc(time.Second, leave)
				}
				defer leave()
				if r := ask(ctx, service(newWire(t, authors))); r.took != time.Second || !errors.Is(r.err, end) {
					t.Fatalf("the caller's context ended at 1s, during the wait %s: Author returned %v;\n"+
						"the call ends at that moment, and errors.Is finds %q (Restore 2)", name, r, end)
				}
			}
		}
	})
}

// What an author service may answer, and whether that is an author, or says
// that there is none.
var answered = map[string]struct {
	authors  http.HandlerFunc
	ok, gone bool
}{
	"200 and an author":         {answers(200, ada), true, false},
	"200 and just 64 KiB":       {answers(200, long(64<<10)), true, false},
	"200 and something else":    {answers(200, "<html>"), false, false},
	"200 and nothing":           {answers(200, ""), false, false},
	"204":                       {answers(204, ""), false, false},
	"404 and JSON":              {answers(404, ada), false, true},
	"404 and something else":    {answers(404, "<html>"), false, true},
	"500 and an author":         {answers(500, ada), false, false},
	"503 and 1 MiB for a human": {answers(503, long(1<<20)), false, false},
}

// Restore 3: each response's body is closed when Author returns.
func TestEveryBodyIsClosed(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		for name, c := range kit.Sorted(answered) {
			w := newWire(t, c.authors)
			if r := ask(caller, service(w)); w.open.Load() != 0 {
				t.Fatalf("the author service answered with %s, and Author returned %v:\n"+
					"the response's body is still open, and with it its connection (Restore 3)", name, r)
			}
		}
	})
}

// Restore 3: of a large answer not much is read.
func TestALargeAnswerIsRefused(t *testing.T) {
	for _, status := range []int{200, 503} {
		kit.Bubble(t, func(t *testing.T) {
			w := newWire(t, answers(status, long(4<<20)))
			r := ask(caller, service(w))
			if n := w.read.Load(); n > 128<<10 || r.err == nil {
				t.Errorf("the author service sent %d and 4 MiB: %d KiB of it were read, and Author returned %v;\n"+
					"an answer over 64 KiB is an error, and is not read to its end (Restore 3)", status, n>>10, r)
			}
		})
	}
}

// Keep 4: what the author service says counts.
func TestAnswers(t *testing.T) {
	for name, c := range kit.Sorted(answered) {
		kit.Bubble(t, func(t *testing.T) {
			w := newWire(t, c.authors)
			r := ask(caller, service(w))
			if (r.err == nil) != c.ok || c.ok && r.author.Name != "Ada" || errors.Is(r.err, outbound.ErrNotFound) != c.gone {
				t.Errorf("the author service answered with %s, and Author returned %v (Keep 4)", name, r)
			}
			if w.path.Load() != "/authors/u%2F1" || w.requests.Load() != 1 {
				t.Errorf("the author u/1 was asked for with %d requests, the last one for %s; want one for /authors/u%%2F1 (Keep 5)", w.requests.Load(), w.path.Load())
			}
		})
	}
}

// Keep 5: the calls of a service use the connections of its transport again.
func TestConnectionsAreUsedAgain(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWire(t, answers(200, ada))
		s := service(w)
		for range 5 {
			_ = ask(caller, s)
		}
		if dials, requests := w.dials.Load(), w.requests.Load(); dials != 1 || requests != 5 {
			t.Fatalf("5 calls one after another made %d requests on %d connections; want 5 on one (Keep 5)", requests, dials)
		}
		_ = ask(caller, service(w.next))
		if dials := w.dials.Load(); dials != 1 {
			t.Errorf("two services had the same *http.Transport, and their calls, one after another, used %d connections; want one (Keep 5)", dials)
		}
	})
}

// Keep 6: each call has its 3s for itself.
func TestEachCallHasItsTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := service(newWire(t, slow(time.Second, 2900*time.Millisecond)))
		for range 3 {
			impatient, leave := context.WithTimeout(caller, time.Second/2)
			for range 50 {
				go func() {
					defer func() { _ = recover() }() // other tests speak of a panic
					_ = ask(impatient, s)
				}()
			}
			time.Sleep(time.Second / 4)
			r := ask(caller, s)
			leave()
			if r.err != nil || r.author.Name != "Ada" || r.took > limit {
				t.Fatalf("the author service sends its header after 1s and the author after 2.9s. A call began 0.25s after\n"+
					"50 others, whose caller left 0.25s later, and it returned %v;\n"+
					"each call has %v, whatever happens to another one (Keep 6)", r, limit)
			}
			time.Sleep(time.Minute)
		}
	})
}
