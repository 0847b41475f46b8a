package idempotency_test

import (
	"context"
	"errors"
	"testing"

	"go.uber.org/goleak"

	idempotency "example.com/leakproof/katas/27-idempotency"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: calls of the same request at the same time make one note.
func TestTwoAtOnceMakeOneNote(t *testing.T) {
	x := newSite(t)
	first := x.one("ann", "k1", milk)
	others := x.create(4, "ann", "k1", milk)
	if n := x.live(); n != 1 {
		t.Fatalf("a request ran, and the same one came 4 more times: Add of the store was called %d times.\n"+
			"Each call saves a note, and there's one for each key (Restore 1)", n)
	}
	x.answer(nil)
	x.wantOneNote(first, others)
}

// wantOneNote fails the test unless there is one note, the first call returned it,
// and each of the others did so too or was refused.
func (x *site) wantOneNote(first *call, others []*call) {
	x.t.Helper()
	if n := x.saved(); n != 1 {
		x.t.Fatalf("a request ran, and the same one came %d more times: there are %d notes; want one (Restore 1)", len(others), n)
	}
	for _, c := range append([]*call{first}, others...) {
		if !x.saw(c) && (c == first || !c.conflict()) {
			x.t.Fatalf("a request ran, the same one came %d more times, and all is done: one call got %s;\n"+
				"want the note that was saved, or ErrConflict for one that came while it ran (Restore 1)", len(others), c)
		}
	}
	if c := x.one("ann", "k1", milk); !x.saw(c) {
		x.t.Fatalf("the note was saved, and the same request came again: it got %s; want the note %s (Restore 1)", c, x.notes[0].ID)
	}
}

// Restore 2: a key is for one draft, also while that is being saved.
func TestAnotherDraftIsAConflict(t *testing.T) {
	x := newSite(t)
	first := x.one("ann", "k1", milk)
	other := x.one("ann", "k1", tea)
	if n := x.live(); n != 1 {
		t.Fatalf("a request ran, and one with its key and another draft came: both are being saved;\nwant ErrConflict for the second (Restore 2)")
	}
	x.answer(nil)
	again := x.one("ann", "k1", shifted)
	x.answer(nil)
	if n := x.saved(); n != 1 || !x.saw(first) || first.note.Draft != milk || !other.conflict() || !again.conflict() {
		t.Errorf("a request ran, and one with its key and another draft came, then and later:\n"+
			"they got %s, %s and %s; want the note, and ErrConflict twice (Restore 2)", first, other, again)
	}
}

// Keep 3: other requests don't wait.
func TestOtherRequestsDontWait(t *testing.T) {
	x := newSite(t)
	x.one("ann", "k1", milk)
	x.one("ann", "k2", milk)
	x.one("bob", "k1", milk)
	if n := x.live(); n < 3 {
		t.Fatalf("a request was being saved, and two came with another key or of another user: Add of the store runs %d times.\n"+
			"None waits for another (Keep 3)", n)
	}
}

// Keep 3: nor is one taken for another, whatever the texts.
func TestKeysAndUsersAreApart(t *testing.T) {
	requests := [][2]string{{"ann", "k1"}, {"bob", "k1"}, {"an", "nk1"}, {"ann ", "k1"}, {"ann", " k1"}, {"ann/k", "1"}, {"ann", "k/1"}, {"ann:k", "1"}, {"ann", "k:1"}}
	x := newSite(t)
	for _, r := range requests {
		x.one(r[0], r[1], milk)
	}
	for range requests {
		x.answer(nil)
	}
	ids := map[string]bool{}
	for i, r := range requests {
		if c := x.calls[i]; !c.over() || c.err != nil || ids[c.note.ID] || c.note.User != r[0] {
			t.Fatalf("requests came at the same time, no two with the same user and the same key:\n"+
				"that of %q with the key %q got %s; want a note of its own (Keep 3)", r[0], r[1], c)
		}
		ids[x.calls[i].note.ID] = true
	}
}

// Keep 4: a request that failed may come again.
func TestAFailureLeavesTheKeyFree(t *testing.T) {
	for name, d := range kit.Sorted(map[string]idempotency.Draft{"the same draft": milk, "another draft": tea}) {
		x := newSite(t)
		failed := x.one("ann", "k1", milk)
		x.answer(errDisk)
		if !failed.over() || !errors.Is(failed.err, errDisk) {
			t.Fatalf("Add of the store failed: the call got %s; want an error in which errors.Is finds that of the store (Keep 4)", failed)
		}
		again := x.one("ann", "k1", d)
		x.answer(nil)
		if n := x.saved(); n != 1 || !x.saw(again) {
			t.Fatalf("a request failed, and came again with %s: it got %s; want a note, since nothing had been saved (Keep 4)", name, again)
		}
	}
}

// Keep 4: if others were waiting for it, they are still one request.
func TestAFailureWhileOthersWait(t *testing.T) {
	x := newSite(t)
	first := x.one("ann", "k1", milk)
	others := x.create(4, "ann", "k1", milk)
	x.answer(errDisk)
	if n := x.live(); n > 1 {
		t.Fatalf("a request failed, while the same one had come 4 more times: now Add of the store runs %d times at once.\n"+
			"They are one request still (Restore 1, Keep 4)", n)
	}
	for range others {
		x.answer(nil)
	}
	for _, c := range append([]*call{first}, others...) {
		switch {
		case !c.over(), c.err != nil && !errors.Is(c.err, errDisk) && !c.conflict():
			t.Errorf("a request failed, while the same one had come 4 more times: one of them got %s;\nwant a note, the store's error or ErrConflict (Keep 4)", c)
		case c.err == nil && !x.saw(c):
			t.Errorf("a request failed, while the same one had come 4 more times: one of them got %s, and %d notes were saved;\nwant one at most (Restore 1)", c, x.saved())
		}
	}
}

// Keep 5: who leaves while it's saved gets away.
func TestACallerLeavesTheStore(t *testing.T) {
	for _, late := range []bool{false, true} {
		x := newSite(t)
		x.late = late
		first := x.one("ann", "k1", milk)
		others := x.create(3, "ann", "k1", milk)
		first.leave()
		x.settle()
		x.wantLeft(first, "Add of the store was running for a call")
		x.answer(nil)
		for _, c := range others {
			if !c.over() || errors.Is(c.err, context.Canceled) || errors.Is(c.err, context.DeadlineExceeded) {
				t.Fatalf("a call ended with its context, while others with its key were waiting: one of them got %s, and its client is still there.\n"+
					"A call ends with its own context, not with that of another (Keep 5)", c)
			}
			if !c.conflict() && !x.saw(c) {
				t.Fatalf("a call ended with its context, while others with its key were waiting: one of them got %s; want the note or ErrConflict (Keep 5)", c)
			}
		}
		again := x.one("ann", "k1", milk)
		x.answer(nil)
		if n := x.saved(); n != 1 || !x.saw(again) {
			t.Errorf("a call ended with its context, and the same request came again: it got %s, and there are %d notes; want a note, and no other (Keep 5)", again, n)
		}
	}
}

// wantLeft fails the test unless the call has returned, because its context ended.
func (x *site) wantLeft(c *call, what string) {
	x.t.Helper()
	want := context.Canceled
	if x.late {
		want = context.DeadlineExceeded
	}
	if !c.over() || !errors.Is(c.err, want) {
		x.t.Fatalf("%s, and its context ended: it got %s;\nwant %q, at once (Keep 5)", what, c, want)
	}
}

// Keep 5: so does who leaves while it waits for another one.
func TestACallerLeavesTheWait(t *testing.T) {
	x := newSite(t)
	first := x.one("ann", "k1", milk)
	others := x.create(2, "ann", "k1", milk)
	if others[0].leave(); !others[0].conflict() {
		x.settle()
		x.wantLeft(others[0], "a call waited for the one that had come first")
	}
	x.answer(nil)
	x.wantOneNote(first, others[1:])
}
