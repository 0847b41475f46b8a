package leakyfanout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	leakyfanout "example.com/leakproof/katas/12-leaky-fanout"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Contract: "Search asks every shard once, all at the same time."
func TestShardsAreAskedTogether(t *testing.T) {
	wantAskedTogether(t, fakes(fake{after: 3 * time.Second}, fake{after: time.Second}, fake{after: 2 * time.Second}))
}

// Contract: "However many they are."
func TestManyShardsAreAskedTogether(t *testing.T) {
	wantAskedTogether(t, fakes(slices.Repeat([]fake{{after: 3 * time.Second}}, 2000)...))
}

// wantAskedTogether fails t unless shards that answer within 3s are asked once
// each, all at the beginning, and Search returns when the last has answered.
func wantAskedTogether(t *testing.T, shards []*shard) {
	t.Helper()
	kit.Bubble(t, func(t *testing.T) {
		start := time.Now()
		_, err, took := search(caller, shards)
		for i, s := range shards {
			asked, _ := s.seen()
			if len(asked) != 1 {
				t.Fatalf("Search returned the error %v and has asked shard %d %d times;\nevery shard is asked once", err, i, len(asked))
			}
			if at := s.lastAsked().Sub(start); at > 0 {
				t.Fatalf("Search asked shard %d of %d at %v, after others had answered;\n"+
					"all shards are asked at the same time, however many they are", i, len(shards), at)
			}
		}
		wantAnswered(t, 3*time.Second, took, err)
	})
}

// wantAnswered fails t unless Search returned without an error at the moment at
// which the last shard answered.
func wantAnswered(t *testing.T, at, took time.Duration, err error) {
	t.Helper()
	switch {
	case err != nil:
		t.Fatalf("all shards answer, the last of them at %v: Search returned the error %q at %v;\n"+
			"no shard has failed, and how long a search may take is up to its caller", at, err, took)
	case took < at:
		t.Fatalf("the last shard answers at %v: Search returned at %v, without its notes", at, took)
	case took > at:
		t.Fatalf("all shards were asked at once and had answered at %v: Search returned %v late, at %v;\n"+
			"an answer that is complete must not wait, nor for the next look", at, took-at, took)
	}
}

// Contract: "Search asks every shard with the query it was given."
func TestShardsGetTheQueryAsItIs(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := fakes(fake{}, fake{after: time.Second})
		_, err, _ := search(caller, shards)
		for i, s := range shards {
			if asked, _ := s.seen(); !slices.Equal(asked, []string{query}) {
				t.Fatalf("Search(ctx, %q) returned the error %v and has asked shard %d for %q;\n"+
					"every shard is asked once, with the query of the caller as it is", query, err, i, asked)
			}
		}
	})
}

// Contract: "If all of them answer, however long that takes." The first round
// stops whoever looks for answers now and then from looking for a year.
func TestSlowShardsAreWaitedFor(t *testing.T) {
	for _, after := range []time.Duration{time.Second + 1, 400 * 24 * time.Hour} {
		kit.Bubble(t, func(t *testing.T) {
			got, err, took := search(caller, fakes(fake{notes: notes("a"), after: after}, fake{}))
			wantAnswered(t, after, took, err)
			if !slices.Equal(got, notes("a")) {
				t.Errorf("a shard answered after %v with the notes [a]: Search returned %v", after, ids(got))
			}
		})
		if t.Failed() {
			return
		}
	}
}

// Contract: "The notes come in the order of the shards", whichever answers first;
// "without shards there are none, and no error."
func TestNotesComeInTheOrderOfTheShards(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7} {
		t.Run(fmt.Sprintf("%d shards", n), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				var all []fake
				var want []leakyfanout.Note
				for i := range n { // the last shard answers first; every third has nothing
					own := notes("a", "b", "c")[:(i+1)%3]
					all = append(all, fake{notes: own, after: time.Duration(n-i) * time.Second})
					want = append(want, own...)
				}
				got, err, _ := search(caller, fakes(all...))
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("Search returned the notes %v and the error %v;\n"+
						"want %v: those of the first shard, then those of the second, and so on", ids(got), err, ids(want))
				}
			})
		})
	}
}

// Contract: "A shard goes on using the slice that it returned: Search does not
// write to it."
func TestSlicesOfTheShardsStayAsTheyAre(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		kept := notes("c", "a", "b", "a") // a shard may return the head of a longer list
		before := slices.Clone(kept)
		shards := fakes(fake{notes: kept[:2]}, fake{notes: notes("x", "y")})
		got, err, _ := search(caller, shards)
		if want := notes("c", "a", "x", "y"); err != nil || !slices.Equal(got, want) {
			t.Errorf("Search returned the notes %v and the error %v; want %v", ids(got), err, ids(want))
		}
		if !slices.Equal(kept, before) {
			t.Errorf("a shard kept the list %v and returned its first 2 notes; after the search the list is %v;\n"+
				"Search must not write to what belongs to a shard", ids(before), ids(kept))
		}
	})
}

// Contract: "When a shard fails, the search is over at that moment."
func TestFirstErrorStopsTheRest(t *testing.T) {
	for _, failing := range []fake{
		{err: errBoom},
		{err: errBoom, after: time.Second},
		{err: errBoom, after: 59 * time.Minute},
		{err: errBoom, after: time.Second, notes: notes("x")},
	} {
		t.Run(fmt.Sprintf("after %v with %d notes", failing.after, len(failing.notes)), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				answered := fake{after: failing.after / 2, notes: notes("a")}
				shards := fakes(fake{after: hung}, answered, fake{after: hung}, failing, fake{after: hung})
				_, err, took := search(caller, shards)
				wantStopped(t, shards, failing.after, took, err)
				wantError(t, err)
			})
		})
	}
}

// Contract: "An error counts whenever it comes", from the only shard or the last
// one to answer.
func TestErrorOfTheLastShardToAnswer(t *testing.T) {
	for _, others := range [][]fake{nil, {{notes: notes("a")}}, {{notes: notes("a")}, {}, {notes: notes("b"), after: time.Second}}} {
		for _, after := range []time.Duration{0, 5 * time.Second} {
			t.Run(fmt.Sprintf("after %v, %d others", after, len(others)), func(t *testing.T) {
				repeat(t, func(t *testing.T) {
					shards := fakes(append(slices.Clone(others), fake{err: errBoom, after: after})...)
					_, err, took := search(kit.SlowCancel(), shards)
					wantStopped(t, shards, after, took, err)
					wantError(t, err)
				})
			})
		}
	}
}

// Contract: "The error is that of the shard that failed first", not what the
// others say when they are stopped.
func TestFirstErrorIsTheOneReturned(t *testing.T) {
	repeat(t, func(t *testing.T) {
		shards := fakes(
			fake{after: hung}, // stopped, it returns context.Canceled
			fake{after: hung, stopped: errReset},
			fake{err: errBoom, after: time.Second},
			fake{after: hung, stopped: errReset},
			fake{after: hung, notes: notes("a"), anyway: true},
			fake{err: errReset, after: 2 * time.Second},
		)
		_, err, took := search(kit.SlowCancel(), shards)
		wantStopped(t, shards, time.Second, took, err)
		wantError(t, err)
	})
}

// Contract: "If several fail at the same moment, it is that of one of them."
func TestErrorsAtTheSameMoment(t *testing.T) {
	for _, after := range []time.Duration{0, time.Second} {
		t.Run(fmt.Sprintf("after %v", after), func(t *testing.T) {
			repeat(t, func(t *testing.T) {
				failing := fake{err: errBoom, after: after}
				shards := fakes(failing, fake{after: hung}, failing, fake{notes: notes("a"), after: after}, failing, failing)
				_, err, took := search(caller, shards)
				wantStopped(t, shards, after, took, err)
				wantError(t, err)
			})
		})
	}
}

// Contract: "A shard that runs out of its own time has failed like any other."
func TestDeadlineOfAShardIsAnError(t *testing.T) {
	for _, own := range []error{context.DeadlineExceeded, context.Canceled} {
		t.Run(own.Error(), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				shards := fakes(fake{after: hung, stopped: errReset}, fake{err: own, after: time.Second}, fake{notes: notes("a")})
				_, err, took := search(caller, shards)
				wantStopped(t, shards, time.Second, took, err)
				if !errors.Is(err, own) || errors.Is(err, errReset) {
					t.Errorf("a shard failed with %q by itself, and Search returned the error %v;\n"+
						"the caller's context had not ended: this is the error of the search, and it alone", own, err)
				}
			})
		})
	}
}

// Contract: "Search may return before the stopped shards do, or wait for them;
// when they have returned, no goroutine is left."
func TestShardsMayTakeTimeToStop(t *testing.T) {
	for _, unwind := range []time.Duration{2 * time.Second, 10 * time.Minute} {
		t.Run(unwind.String(), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				shards := fakes(
					fake{after: hung, unwind: unwind},
					fake{err: errBoom, after: time.Second},
					fake{after: hung, unwind: unwind / 2, stopped: errReset},
				)
				_, err, took := search(caller, shards)
				last := time.Second + unwind
				if took < time.Second || took > last {
					t.Errorf("a shard failed at 1s, the others needed up to %v to stop: Search returned at %v; want 1s to %v", unwind, took, last)
				}
				wantError(t, err)
				time.Sleep(last - took)
				wantNoneLive(t, shards, last)
			})
		})
	}
}

// Contract: "The error is that of the shard that failed first", also when the
// caller's context ends while the others stop.
func TestFirstErrorStaysWhenTheCallerLeavesLater(t *testing.T) {
	for _, leave := range []func() (context.Context, context.CancelFunc){
		func() (context.Context, context.CancelFunc) { return context.WithTimeout(caller, 2*time.Second) },
		func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(caller)
			time.AfterFunc(2*time.Second, cancel)
			return ctx, cancel
		},
	} {
		kit.Bubble(t, func(t *testing.T) {
			ctx, cancel := leave()
			shards := fakes(fake{after: hung, unwind: 3 * time.Second}, fake{err: errBoom, after: time.Second})
			_, err, took := search(ctx, shards)
			wantError(t, err)
			time.Sleep(4*time.Second - took)
			cancel()
		})
	}
}

// Contract: "If several fail at the same moment, it is that of one of them",
// however many they are. It comes last: what it finds slows down later tests.
func TestManyErrorsAtTheSameMoment(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := fakes(slices.Repeat([]fake{{err: errBoom, after: time.Second}}, 200)...)
		_, err, took := search(caller, shards)
		wantStopped(t, shards, time.Second, took, err)
		wantError(t, err)
	})
}
