package layers_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	layers "example.com/leakproof/katas/05-layers"
	"example.com/leakproof/katas/internal/kit"
)

// gate returns a wait and what ends it. It is open at the latest when t ends.
func gate(t *testing.T) (wait, open func()) {
	closed := make(chan struct{})
	open = sync.OnceFunc(func() { close(closed) })
	t.Cleanup(open)
	return func() { <-closed }, open
}

// Contract 8: of two services, "none waits for the other". While the store of the
// first is at work, or what it takes an id or the time from, the second is used.
func TestServicesDoNotWaitForEachOther(t *testing.T) {
	for _, slow := range doors {
		asks := slow.asks
		if slow.name == "Create" {
			asks = append([]string{"newID", "now"}, asks...)
		}
		for _, held := range asks {
			t.Run(slow.name+" in "+held, func(t *testing.T) {
				wait, open := gate(t)
				var made atomic.Bool // from then on it is held
				at := func(call string) {
					if call == held && made.Load() {
						wait()
					}
				}
				notes, newID := newStore(annsNote()), ids()
				notes.before = func(_ context.Context, call string) error { at(call); return nil }
				one := layers.NewService(notes,
					func() string { at("newID"); return newID() },
					func() time.Time { at("now"); return later })
				made.Store(true)
				other := layers.NewService(newStore(annsNote()), ids(), stopped(later))
				enter := func(d door, s *layers.Service, title string) *errand {
					return start(func() (layers.Note, error) { return d.enter(context.Background(), s, "ann", title) })
				}
				first := enter(slow, one, "First")
				kit.Settle(t)
				for _, d := range doors {
					second := enter(d, other, "Second")
					kit.Settle(t)
					if !second.ended() {
						t.Errorf("one service was in %s, in its %s, and %s of another service, with a store of its own, waited for it;\ntwo services have nothing in common", slow.name, held, d.name)
						open()
					}
					<-second.done
					if title := second.note.Title; second.err != nil || d.writes && title != "Second" {
						t.Errorf("one service was in %s, in its %s, and %s of another service returned the title %s and the error %v;\ntwo services have nothing in common", slow.name, held, d.name, short(title), second.err)
					}
				}
				open()
				<-first.done
				if title := first.note.Title; first.err != nil || slow.writes && title != "First" {
					t.Errorf("another service was used while one was in %s, in its %s, which then returned the title %s and the error %v;\ntwo services have nothing in common", slow.name, held, short(title), first.err)
				}
			})
		}
	}
}

// Contract 7: "The store gets the caller's context", each caller's, although
// another one asks for the same note at the same time.
func TestEachCallHasItsOwnContext(t *testing.T) {
	for _, d := range doors[1:] {
		t.Run(d.name, func(t *testing.T) {
			wait, open := gate(t)
			notes := newStore(annsNote())
			var asked sync.Map // the value that each caller's context has
			notes.before = func(given context.Context, call string) error {
				if call != "Get" {
					return nil
				}
				asked.Store(given.Value(key{}), true)
				wait()
				return given.Err()
			}
			s := layers.NewService(notes, ids(), stopped(later))
			ctx, leave := context.WithCancel(context.WithValue(context.Background(), key{}, "first"))
			defer leave()
			enter := func(ctx context.Context) *errand {
				e := start(func() (layers.Note, error) { return d.enter(ctx, s, "ann", "Errands") })
				kit.Settle(t)
				return e
			}
			first, second := enter(ctx), enter(context.WithValue(context.Background(), key{}, "second"))
			leave()
			open()
			<-first.done
			<-second.done
			if _, heard := asked.Load("second"); second.err != nil || !heard {
				t.Errorf("two callers of %s asked for one note at the same time, and the first left: the second, who had not left, got the error %v;\nthe store gets the context of each caller (it got that of the second: %t)", d.name, second.err, heard)
			}
		})
	}
}

// Contract 13: "A handler serves several requests at once: none waits for another",
// nor for one to another handler.
func TestRequestsDoNotWaitForEachOther(t *testing.T) {
	for _, slow := range requests {
		t.Run(slow.request, func(t *testing.T) {
			wait, open := gate(t)
			var calls atomic.Int32
			s := &service{note: annsNote()}
			s.during = func(context.Context) {
				if calls.Add(1) == 1 {
					wait()
				}
			}
			request := func(h http.Handler, request, body string) *errand {
				return start(func() (layers.Note, error) {
					if res := send(context.Background(), h, "ann", request, body); res.StatusCode >= 300 {
						return layers.Note{}, fmt.Errorf("the answer was %d", res.StatusCode)
					}
					return layers.Note{}, nil
				})
			}
			one, another := layers.NewHandler(s), layers.NewHandler(&service{note: annsNote()})
			first := request(one, slow.request, slow.body)
			kit.Settle(t)
			for i, h := range []http.Handler{one, another} {
				which := []string{"the same", "another"}[i]
				for _, r := range requests {
					second := request(h, r.request, r.body)
					kit.Settle(t)
					if !second.ended() {
						t.Errorf("the service was at work for %s, and %s to %s handler waited until it had done;\nno request waits for another", slow.request, r.request, which)
						open()
					}
					<-second.done
					if second.err != nil {
						t.Errorf("the service was at work for %s, and of %s to %s handler %v;\nno request minds another", slow.request, r.request, which, second.err)
					}
				}
			}
			open()
			<-first.done
			if first.err != nil {
				t.Errorf("%s, with others in the meantime: %v; no request minds another", slow.request, first.err)
			}
		})
	}
}
