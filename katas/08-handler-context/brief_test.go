package handlercontext_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	handlercontext "example.com/leakproof/katas/08-handler-context"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: when the client leaves, the context of the store call ends at once.
// A GET has no body to wait for.
func TestALeavingClientStopsTheList(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, &store{list: fake{after: hung}}, 4)
		c := dial(t, x).send(get)
		x.until(5 * time.Second)
		c.leave(t)
		const why = "the client of a GET left at 5s"
		x.until(hung + time.Second)
		x.wantTold(t, "Restore 1", "List", 5*time.Second, why)
		x.wantOver(t, "Restore 1", why)
	})
}

// Restore 2: the same for a POST while the store counts, however its body came.
func TestALeavingClientStopsTheCount(t *testing.T) {
	stopsPost(t, "Count", "Count", func() *store { return &store{count: fake{after: hung}} })
}

// Restore 2: the same while the store creates the note.
func TestALeavingClientStopsTheCreate(t *testing.T) {
	stopsPost(t, "Create", "Count, Create", func() *store {
		return &store{count: fake{after: 2 * time.Second}, create: fake{after: hung}}
	})
}

// stopsPost sends a POST in different ways to a store of which method hangs.
func stopsPost(t *testing.T, method, trace string, hanging func() *store) {
	for name, pieces := range kit.Sorted(posts) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, hanging(), 4)
				c := dial(t, x).send(pieces...)
				x.until(8 * time.Second)
				c.leave(t)
				why := fmt.Sprintf("a client sent a POST %s and left at 8s", name)
				x.until(2 * hung)
				x.wantTold(t, "Restore 2", method, 8*time.Second, why)
				if x.trace() != trace {
					t.Fatalf("%s: the store was asked for [%s]; want [%s] (Restore 2)", why, x.trace(), trace)
				}
				x.wantOver(t, "Restore 2", why)
			})
		})
	}
}

type traceKey struct{}

// Restore 1: a store call gets the request's context or one derived from it: it
// has the values of that one and its deadline.
func TestStoreCallsBelongToTheRequest(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, request := hanging(name, fake{after: hung})
				x := open(t, s, 1, func(ctx context.Context) context.Context {
					ctx, cancel := context.WithTimeout(context.WithValue(ctx, traceKey{}, "trace-41"), 5*time.Second)
					t.Cleanup(cancel)
					return ctx
				})
				_ = dial(t, x).send(request).answer(t, x)
				const why = "a middleware gives the request 5s"
				c := x.wantTold(t, "Restore 1", name, 5*time.Second, why)
				if c.ctx.Value(traceKey{}) != "trace-41" {
					t.Errorf("a middleware puts a trace id into the request's context; the context of %s does not have it.\n"+
						"It is the request's context or one derived from it (Restore 1)", name)
				}
				if err := c.ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s; the context of %s ended then with %q, want %q (Restore 1)", why, name, err, context.DeadlineExceeded)
				}
			})
		})
	}
}

// Restore 3: a client that leaves within its body gets no note, and no store
// call goes on for it.
func TestABodyThatBreaksOff(t *testing.T) {
	for name, begin := range kit.Sorted(map[string]string{
		"after the header":     withLength(len(note)),
		"half way":             withLength(len(note)) + note[:20],
		"behind a whole note":  withLength(len(note)+50) + note,
		"in chunks, half way":  inChunks + chunk(note[:20]),
		"in chunks, at a note": inChunks + chunk(note),
	}) {
		for _, count := range []time.Duration{0, hung} {
			t.Run(fmt.Sprintf("%s, Count takes %v", name, count), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					x := open(t, &store{count: fake{after: count}}, 4)
					c := dial(t, x).send(begin)
					x.until(2 * time.Second)
					c.leave(t)
					x.until(2 * hung)
					for _, call := range x.seen() {
						if call.method == "Create" {
							t.Fatalf("a client left before its body was complete (%s), and the note was created at %v (Restore 3)", name, call.at)
						}
						if call.back > 2*time.Second {
							t.Fatalf("a client left at 2s, before its body was complete (%s);\n"+
								"%s of the store worked for it until %v (Restore 3)", name, call.method, call.back)
						}
					}
					x.wantOver(t, "Restore 3", "a client left at 2s, before its body was complete")
				})
			})
		}
	}
}

// Keep 4: a request has 30 s; then its store calls end, and the answer is 504.
func TestTheBudgetEnds(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, request := hanging(name, fake{after: hung})
				wantBudget(t, s, request, name, name+" of the store hangs")
			})
		})
	}
}

// Keep 4: 30 s for its store calls together.
func TestBothCallsOfAPostShareTheBudget(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{count: fake{after: 20 * time.Second}, create: fake{after: 20 * time.Second}}
		wantBudget(t, s, posts["with a length"][0], "Create", "Count and Create of the store need 20s each")
	})
}

func wantBudget(t *testing.T, s *store, request, method, what string) {
	t.Helper()
	x := open(t, s, 4)
	a := dial(t, x).send(request).answer(t, x)
	wantAnswer(t, "Keep 4", what+", and a request has 30s", a, 504, "", 30*time.Second)
	x.wantTold(t, "Keep 4", method, 30*time.Second, "the 30s of a request were over")
}

// Keep 6: a handler waits for its store calls, also for those told to stop.
func TestTheHandlerWaitsForTheStore(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		for _, end := range []string{"its client left", "its 30s were over"} {
			t.Run(fmt.Sprintf("%s, %s", name, end), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s, request := hanging(name, fake{after: hung, unwind: 3 * time.Second})
					x := open(t, s, 1)
					c := dial(t, x).send(request)
					if end == "its client left" {
						x.until(5 * time.Second)
						c.leave(t)
					} else {
						go func() { _, _ = c.from.Peek(1) }() // reads the answer
					}
					x.until(2 * hung)
					calls := x.seen()
					if len(calls) == 0 || len(x.returned) != 1 {
						t.Fatalf("%s: the store was asked for [%s], and %d handlers have returned; want %s last, and one (Keep 6)", end, x.trace(), len(x.returned), name)
					}
					// When the call is told is a matter of the tests above.
					if last, handler := calls[len(calls)-1], <-x.returned; handler.live > 0 || handler.at != last.back {
						t.Fatalf("%s, and %s of the store needs 3s to give up: the handler returned at %v, and %s at %v;\n"+
							"the handler waits for its store call, and not any longer (Keep 6)", end, name, handler.at, last.method, last.back)
					}
				})
			})
		}
	}
}

// Keep 4: the wait for a slot is part of it.
func TestTheBudgetEndsTheWaitForASlot(t *testing.T) {
	for name, request := range kit.Sorted(map[string]string{"GET": get, "POST": posts["in one chunk"][0]}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, &store{list: fake{after: hung, unwind: 10 * time.Second}}, 1)
				dial(t, x).send(get)
				x.until(time.Second)
				a := dial(t, x).send(request).answer(t, x)
				wantAnswer(t, "Keep 4", "a "+name+" that waits for a slot from 1s on", a, 504, "", 31*time.Second)
				if x.trace() != "List" {
					t.Errorf("the store was asked for [%s]; the request that got no slot must not be among them (Keep 5)", x.trace())
				}
				x.until(hung) // the first answer is not read
			})
		})
	}
}

// Keep 4: a request that is done in less is answered.
func TestPatientClientsAreAnswered(t *testing.T) {
	for name, pieces := range kit.Sorted(posts) {
		for _, each := range []time.Duration{0, 13 * time.Second} {
			t.Run(fmt.Sprintf("POST %s, %v for each call", name, each), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s := &store{size: 999, count: fake{after: each}, create: fake{after: each}}
					x := open(t, s, 4)
					a := dial(t, x).send(pieces...).answer(t, x)
					late := a.at - 2*each // what the client took to send the body, or a part of it
					if late < 0 || late > time.Duration(len(pieces)-1)*time.Second {
						t.Fatalf("a POST %s, %v for each call of the store: answered with %d at %v (Keep 4)", name, each, a.status, a.at)
					}
					wantAnswer(t, "Keep 7", "a POST with room for one more note", a, 201, kept, a.at)
					all := x.seen()
					if x.trace() != "Count, Create" || all[1].what != "Lease/sign by Friday" {
						t.Fatalf("a POST of %s: the store was asked for [%s], last with %q; want [Count, Create], and the note (fine print)", note, x.trace(), all[len(all)-1].what)
					}
				})
			})
		}
	}
	t.Run("GET", func(t *testing.T) {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{list: fake{after: 29 * time.Second}, notes: []handlercontext.Note{{ID: "n-1", Title: "Keys"}, {ID: "n-2", Content: "b"}}}
			x := open(t, s, 4)
			a := dial(t, x).send(get).answer(t, x)
			const want = `[{"id":"n-1","title":"Keys","content":""},{"id":"n-2","title":"","content":"b"}]`
			wantAnswer(t, "Keep 7", "a GET, and a store that needs 29s", a, 200, want, 29*time.Second)
			if all := x.seen(); len(all) != 1 || all[0].what != "home" {
				t.Fatalf("GET /notes?tag=home: the store was asked for [%s], with the tag %q; want [List], and the tag home (Keep 7)", x.trace(), all[0].what)
			}
		})
	})
}

// Keep 5: at most limit store calls run at the same time, of all kinds together.
func TestAtMostLimitCallsRun(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		second := fake{after: time.Second}
		x := open(t, &store{list: second, count: second, create: second}, 2)
		post := posts["with a length"][0]
		var all []*client
		for _, request := range []string{get, post, get, post, post} {
			all = append(all, dial(t, x).send(request))
		}
		for i, c := range all {
			if a := c.answer(t, x); a.status >= 400 {
				t.Fatalf("request %d of five for two slots was answered with %d (Keep 5)", i+1, a.status)
			}
		}
		if x.peak != 2 {
			t.Errorf("five requests for two slots: at most %d store calls ran at the same time; want 2 (Keep 5)", x.peak)
		}
	})
}

// Keep 5: nobody waits for a slot beyond the end of the context; who is next in
// the queue gets the slot.
func TestALeavingClientDoesNotWaitForASlot(t *testing.T) {
	for name, request := range kit.Sorted(map[string][]string{"GET": {get}, "POST": posts["with a body that comes later"]}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, &store{list: fake{after: 10 * time.Second}}, 1)
				first := dial(t, x).send(get)
				x.until(time.Second)
				second := dial(t, x).send(request...)
				x.until(3 * time.Second)
				unread := ""
				select {
				case <-second.sent:
				default: // the connection has no buffer
					unread = "; it had waited without reading its body"
				}
				second.leave(t)
				x.until(4 * time.Second)
				if n := x.handlers.Live(); n != 1 {
					t.Fatalf("a %s waited for a slot and its client left at 3s; at 4s its handler had not returned%s (Keep 5)", name, unread)
				}
				third := dial(t, x).send(get)
				wantAnswer(t, "Keep 5", "the request before", first.answer(t, x), 200, "", 10*time.Second)
				wantAnswer(t, "Keep 5", "the request behind one whose client left in the queue", third.answer(t, x), 200, "", 20*time.Second)
				if x.trace() != "List, List" {
					t.Fatalf("a client left while it waited for a slot, and the store was asked for it: [%s] (Keep 5)", x.trace())
				}
			})
		})
	}
}

// Keep 7: the answers stay: 403 for a full team, 500 when the store fails.
func TestRefusedAndFailed(t *testing.T) {
	errBoom := errors.New("the database is away")
	post := posts["with a length"][0]
	wantRefused(t, "1,000 notes", &store{size: 1000}, post, 403, "Count")
	wantRefused(t, "a list that fails", &store{list: fake{err: errBoom}}, get, 500, "List")
	wantRefused(t, "a count that fails", &store{size: 1000, count: fake{err: errBoom}}, post, 500, "Count")
	wantRefused(t, "a create that fails", &store{create: fake{err: errBoom}}, post, 500, "Count, Create")
}

// Keep 7: a body that is no note, or longer than 64 KiB, is refused.
func TestBodiesAreRefused(t *testing.T) {
	for what, body := range kit.Sorted(map[string]string{
		"a body of no JSON":            "title=a",
		"half a note":                  note[:20],
		"no body":                      "",
		"a note of more than 64 KiB":   noteOf(64<<10 + 1),
		"a note with 64 KiB behind it": note + strings.Repeat(" ", 64<<10),
	}) {
		wantRefused(t, what, &store{}, withLength(len(body))+body, 400, "Count")
	}
}

// wantRefused requires that status, and that the store was asked for no more than most.
func wantRefused(t *testing.T, what string, s *store, request string, status int, most string) {
	t.Helper()
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, s, 4)
		a := dial(t, x).send(request).answer(t, x)
		if status == 400 && a.status == 413 {
			a.status = 400
		}
		wantAnswer(t, "Keep 7", what, a, status, "", 0)
		if !strings.HasPrefix(most, x.trace()) {
			t.Errorf("%s: the store was asked for [%s]; want [%s] (fine print)", what, x.trace(), most)
		}
	})
}
