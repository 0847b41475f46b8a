package channelowner_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	channelowner "example.com/leakproof/katas/04-channel-owner"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: a subscriber leaves while Publish waits for it, and nothing panics
// or races.
func TestASubscriberLeavesWhilePublishWaits(t *testing.T) { requireOneLeaves(t) }

// Restore 1: nor when all leave and Publish, which waits for one of them, has yet
// to come to the others.
func TestAllLeaveWhilePublishWaits(t *testing.T) { requireSafe(t) }

// Restore 1: then Publish returns, and has gone on to those who stay.
func TestPublishGoesOn(t *testing.T) {
	requireSafe(t)
	for round := range 12 { // Publish comes to one who stays before or after the one who leaves
		publishers := []int{1, 8}[round%2]
		oneLeaves(t, publishers, round%4 < 2, func(p *party, got *inbox) {
			p.wantAllReturned("a subscriber left while Publish was waiting for it", "Restore 1")
			if n := len(got.ids()); n != publishers*many {
				t.Fatalf("a subscriber left while Publish was waiting for it, and one that stayed got %d of %d notes;\n"+
					"Publish goes on to the others, and each note comes once (Restore 1, Keep 4)", n, publishers*many)
			}
		})
	}
	allLeave(t, false).wantAllReturned("all subscribers left while Publish was waiting for one of them", "Restore 1")
}

// Keep 2: a range over the notes ends when the subscriber has left.
func TestARangeEnds(t *testing.T) {
	requireSafe(t)
	t.Run("while it waits for a note", func(t *testing.T) {
		p, h := &party{t: t}, channelowner.NewHub()
		s := h.Subscribe()
		p.reads(s)
		p.start("Unsubscribe", s.Unsubscribe)
		p.wantAllReturned("a subscriber ranged over its notes, and another goroutine called Unsubscribe for it", "Keep 2")
	})
	t.Run("which leaves at the first note", func(t *testing.T) {
		p, h := &party{t: t}, channelowner.NewHub()
		s := h.Subscribe()
		p.start("a range over Notes", func() {
			for range s.Notes() {
				s.Unsubscribe()
			}
		})
		p.start("Publish", func() { publish(h, 0, many) })
		p.wantAllReturned("a subscriber ranged over its notes and called Unsubscribe at the first one", "Keep 2")
	})
	t.Run("with notes waiting", func(t *testing.T) {
		p, h := &party{t: t}, channelowner.NewHub()
		s := h.Subscribe()
		p.start("Publish", func() { publish(h, 0, room) })
		p.start("Unsubscribe", s.Unsubscribe)
		p.start("Publish", func() { publish(h, room, many) })
		got := p.reads(s)
		p.wantAllReturned("a subscriber left with notes waiting, and ranged over them afterwards", "Keep 2")
		got.wantInOrder(t, 0, "a subscriber left with notes waiting", "Keep 2")
		if n := len(got.ids()); n > room {
			t.Fatalf("a subscriber left with %d notes waiting, and received %d;\nwhat's published after Unsubscribe isn't for it (Keep 2)", room, n)
		}
	})
}

// Keep 3: so many notes wait for a subscriber, and then Publish waits.
func TestPublishWaitsForASlowSubscriber(t *testing.T) {
	requireSafe(t)
	p, h := &party{t: t}, channelowner.NewHub()
	s := h.Subscribe()
	var published atomic.Int32
	p.start("Publish", func() {
		for i := range many {
			publish(h, i, i+1)
			published.Add(1)
		}
	})
	n := published.Load()
	if n < room {
		t.Fatalf("a subscriber didn't read, and Publish waited after %d notes;\n%d may wait for it (Keep 3)", n, room)
	}
	if n > 2*room {
		t.Fatalf("a subscriber didn't read, and Publish returned for %d notes;\n%d may wait for it, and then Publish does (Keep 3)", n, room)
	}
	got := p.reads(s)
	got.mayWait = true
	got.wantInOrder(t, many, "a slow subscriber caught up", "Keep 4")
	p.start("Unsubscribe", s.Unsubscribe)
	p.wantAllReturned("a slow subscriber caught up and left", "Keep 3")
}

// Keep 4: who stays gets every note, once and in order, whoever else comes and
// goes, and however long it takes.
func TestWhoStaysGetsEveryNote(t *testing.T) {
	requireSafe(t)
	kit.Bubble(t, func(t *testing.T) {
		h := channelowner.NewHub()
		reads := []string{"reads at once", "reads one note an hour", "reads one note in two hours"}
		inboxes, subs := make([]inbox, len(reads)), make([]*channelowner.Subscription, len(reads))
		var ended atomic.Int32
		for i := range reads {
			subs[i] = h.Subscribe()
			go func() {
				inboxes[i].read(subs[i], time.Duration(i)*time.Hour)
				ended.Add(1)
			}()
		}
		for i := range many {
			visitor := h.Subscribe()
			publish(h, i, i+1)
			visitor.Unsubscribe()
		}
		time.Sleep(many * 3 * time.Hour)
		for i, s := range subs {
			inboxes[i].wantInOrder(t, many, "others came and left, and a subscriber that "+reads[i]+" stayed", "Keep 4")
			s.Unsubscribe()
		}
		if synctest.Wait(); int(ended.Load()) != len(reads) {
			t.Fatal("three subscribers had received all notes and called Unsubscribe, and a range over their notes hasn't ended (Keep 2)")
		}
	})
}

// Keep 5: while Publish waits for a slow subscriber, others come and go, and each
// may call Unsubscribe as often as it likes.
func TestOthersComeAndGoWhilePublishWaits(t *testing.T) {
	requireSafe(t)
	const what = "Publish was waiting for a slow subscriber, and others came and left"
	p, h := &party{t: t}, channelowner.NewHub()
	slow := h.Subscribe()
	others := make([]*channelowner.Subscription, 8)
	for i := range others { // Publish has yet to come to some of them
		others[i] = h.Subscribe()
	}
	for range 2 {
		p.start("Publish", func() { publish(h, 0, many) }).mayWait = true
	}
	p.start("Subscribe", func() { others = append(others, h.Subscribe()) })
	p.wantAllReturned(what, "Keep 5")
	for _, s := range others {
		for range 2 {
			p.start("Unsubscribe", s.Unsubscribe)
		}
		p.wantAllReturned(what, "Keep 5")
		p.reads(s)
		p.wantAllReturned(what+" and ranged over what was left", "Keep 2")
	}
	p.start("Unsubscribe", slow.Unsubscribe)
}
