package leakyfanout_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	leakyfanout "example.com/leakproof/katas/12-leaky-fanout"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: "Searches do not disturb each other", neither at the same time nor
// one after another.
func TestSearchesAreIndependent(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		service := leakyfanout.NewService(
			byQuery{"good": {notes: notes("a"), after: 2 * time.Second}, "bad": {after: hung}},
			byQuery{"good": {notes: notes("b"), after: 3 * time.Second}, "bad": {err: errBoom, after: time.Second}},
		)
		var running sync.WaitGroup
		for range 3 {
			running.Go(func() {
				if got, err := service.Search(caller, "good"); err != nil || !slices.Equal(got, notes("a", "b")) {
					t.Errorf("beside a search that fails, another returned %v and the error %v; want its own notes [a b]", ids(got), err)
				}
			})
			running.Go(func() {
				if got, err := service.Search(caller, "bad"); !errors.Is(err, errBoom) {
					t.Errorf("beside a search that succeeds, one that fails returned %v and the error %v; want the error of its shard", ids(got), err)
				}
			})
			time.Sleep(500 * time.Millisecond)
		}
		running.Wait()
	})
}

// Contract: "Each returns the notes of its own query", of this search only.
func TestSearchesReturnTheirOwnNotes(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		service := leakyfanout.NewService(
			byQuery{"x": {notes: notes("x1"), after: time.Second}, "y": {notes: notes("y1"), after: 2 * time.Second}, "none": {}},
			byQuery{"x": {notes: notes("x2"), after: 3 * time.Second}, "y": {notes: notes("y2"), after: 4 * time.Second}, "none": {}},
		)
		want := map[string][]leakyfanout.Note{"x": notes("x1", "x2"), "y": notes("y1", "y2"), "none": nil}
		ask := func(query, when string) {
			if got, err := service.Search(caller, query); err != nil || !slices.Equal(got, want[query]) {
				t.Errorf("%s, Search(ctx, %q) returned %v and the error %v; want the notes %v", when, query, ids(got), err, ids(want[query]))
			}
		}
		for range rounds { // what is kept for reuse may be dropped now and then
			var running sync.WaitGroup
			running.Go(func() { ask("x", "beside a search for another query") })
			running.Go(func() { ask("y", "beside a search for another query") })
			running.Wait()
			ask("none", "after searches for other queries")
			if t.Failed() {
				return
			}
		}
	})
}

// Contract: "Searches do not disturb each other", and so not what an earlier one
// has returned.
func TestNotesOfAnEarlierSearchStay(t *testing.T) {
	repeat(t, func(t *testing.T) { // what is kept for reuse may be dropped now and then
		service := leakyfanout.NewService(
			byQuery{"x": {notes: notes("x1")}, "y": {notes: notes("y1")}},
			byQuery{"x": {notes: notes("x2")}, "y": {notes: notes("y2")}},
		)
		earlier, err := service.Search(caller, "x")
		before := slices.Clone(earlier)
		if _, later := service.Search(caller, "y"); err != nil || later != nil {
			t.Fatalf("shards that answer: Search returned the errors %v and %v", err, later)
		}
		if !slices.Equal(earlier, before) {
			t.Errorf("a search returned %v; after a search for another query the same slice holds %v;\n"+
				"the notes that Search has returned are the caller's", ids(before), ids(earlier))
		}
	})
}

// Contract: "Each asks the shards, also if another search has the same query",
// at the same time.
func TestEqualSearchesAtTheSameTime(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := fakes(fake{after: 2 * time.Second, notes: notes("a")}, fake{})
		service := service(shards)
		impatient, cancel := context.WithTimeout(caller, time.Second)
		defer cancel()
		var running sync.WaitGroup
		running.Go(func() {
			if _, err := service.Search(impatient, query); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the caller's deadline passed before a shard answered: Search returned the error %v", err)
			}
		})
		synctest.Wait()
		wantEqualSearch(t, service, "beside an equal search whose caller leaves")
		running.Wait()
		wantAskedAgain(t, shards, 2)
	})
}

// Contract: "Each asks the shards, also if another search has the same query",
// before.
func TestEqualSearchesOneAfterAnother(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := fakes(fake{after: time.Second, notes: notes("a")}, fake{})
		service := service(shards)
		wantEqualSearch(t, service, "before an equal search")
		wantEqualSearch(t, service, "after an equal search")
		wantAskedAgain(t, shards, 2)
	})
}

func wantEqualSearch(t *testing.T, service *leakyfanout.Service, when string) {
	t.Helper()
	if got, err := service.Search(caller, query); err != nil || !slices.Equal(got, notes("a")) {
		t.Errorf("%s, Search returned %v and the error %v; want its own notes [a]", when, ids(got), err)
	}
}

func wantAskedAgain(t *testing.T, shards []*shard, times int) {
	t.Helper()
	for i, s := range shards {
		if asked, _ := s.seen(); len(asked) != times {
			t.Errorf("of %d searches for the same query, %d asked shard %d;\n"+
				"notes change: every search asks the shards", times, len(asked), i)
		}
	}
}
