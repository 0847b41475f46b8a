package writejson_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	writejson "example.com/leakproof/katas/01-write-json"
)

// A request has an answer that is known beforehand.
type request struct {
	handler http.Handler
	path    string
	status  int
	want    string
}

// requests are some to a handler that is well, and one to a handler whose store
// is down.
func requests() []request {
	up := handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk"}, {ID: "2", Title: "Eggs"}}})
	down := handler(&store{err: errors.New("connection refused")})
	return []request{
		{up, "/notes/1", 200, `{"id":"1","title":"Milk"}`},
		{up, "/notes/2", 200, `{"id":"2","title":"Eggs"}`},
		{up, "/notes", 200, `[{"id":"1","title":"Milk"},{"id":"2","title":"Eggs"}]`},
		{down, "/notes", 500, "internal"},
	}
}

// Contract 7: while one client reads, others are answered; each reads its own
// answer.
func TestASlowClientDisturbsNobody(t *testing.T) {
	all := requests()
	for _, first := range all {
		for _, second := range all {
			for round := range 10 { // a sync.Pool forgets by chance
				slow, quick := &client{path: first.path}, &client{path: second.path}
				ended := ends(t, func(giveUp <-chan struct{}) {
					slow.onWrite = func() { // the whole second request happens inside a Write of the first
						if other := func() { quick.ask(second.handler) }; round == 0 {
							meanwhile(other, giveUp)
						} else {
							other() // in the same goroutine, a sync.Pool forgets less
						}
					}
					slow.ask(first.handler)
				})
				if !ended {
					t.Fatalf("a client had not yet read its answer to GET %s, and GET %s of another waited for it;\n"+
						"a client that reads slowly holds up nobody else", first.path, second.path)
				}
				slow.want(t, "while its client read, GET "+second.path+" was answered", first.status, first.want)
				quick.want(t, "sent while a client read the answer to GET "+first.path, second.status, second.want)
			}
		}
	}
}

// Contract 7: while one request waits for the store, or for a value of a note,
// others are answered.
func TestARequestThatWaitsHoldsUpNobodyElse(t *testing.T) {
	const milk, eggs = `{"id":"1","title":"Milk","extra":{"words":"read"}}`, `{"id":"2","title":"Eggs"}`
	paths := []struct{ path, call, want string }{
		{"/notes/1", "Get 1", milk},
		{"/notes", "List", "[" + milk + "," + eggs + "]"},
		{"/notes/2", "Get 2", eggs},
	}
	for _, place := range []string{"the store", "a value of its note"} {
		for _, first := range paths[:2] { // with the value
			for _, second := range paths {
				slow, quick := &client{path: first.path}, &client{path: second.path}
				s := &store{}
				h := handler(s)
				ended := ends(t, func(giveUp <-chan struct{}) {
					var came atomic.Bool
					waits := func(at string) {
						if at == place && came.CompareAndSwap(false, true) {
							meanwhile(func() { quick.ask(h) }, giveUp) // the whole second request happens here
						}
					}
					s.inside = func(context.Context) { waits("the store") }
					words := marshaler(func() ([]byte, error) {
						waits("a value of its note")
						return []byte(`"read"`), nil
					})
					s.notes = []writejson.Note{{ID: "1", Title: "Milk", Extra: map[string]any{"words": words}}, {ID: "2", Title: "Eggs"}}
					slow.ask(h)
				})
				if !ended {
					t.Fatalf("GET %s waited for %s, and GET %s of another client waited for that request;\n"+
						"a request that waits holds up nobody else", first.path, place, second.path)
				}
				what := "GET " + second.path + " came while GET " + first.path + " waited for " + place
				s.wantAsked(t, what, first.call, second.call)
				slow.want(t, what, 200, first.want)
				quick.want(t, what, 200, second.want)
			}
		}
	}
}

// Contract 7: "however many wait".
func TestManyRequestsThatWaitHoldUpNobodyElse(t *testing.T) {
	for _, place := range []string{"the store", "a value of its note", "its client"} {
		clients := make([]*client, 300) // more than anybody would let in at a time
		s := &store{}
		h := handler(s)
		ended := ends(t, func(giveUp <-chan struct{}) {
			var came atomic.Int32
			waits := func(at string) {
				if i := came.Load() + 1; at == place && int(i) < len(clients) {
					came.Store(i)
					meanwhile(func() { clients[i].ask(h) }, giveUp) // all that are left
				}
			}
			var inside func(context.Context)
			inside = func(context.Context) {
				s.inside = inside
				waits("the store")
			}
			s.inside = inside
			words := marshaler(func() ([]byte, error) {
				waits("a value of its note")
				return []byte(`"read"`), nil
			})
			s.notes = []writejson.Note{{ID: "1", Title: "Milk", Extra: map[string]any{"words": words}}}
			for i := range clients {
				clients[i] = &client{path: "/notes/1", onWrite: func() { waits("its client") }}
			}
			clients[0].ask(h)
		})
		if !ended {
			t.Fatalf("many requests for GET /notes/1 waited for %s, and one more waited for them;\n"+
				"a request that waits holds up nobody else, however many there are", place)
		}
		for _, c := range clients {
			c.want(t, "many requests at a time wait for "+place, 200, `{"id":"1","title":"Milk","extra":{"words":"read"}}`)
		}
	}
}

// Contract 7: requests at the same time share nothing; the race detector looks
// on.
func TestRequestsAtTheSameTimeGetTheirOwnAnswers(t *testing.T) {
	all := slices.Repeat(requests(), 3)
	clients := make([]*client, len(all))
	var group sync.WaitGroup
	for i, r := range all {
		group.Go(func() { clients[i] = ask(r.handler, r.path) })
	}
	group.Wait()
	for i, r := range all {
		clients[i].want(t, "several requests at the same time", r.status, r.want)
	}
}
