package boundedfanout_test

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1 and Keep 3: limit calls run, no more and no fewer.
func TestLimitIsReachedAndKept(t *testing.T) {
	for _, limit := range []int{1, 2, 8} {
		n := 3*limit + 1
		situation := fmt.Sprintf("limit %d, %d ids of 1s each", limit, n)
		t.Run(situation, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := newStore(fake{after: time.Second}, nil, nil)
				r := begin(caller, boundedfanout.NewService(s, limit), number("n", n))
				time.Sleep(500 * time.Millisecond)
				for left := n; left > 0; left -= limit {
					s.wantRunning(t, min(limit, left), limit, situation)
					time.Sleep(time.Second)
				}
				<-r.done
				s.wantPeak(t, limit, situation)
				r.want(t, 4*time.Second, situation)
			})
		})
	}
}

// Restore 1: the limit is that of the service, for all calls of Notes together.
func TestCallersShareTheLimit(t *testing.T) {
	const limit = 4
	for _, c := range []struct{ callers, ids, together int }{{3, 8, 6}, {12, 1, 3}, {4, 3, 3}} {
		situation := fmt.Sprintf("limit %d, %d calls of Notes with %d ids of 1s each", limit, c.callers, c.ids)
		t.Run(situation, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := newStore(fake{after: time.Second}, nil, nil)
				service := boundedfanout.NewService(s, limit)
				var all []*request
				for i := range c.callers {
					all = append(all, begin(caller, service, number(string(rune('a'+i)), c.ids)))
					if i < 2 {
						synctest.Wait() // in a row or at the same time
					}
				}
				time.Sleep(500 * time.Millisecond)
				for range c.together {
					s.wantRunning(t, limit, limit, situation)
					time.Sleep(time.Second)
				}
				for _, r := range all {
					<-r.done
					r.want(t, r.took, situation) // who is served first is granted
				}
				if took, want := time.Since(s.began), time.Duration(c.together)*time.Second+500*time.Millisecond; took > want {
					t.Errorf("%s: all are back after %v, want %ds at the latest", situation, took, c.together)
				}
				s.wantPeak(t, limit, situation)
			})
		})
	}
}

// Restore 2: the goroutines do not grow with the ids, also while all of them wait.
func TestGoroutinesDoNotGrowWithTheIds(t *testing.T) {
	const n = 200
	for _, held := range []bool{false, true} {
		t.Run(fmt.Sprintf("every slot is taken by another call: %t", held), func(t *testing.T) {
			for _, limit := range []int{4, 20} {
				kit.Bubble(t, func(t *testing.T) {
					s := newStore(fake{after: time.Second}, nil, nil)
					service := boundedfanout.NewService(s, limit)
					ctx, cancel := context.WithTimeout(caller, 5*time.Second)
					defer cancel()
					other := begin(ctx, service, nil)
					if held {
						s.become(fake{after: hung})
						other = begin(ctx, service, number("hung", limit))
					}
					synctest.Wait()
					before := runtime.NumGoroutine()
					r := begin(ctx, service, number("n", n))
					for range 3 {
						time.Sleep(500 * time.Millisecond)
						synctest.Wait()
						more, most := runtime.NumGoroutine()-before-1, 2*limit+10 // one is begin's
						if more > most {
							t.Fatalf("Notes with %d ids and a limit of %d: %v later there are %d more goroutines;\n"+
								"one call may have 2*limit + 10 = %d, however many ids there are (Restore 2)", n, limit, time.Since(s.began), more, most)
						}
						time.Sleep(500 * time.Millisecond)
					}
					r.wantOver(t, context.DeadlineExceeded, 5*time.Second, 5*time.Second, "the caller's deadline passed at 5s", "Keep 6")
					<-other.done
				})
			}
		})
	}
}

// Keep 3: no slot stays empty, however slow other calls are.
func TestFreeSlotIsTakenAtOnce(t *testing.T) {
	const limit = 3
	slow := map[int]fake{0: {after: 10 * time.Second}}
	short := map[int]fake{0: {after: 2 * time.Second}, 1: {after: 2 * time.Second}}
	for _, c := range []struct {
		name  string
		nth   map[int]fake
		other int // another call of Notes has so many ids, and begins before
		n     int // so many ids this one has
		took  time.Duration
	}{
		{"the first call of the store takes 10s, 18 more take 1s", slow, 0, 19, 10 * time.Second},
		{"another call of Notes has one id of 10s, this one has 19 of 1s", slow, 1, 19, 10 * time.Second},
		{"another call of Notes has two ids of 2s, this one has 8 of 1s", short, 2, 8, 4 * time.Second},
	} {
		situation := "limit 3; " + c.name
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := newStore(fake{after: time.Second}, c.nth, nil)
				service := boundedfanout.NewService(s, limit)
				other := begin(caller, service, number("o", c.other))
				synctest.Wait()
				r := begin(caller, service, number("n", c.n))
				time.Sleep(500 * time.Millisecond)
				for len(s.seen()) < c.other+c.n {
					s.wantRunning(t, limit, limit, situation)
					time.Sleep(time.Second)
				}
				<-other.done
				<-r.done
				s.wantPeak(t, limit, situation)
				r.want(t, c.took, situation)
			})
		})
		if t.Failed() {
			return // one example will do
		}
	}
}

// Keep 4: one note for each id, in the order of the ids.
func TestNotesComeInTheOrderOfTheIDs(t *testing.T) {
	for _, n := range []int{1, 7} {
		t.Run(fmt.Sprintf("%d ids", n), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				ids, but := number("n", n), map[string]fake{}
				for i, id := range ids { // the first answers last
					but[id] = fake{after: time.Duration(n-i) * 10 * time.Second}
				}
				s := newStore(fake{after: hung}, nil, but)
				service := boundedfanout.NewService(s, 3)
				r := read(caller, service, ids)
				r.want(t, r.took, fmt.Sprintf("limit 3, %d ids", n))
				for _, id := range ids {
					if times := s.asked()[id]; times != 1 {
						t.Errorf("Notes asked %d times for %s; each id is asked for once (Keep 4)", times, id)
					}
				}
			})
		})
	}
}

// Keep 4: every call of Notes asks the store itself, with a context of its caller.
func TestEveryCallAsksTheStore(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		const situation = "three calls of Notes for the same ids, limit 8: two at the same time, one after them"
		s := newStore(fake{after: time.Second}, nil, nil)
		service, ids := boundedfanout.NewService(s, 8), number("n", 4)
		first, second := begin(caller, service, ids), begin(caller, service, ids)
		first.want(t, time.Second, situation)
		second.want(t, time.Second, situation)
		type key struct{}
		read(context.WithValue(caller, key{}, "trace"), service, ids).want(t, time.Second, situation)
		if asked := s.asked(); !maps.Equal(asked, map[string]int{"n0": 3, "n1": 3, "n2": 3, "n3": 3}) {
			t.Errorf("%s: the ids were asked for this often: %v;\nnotes change, so every call asks for each of its own (Keep 4)", situation, asked)
		}
		for _, c := range s.seen()[8:] {
			if c.ctx.Value(key{}) != "trace" {
				t.Errorf("the context of the call for %s lacks a value of the caller's context;\nit is the caller's or derived from it (fine print)", c.id)
			}
		}
	})
}

// Fine print: services do not share a limit, although they may share a store.
func TestServicesHaveTheirOwnLimit(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(fake{after: time.Second}, nil, nil)
		first := begin(caller, boundedfanout.NewService(s, 1), number("n", 4))
		second := begin(caller, boundedfanout.NewService(s, 5), number("n", 20))
		first.want(t, 4*time.Second, "a service with limit 1 beside another one with the same store")
		second.want(t, 4*time.Second, "a service with limit 5 beside another one with the same store")
	})
}
