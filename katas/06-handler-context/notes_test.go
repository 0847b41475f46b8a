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
	stopsPost(t, "Count", "", func() *store { return &store{count: fake{after: hung}} })
}

// The same while the store creates the note.
func TestALeavingClientStopsTheCreate(t *testing.T) {
	stopsPost(t, "Create", "Count, Create", func() *store {
		return &store{count: fake{after: 2 * time.Second}, create: fake{after: hung}}
	})
}

// stopsPost sends a POST in every way to a store of which method hangs.
func stopsPost(t *testing.T, method, trace string, hanging func() *store) {
	for name, pieces := range sorted(posts) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, hanging(), 4, plain)
				c := dial(t, x).send(pieces...)
				x.until(8 * time.Second)
				c.leave(t)
				why := fmt.Sprintf("a client sent a POST %s and left at 8s", name)
				x.until(2 * hung)
				x.wantTold(t, method, 8*time.Second, why)
				if trace != "" && x.trace() != trace {
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

// Contract: "A request that waits for a slot and whose client leaves never gets
// to the store", and the next one does.
func TestALeavingClientDoesNotWaitForASlot(t *testing.T) {
	for name, request := range sorted(map[string]string{"GET": get, "POST": posts["in one chunk"][0]}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, &store{list: fake{after: 10 * time.Second}}, 1, plain)
				first := dial(t, x).send(get)
				x.until(time.Second)
				second := dial(t, x).send(request)
				x.until(3 * time.Second)
				second.leave(t)
				x.until(4 * time.Second)
				if n := x.handlers.Live(); n != 1 {
					t.Errorf("a %s waited for a slot and its client left at 3s; at 4s its handler had not returned", name)
				}
				third := dial(t, x).send(get)
				if a := first.answer(t, x); a.status != 200 || a.at != 10*time.Second {
					t.Fatalf("the request before: answered with %d at %v; want 200 at 10s", a.status, a.at)
				}
				a := third.answer(t, x)
				if asked := x.trace() != "List, List"; asked || a.status != 200 || a.at != 20*time.Second {
					t.Fatalf("a %s waited for a slot and its client left at 3s; the request behind it was answered with %d at %v,\n"+
						"want 200 at 20s, and the store was asked for a client that had left: %t", name, a.status, a.at, asked)
				}
			})
		})
	}
}

// Contract: "When a handler returns, no store call of its request is running",
// however long the call takes to give up; "nor does it stay any longer".
func TestTheHandlerWaitsForTheStore(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		for _, end := range []string{"its client left", "the deadline of its request passed", "its budget was used up"} {
			t.Run(fmt.Sprintf("%s, %s", name, end), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s, request := hanging(name, fake{after: hung, unwind: 3 * time.Second})
					in, over := plain, 30*time.Second
					if end == "the deadline of its request passed" {
						in, over = deadline, 5*time.Second
					}
					x := open(t, s, 1, in)
					c := dial(t, x).send(request)
					if end == "its client left" {
						over = 5 * time.Second
						x.until(over)
						c.leave(t)
					} else {
						go func() { _, _ = c.from.Peek(1) }() // reads the answer
					}
					x.until(2 * hung)
					why := fmt.Sprintf("%s at %v", end, over)
					x.wantTold(t, name, over, why)
					all := x.answers()
					if len(all) != 1 || all[0].live > 0 || all[0].at != over+3*time.Second {
						at, live := "never", 0
						if len(all) > 0 {
							at, live = all[0].at.String(), all[0].live
						}
						t.Fatalf("%s, and %s of the store needed 3s to give up: the handler returned at %s, with %d store calls running;\n"+
							"want %v, and none", why, name, at, live, over+3*time.Second)
					}
				})
			})
		}
	}
}

// hanging returns a store of which one method behaves like f, and a request that
// gets there.
func hanging(method string, f fake) (*store, string) {
	switch method {
	case "List":
		return &store{list: f}, get
	case "Count":
		return &store{count: f}, posts["with a length"][0]
	default:
		return &store{create: f}, posts["with a length"][0]
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
