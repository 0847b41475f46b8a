package handlercontext_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	handlercontext "example.com/leakproof/katas/06-handler-context"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: "A request gets 30 s, all its store calls together, and 504 then."
func TestTheBudgetEnds(t *testing.T) {
	for name, c := range sorted(map[string]struct {
		store   *store
		request string
		method  string
	}{
		"a list that hangs":       {&store{list: fake{after: hung}}, get, "List"},
		"a count that hangs":      {&store{count: fake{after: hung}}, posts["in one chunk"][0], "Count"},
		"a create that hangs":     {&store{create: fake{after: hung}}, posts["in one chunk"][0], "Create"},
		"20s for each of the two": {&store{count: fake{after: 20 * time.Second}, create: fake{after: 20 * time.Second}}, posts["with a length"][0], "Create"},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, c.store, 4, plain)
				a := dial(t, x).send(c.request).answer(t, x)
				wantAnswer(t, name+", and a budget of 30s for the request", a, 504, "", 30*time.Second)
				x.wantTold(t, c.method, 30*time.Second, "30s are the budget of a request, and they were over at 30s")
			})
		})
	}
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

// Contract: "With 1,000 notes or more it is 403; if the store fails, 500."
func TestRefusedAndFailed(t *testing.T) {
	errBoom := errors.New("the database is away")
	post := posts["with a length"][0]
	for name, c := range sorted(map[string]struct {
		store   *store
		request string
		status  int
		trace   string // before the answer; the store may be spared
	}{
		"1,000 notes":         {&store{size: 1000}, post, 403, "Count"},
		"a list that fails":   {&store{list: fake{err: errBoom}}, get, 500, "List"},
		"a count that fails":  {&store{size: 1000, count: fake{err: errBoom}}, post, 500, "Count"},
		"a create that fails": {&store{create: fake{err: errBoom, after: time.Second}}, post, 500, "Count, Create"},
		"not JSON":            {&store{}, withLength(7) + "title=a", 400, "Count"},
		"an array":            {&store{}, withLength(2) + "[]", 400, "Count"},
		"half a note":         {&store{}, withLength(20) + note[:20], 400, "Count"},
		"no body":             {&store{}, withLength(0), 400, "Count"},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, c.store, 4, plain)
				a := dial(t, x).send(c.request).answer(t, x)
				spared := c.status == 400 && x.trace() == ""
				if a.status != c.status || x.trace() != c.trace && !spared {
					t.Errorf("%s: answered with %d, the store was asked for [%s]; want %d and [%s]", name, a.status, x.trace(), c.status, c.trace)
				}
				if strings.Contains(a.body, `"title"`) {
					t.Errorf("%s: answered with %d, and in its body there is a note: %.200s", name, a.status, a.body)
				}
			})
		})
	}
}

// Contract: "A note of more than 64 KiB is refused, and no more than 128 KiB of
// a body are read."
func TestLongBodiesAreRefused(t *testing.T) {
	const frame = len(`{"title":"Lease","content":""}`)
	for _, c := range []struct {
		length  int
		refused bool
	}{{64 << 10, false}, {64<<10 + 1, true}, {1 << 20, true}} {
		for _, known := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d bytes, length known: %t", c.length, known), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s := &store{began: time.Now()}
					body := &counting{from: strings.NewReader(`{"title":"Lease","content":"` + strings.Repeat("n", c.length-frame) + `"}`)}
					r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/notes", body)
					r.ContentLength = -1
					if known {
						r.ContentLength = int64(c.length)
					}
					w := httptest.NewRecorder()
					handlercontext.NewHandler(handlercontext.NewService(s, 1)).ServeHTTP(w, r)
					created := strings.Contains(s.trace(), "Create")
					refused := w.Code == http.StatusBadRequest || w.Code == http.StatusRequestEntityTooLarge
					if refused != c.refused || created == c.refused {
						t.Errorf("a note of %d bytes: status %d, created: %t; the limit is 64 KiB, beyond it 400 or 413 and no note", c.length, w.Code, created)
					}
					if body.read > 128<<10 {
						t.Errorf("a body of %d bytes: %d of them were read; the limit is 64 KiB, and 128 KiB are granted", c.length, body.read)
					}
				})
			})
		}
	}
}

// counting counts what is read of a body.
type counting struct {
	from io.Reader
	read int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.read += n
	return n, err
}

// Contract: "At most limit calls of the store run at the same time", and a
// request that waits for a slot goes on when one is free.
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

// Contract: "a call that gives up keeps its slot until it has returned."
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
