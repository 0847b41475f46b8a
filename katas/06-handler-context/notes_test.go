package handlercontext_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	handlercontext "example.com/leakproof/katas/06-handler-context"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Contract: "When the client leaves, the context of the store call that runs for
// it ends at that moment." A GET has no body to wait for.
func TestALeavingClientStopsTheList(t *testing.T) {
	for _, earlier := range []int{0, 2} { // requests on the same connection
		t.Run(fmt.Sprintf("after %d requests", earlier), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := &store{notes: []handlercontext.Note{{ID: "n-1"}}}
				x := open(t, s, 4, plain)
				c := dial(t, x)
				for range earlier {
					if a := c.send(get).answer(t, x); a.status != 200 {
						t.Fatalf("a request before the one that is given up: status %d", a.status)
					}
				}
				s.list = fake{after: hung}
				c.send(get)
				x.until(5 * time.Second)
				c.leave(t)
				const why = "the client of a GET left at 5s"
				x.until(hung + time.Second)
				x.wantTold(t, "List", 5*time.Second, why)
				x.wantOver(t, why)
			})
		})
	}
}

// Contract: the same for a POST, "however its body was sent", while the store
// counts.
func TestALeavingClientStopsTheCount(t *testing.T) {
	stopsPost(t, posts, "Count", "Count", func() *store { return &store{count: fake{after: hung}} })
}

// The same while the store creates the note.
func TestALeavingClientStopsTheCreate(t *testing.T) {
	stopsPost(t, posts, "Create", "Count, Create", func() *store {
		return &store{count: fake{after: 2 * time.Second}, create: fake{after: hung}}
	})
}

// The same for the longest note that is taken: its 64 KiB are in before the end of
// the body is.
func TestALeavingClientOfALongNote(t *testing.T) {
	long := noteOf(64 << 10)
	stopsPost(t, map[string][]string{
		"of 64 KiB with a length": {withLength(len(long)) + long},
		"of 64 KiB in one chunk":  {inChunks + chunk(long) + chunk("")},
		"of 64 KiB, then the end": {inChunks + chunk(long), chunk("")},
	}, "Count", "Count", func() *store { return &store{count: fake{after: hung}} })
}

// stopsPost sends a POST in different ways to a store of which method hangs.
func stopsPost(t *testing.T, ways map[string][]string, method, trace string, hanging func() *store) {
	for name, pieces := range sorted(ways) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, hanging(), 4, plain)
				c := dial(t, x).send(pieces...)
				x.until(8 * time.Second)
				c.leave(t)
				why := fmt.Sprintf("a client sent a POST %s and left at 8s", name)
				x.until(2 * hung)
				x.wantTold(t, method, 8*time.Second, why)
				if x.trace() != trace {
					t.Fatalf("%s: the store was asked for [%s]; want [%s]", why, x.trace(), trace)
				}
				x.wantOver(t, why)
			})
		})
	}
}

// Contract: "A client that leaves before its body is complete has left, too": no
// note is created, nothing goes on.
func TestABodyThatBreaksOff(t *testing.T) {
	for name, begin := range sorted(map[string]string{
		"after the header":     withLength(len(note)),
		"half way":             withLength(len(note)) + note[:20],
		"behind a whole note":  withLength(len(note)+50) + note,
		"in chunks, half way":  inChunks + chunk(note[:20]),
		"in chunks, at a note": inChunks + chunk(note),
	}) {
		for _, count := range []time.Duration{0, hung} {
			t.Run(fmt.Sprintf("%s, Count takes %v", name, count), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					x := open(t, &store{count: fake{after: count}}, 4, plain)
					c := dial(t, x).send(begin)
					x.until(2 * time.Second)
					c.leave(t)
					x.until(2 * hung)
					for _, call := range x.seen() {
						if call.method == "Create" {
							t.Fatalf("a client left before its body was complete (%s), and the note was created at %v", name, call.at)
						}
						if call.back > 2*time.Second {
							t.Fatalf("a client left at 2s, before its body was complete (%s);\n"+
								"%s of the store worked for it until %v", name, call.method, call.back)
						}
					}
					for _, h := range x.answers() {
						if h.at > 2*time.Second {
							t.Fatalf("a client left at 2s, before its body was complete (%s); its handler returned at %v", name, h.at)
						}
					}
					x.wantOver(t, "a client left at 2s, before its body was complete")
				})
			})
		}
	}
}

// deadline is a middleware that gives the request 5s.
func deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	return early{ctx}, cancel
}

// early ends a second before the deadline that it reports. So a copy of its
// deadline ends at another moment than a child of it, and never at the same.
type early struct{ context.Context }

func (e early) Deadline() (time.Time, bool) {
	d, ok := e.Context.Deadline()
	return d.Add(time.Second), ok
}

type traceKey struct{}

// Contract: "The context of a store call has the values of the request's."
func TestValuesOfTheRequestReachTheStore(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		kit.Bubble(t, func(t *testing.T) {
			s, request := hanging(name, fake{after: time.Second})
			x := open(t, s, 1, func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithValue(ctx, traceKey{}, "trace-41"), func() {}
			})
			dial(t, x).send(request).answer(t, x)
			for _, c := range x.seen() {
				if c.ctx.Value(traceKey{}) != "trace-41" {
					t.Fatalf("a middleware puts a trace id into the context of the request; %s of the store does not find it there,\n"+
						"and its log lines belong to no request", c.method)
				}
			}
		})
	}
}

// Contract: "It has the deadline of the request's, if there is one before the
// budget is used up", and ends like it.
func TestTheDeadlineOfTheRequestReachesTheStore(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, request := hanging(name, fake{after: hung})
				x := open(t, s, 1, deadline)
				a := dial(t, x).send(request).answer(t, x)
				const why = "a middleware lets the request run out of time at 5s"
				c := x.wantTold(t, name, 5*time.Second, why)
				if d, ok := c.ctx.Deadline(); !ok || !d.Equal(s.began.Add(6*time.Second)) {
					t.Errorf("the context of a request has a deadline at 6s; that of %s reports %s", name, reported(d, ok, s.began))
				}
				if err := c.ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s; the context of %s ended then with %q, want %q", why, name, err, context.DeadlineExceeded)
				}
				wantAnswer(t, why, a, 504, "", 5*time.Second)
			})
		})
	}
}

func reported(d time.Time, ok bool, began time.Time) string {
	if !ok {
		return "no deadline"
	}
	return fmt.Sprintf("a deadline at %v", d.Sub(began))
}

// Contract: "It ends when the request's context ends, whoever ended that."
func TestWhoeverEndsTheRequestEndsTheStoreCall(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, request := hanging(name, fake{after: hung})
				x := open(t, s, 1, func(ctx context.Context) (context.Context, context.CancelFunc) {
					ctx, cancel := context.WithCancel(ctx)
					time.AfterFunc(5*time.Second, cancel)
					return ctx, cancel
				})
				a := dial(t, x).send(request).answer(t, x)
				x.wantTold(t, name, 5*time.Second, "a middleware cancelled the request at 5s")
				if a.status < 400 || a.at != 5*time.Second {
					t.Errorf("a middleware cancelled the request at 5s: it was answered with %d at %v; want an error at 5s", a.status, a.at)
				}
			})
		})
	}
}
