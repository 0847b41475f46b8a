package handlercontext_test

import (
	"strings"
	"testing"
	"time"

	handlercontext "example.com/leakproof/katas/06-handler-context"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: "At most limit store calls run at the same time", and a request that
// waits for a slot goes on when one is free.
func TestAtMostLimitCallsRun(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, &store{list: fake{after: time.Second}}, 2, plain)
		var all []*client
		for range 5 {
			all = append(all, dial(t, x).send(get))
		}
		slowest := time.Duration(0)
		for _, c := range all {
			if a := c.answer(t, x); a.status != 200 {
				t.Fatalf("five requests for two slots: one was answered with %d", a.status)
			}
			slowest = max(slowest, x.now())
		}
		if x.peak != 2 || slowest != 3*time.Second {
			t.Errorf("five requests of 1s for two slots: at most %d ran at the same time, the last was answered at %v; want 2 and 3s", x.peak, slowest)
		}
	})
}

// Contract: "at most limit store calls, of all three kinds together".
func TestAllCallsShareTheSlots(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		for behind, request := range sorted(map[string]string{"GET": get, "POST": posts["with a length"][0]}) {
			t.Run(name+", then a "+behind, func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s, first := hanging(name, fake{after: 5 * time.Second})
					x := open(t, s, 1, plain)
					all := []*client{dial(t, x).send(first)}
					x.until(time.Second)
					all = append(all, dial(t, x).send(request))
					for _, c := range all {
						c.answer(t, x)
					}
					if x.peak != 1 {
						t.Errorf("one slot, and %s of the store had it when a %s came: %d store calls ran at the same time;\n"+
							"the limit is one for List, Count and Create together", name, behind, x.peak)
					}
				})
			})
		}
	}
}

// Contract: "A slot is for calls: a client that sends or reads slowly has none."
func TestASlotIsForACall(t *testing.T) {
	long := noteOf(64 << 10) // more than the buffers of an answer hold
	for name, request := range sorted(map[string]string{
		"a client sends its note slowly":      withLength(len(note)) + note[:20],
		"a client reads its list slowly":      get,
		"a client reads its kept note slowly": withLength(len(long)) + long,
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := &store{notes: []handlercontext.Note{{ID: "n-1", Content: strings.Repeat("n", 64<<10)}}}
				x := open(t, s, 1, plain)
				dial(t, x).send(request)
				x.until(time.Second)
				if live := x.live.Live(); live > 0 {
					t.Fatalf("%s: a store call that takes no time was still running at 1s", name)
				}
				if a := dial(t, x).send(get).answer(t, x); a.status != 200 || a.at != time.Second {
					t.Errorf("one slot, no store call was running, and %s: a GET that came at 1s was answered with %d at %v;\n"+
						"want 200 at 1s, because a slot is for calls and for nothing before or behind them", name, a.status, a.at)
				}
			})
		})
	}
}

// Contract: "A call that gives up keeps its slot until it has returned."
func TestALeavingClientGivesItsSlotBack(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, &store{list: fake{after: 20 * time.Second, unwind: 2 * time.Second}}, 1, plain)
		gone := dial(t, x).send(get)
		x.until(time.Second)
		waits := dial(t, x).send(get)
		x.until(5 * time.Second)
		gone.leave(t)
		a := waits.answer(t, x)
		if all := x.seen(); len(all) != 2 || all[1].at != 7*time.Second || a.status != 200 {
			t.Errorf("a client left at 5s and its store call gave up at 7s: the next request was answered with %d at %v;\n"+
				"its store call should have begun at 7s, and there should be no other", a.status, a.at)
		}
	})
}

// Contract: when the client leaves, "a request that waits for a slot does not wait
// any longer, and no call begins for it"; for the next one it does.
func TestALeavingClientDoesNotWaitForASlot(t *testing.T) {
	for name, request := range sorted(map[string][]string{"GET": {get}, "POST": posts["with a body that comes later"]}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, &store{list: fake{after: 10 * time.Second}}, 1, plain)
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
					t.Fatalf("a %s waited for a slot and its client left at 3s; at 4s its handler had not returned%s", name, unread)
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
