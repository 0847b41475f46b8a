package handlercontext_test

import (
	"fmt"
	"testing"
	"time"

	handlercontext "example.com/leakproof/katas/06-handler-context"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: "When a handler returns, no store call of its request is running",
// however long the call takes to give up; it "returns when the call has". It is
// the first test of the suite: a handler that does not wait often has a data race
// with its store call as well, and this is what tells why.
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
					calls, all := x.seen(), x.answers()
					if len(calls) == 0 || len(all) != 1 {
						t.Fatalf("%s at %v: the store was asked for [%s], and %d handlers have returned; want %s last, and one", end, over, x.trace(), len(all), name)
					}
					// When the call is told is a matter of the tests below.
					if last := calls[len(calls)-1]; all[0].live > 0 || all[0].at != last.back {
						t.Fatalf("%s at %v, and %s of the store needs 3s to give up: the handler returned at %v, and %s at %v;\n"+
							"the handler waits for its store call, and not any longer", end, over, name, all[0].at, last.method, last.back)
					}
				})
			})
		}
	}
}

// The same where the body is refused, while the store may be counting already.
func TestNothingRunsBehindARefusedBody(t *testing.T) {
	const leaves = "breaks off"
	for name, pieces := range sorted(map[string][]string{
		"is no note":  {withLength(7), "title=a"},
		"is too long": {inChunks, chunk(noteOf(64<<10 + 1))},
		leaves:        {inChunks, chunk(note)},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, &store{count: fake{after: 10 * time.Second, unwind: 3 * time.Second}}, 4, plain)
				c := dial(t, x).send(pieces...)
				if name == leaves {
					x.until(2 * time.Second)
					c.leave(t)
				} else {
					go func() { _, _ = c.from.Peek(1) }() // reads the answer
				}
				x.until(time.Minute)
				for _, h := range x.answers() {
					if h.live > 0 {
						t.Errorf("the body of a POST %s: the handler returned at %v, and Count of the store was still running for it;\n"+
							"when a handler returns, no store call of its request is running, whatever the answer is", name, h.at)
					}
				}
			})
		})
	}
}

// Contract: "The budget is 30 s for the request. When it is used up, the contexts
// end and the answer is 504."
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

// It is one budget "for its calls together".
func TestBothCallsOfAPostShareTheBudget(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{count: fake{after: 20 * time.Second}, create: fake{after: 20 * time.Second}}
		wantBudget(t, s, posts["with a length"][0], "Create", "Count and Create of the store need 20s each")
	})
}

func wantBudget(t *testing.T, s *store, request, method, what string) {
	t.Helper()
	x := open(t, s, 4, plain)
	a := dial(t, x).send(request).answer(t, x)
	wantAnswer(t, what+", and a request has 30s", a, 504, "", 30*time.Second)
	x.wantTold(t, method, 30*time.Second, "30s are the budget of a request, and they were over at 30s")
}

// The wait for a slot is part of it.
func TestTheBudgetEndsTheWaitForASlot(t *testing.T) {
	for name, request := range sorted(map[string]string{"GET": get, "POST": posts["in one chunk"][0]}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, &store{list: fake{after: hung, unwind: 10 * time.Second}}, 1, plain)
				dial(t, x).send(get)
				x.until(time.Second)
				a := dial(t, x).send(request).answer(t, x)
				wantAnswer(t, "a "+name+" that waits for a slot from 1s on", a, 504, "", 31*time.Second)
				if x.trace() != "List" {
					t.Errorf("the store was asked for [%s]; the request that got no slot must not be among them", x.trace())
				}
				x.until(hung) // the first answer is not read
			})
		})
	}
}

// Contract: "A request that is done in less is answered."
func TestPatientClientsAreAnswered(t *testing.T) {
	for name, pieces := range sorted(posts) {
		for _, each := range []time.Duration{0, 13 * time.Second} {
			t.Run(fmt.Sprintf("POST %s, %v for each call", name, each), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s := &store{size: 999, count: fake{after: each}, create: fake{after: each}}
					x := open(t, s, 4, plain)
					a := dial(t, x).send(pieces...).answer(t, x)
					late := a.at - 2*each // what the client took to send the body, or a part of it
					if late < 0 || late > time.Duration(len(pieces)-1)*time.Second {
						t.Fatalf("a POST %s, %v for each call of the store: answered at %v", name, each, a.at)
					}
					wantAnswer(t, "a POST with room for one more note", a, 201, kept, a.at)
					all := x.seen()
					if x.trace() != "Count, Create" || all[1].what != "Lease/sign by Friday" {
						t.Fatalf("a POST of %s: the store was asked for [%s], last with %q; want [Count, Create], and the note", note, x.trace(), all[len(all)-1].what)
					}
				})
			})
		}
	}
	// Its budget is counted from the arrival or from the end of its body.
	t.Run("POST, 20s for its body", func(t *testing.T) {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, &store{}, 4, plain)
			c := dial(t, x).send(withLength(len(note)) + note[:20])
			x.until(20 * time.Second)
			a := c.send(note[20:]).answer(t, x)
			wantAnswer(t, "a POST whose body is complete after 20s of its 30s", a, 201, kept, 20*time.Second)
		})
	})
	t.Run("GET", func(t *testing.T) {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{list: fake{after: 29 * time.Second}, notes: []handlercontext.Note{{ID: "n-1", Title: "Keys"}, {ID: "n-2", Content: "b"}}}
			x := open(t, s, 4, plain)
			a := dial(t, x).send(get).answer(t, x)
			const want = `[{"id":"n-1","title":"Keys","content":""},{"id":"n-2","title":"","content":"b"}]`
			wantAnswer(t, "a GET, and a store that needs 29s", a, 200, want, 29*time.Second)
			if all := x.seen(); len(all) != 1 || all[0].what != "home" {
				t.Fatalf("GET /notes?tag=home: the store was asked for [%s], with the tag %q; want [List], and the tag home", x.trace(), all[0].what)
			}
		})
	})
}

// Contract: "Requests do not disturb each other."
func TestOtherRequestsGoOn(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{list: fake{after: hung}, count: fake{after: 2 * time.Second}, create: fake{after: 4 * time.Second}}
		x := open(t, s, 4, plain)
		stays := dial(t, x).send(posts["with a length"]...)
		x.until(time.Second)
		leaves := dial(t, x).send(get)
		x.until(3 * time.Second)
		leaves.leave(t)
		wantAnswer(t, "a POST, beside a GET whose client left at 3s", stays.answer(t, x), 201, kept, 6*time.Second)
		x.until(7 * time.Second)
		wantAnswer(t, "a POST after that", dial(t, x).send(posts["with a length"]...).answer(t, x), 201, kept, 13*time.Second)
		x.until(2 * hung)
	})
}
