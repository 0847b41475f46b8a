package stream_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: when the client leaves, the handler returns, whether the note changes
// or not.
func TestTheHandlerEndsWithItsClient(t *testing.T) {
	for _, changes := range []int{0, 3} {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t)
			p := x.show(t, true)
			for range changes {
				x.change("Milk")
				time.Sleep(time.Second)
			}
			time.Sleep(10 * time.Second)
			p.leave()
			if left := x.left(); left != "" {
				t.Errorf("a client saw %d changes and then left, and its handler %s.\n"+
					"The note didn't change any more: the handler returns at once all the same (Restore 1)", changes, left)
			}
		})
	}
}

// Restore 2: then the store keeps no place for it any more, however it ended.
func TestTheWatchEndsWithItsStream(t *testing.T) {
	for _, reads := range []bool{true, false} {
		kit.Bubble(t, func(t *testing.T) {
			x, how := open(t), "a client left"
			p := x.show(t, reads)
			if reads {
				p.leave()
			} else {
				how = "a client took no event for 11s"
				x.change("Milk")
				time.Sleep(11 * time.Second)
			}
			time.Sleep(time.Minute)
			if returned := x.running.Live() == 0; returned && x.watching() > 0 {
				t.Errorf("%s, and its handler returned: the store still keeps a place for its watch (Restore 2)", how)
			}
		})
	}
}

// Restore 2: and no goroutine goes on.
func TestNoGoroutineOutlivesItsStream(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t)
		_ = x.show(t, false)
		x.change("Milk", "Bread", "Tea")
		synctest.Wait()
		x.cancel()
		time.Sleep(time.Minute)
		if x.late.Load() > 0 {
			t.Errorf("a request was cancelled while its handler sent 3 changes. The handler returned,\n" +
				"and after that, a goroutine of it still wrote to the response (Restore 2)")
		}
	})
}

// wantEvents fails t unless a page has just these events once nothing happens any
// more: changes to the titles, and "deleted".
func wantEvents(t *testing.T, clause, when string, p *page, want ...string) {
	t.Helper()
	synctest.Wait()
	if !slices.Equal(p.events, want) {
		t.Fatalf("%s: a page has the events %q;\nwant %q (%s)", when, p.events, want, clause)
	}
}

// Keep 3: the header comes at once, before any change.
func TestThePageIsConnectedAtOnce(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		p := open(t).show(t, true)
		if p.header == nil || p.header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("a page was opened, and the note hasn't changed yet: the page has the header %v;\n"+
				"want one with the Content-Type text/event-stream, at once (Keep 3)", p.header)
		}
	})
}

// Keep 3: each change comes at once, to each page, in order.
func TestEachChangeIsSentAtOnce(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t)
		first, second := x.show(t, true), x.show(t, true)
		x.change("Milk")
		if synctest.Wait(); first.got.Load() == 0 {
			time.Sleep(time.Minute)
			if synctest.Wait(); first.got.Load() == 0 {
				t.Fatalf("the note has changed, and a minute later a page hasn't got it (Keep 3)")
			}
			t.Fatalf("the note has changed, and a page got it only later: each change comes at once (Keep 3)")
		}
		wantEvents(t, "Keep 3", "the note has just changed", first, "Milk")
		wantEvents(t, "Keep 3", "the note has just changed", second, "Milk")
		first.leave()
		synctest.Wait()
		x.change("Bread", "Rice", "Rice", "Tea")
		wantEvents(t, "Keep 3", "one of two pages was closed, and the note has just changed four more times", second, "Milk", "Bread", "Rice", "Rice", "Tea")
	})
}

// Keep 3: from the header on, no change is missed.
func TestAPageMissesNoChange(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t)
		x.flushed = sync.OnceFunc(func() { x.change("Milk") })
		p := x.show(t, true)
		x.change("Bread")
		time.Sleep(time.Minute) // that each comes at once is another test's
		wantEvents(t, "Keep 3", "the note changed when the page had just got its header, and then again", p, "Milk", "Bread")
	})
}

// Keep 4: as long as the client stays, so does its stream.
func TestAQuietStreamGoesOn(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t)
		p := x.show(t, true)
		titles := []string{"Milk", "Bread"}
		for i, title := range titles {
			time.Sleep(time.Hour)
			if synctest.Wait(); x.running.Live() == 0 {
				t.Fatalf("the note didn't change for an hour, and its stream had ended;\n" +
					"it goes on as long as its client stays (Keep 4)")
			}
			x.change(title)
			time.Sleep(time.Second)
			wantEvents(t, "Keep 4; each event has its 10s, whatever the server's WriteTimeout",
				"the note changed after a quiet hour", p, titles[:i+1]...)
		}
	})
}

// Keep 5: a client has 10s for each event.
func TestAStuckClientLosesItsStream(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t)
		_ = x.show(t, false)
		x.change("Milk")
		time.Sleep(9 * time.Second)
		if synctest.Wait(); x.running.Live() == 0 {
			t.Errorf("a client had taken no byte of an event for 9s, and its handler had returned;\n" +
				"it has 10s for each event (Keep 5)")
		}
		time.Sleep(2 * time.Second)
		if left := x.left(); left != "" {
			t.Errorf("a client took no byte of an event for 11s, and its handler %s;\nit has 10s for each event (Keep 5)", left)
		}
	})
}

// Keep 6: when the note is deleted, the stream ends.
func TestADeletedNoteEndsTheStream(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t)
		p := x.show(t, true)
		x.delete()
		time.Sleep(time.Second)
		if left := x.left(); left != "" && slices.Contains(p.events, "deleted") {
			t.Errorf("the note was deleted, and 1s later its page had been told, but the handler %s (Keep 6)", left)
		} else if left != "" {
			t.Errorf("the note was deleted, and 1s later its stream went on: the handler %s,\n"+
				"and the page has the events %q (Keep 6)", left, p.events)
		}
	})
}

// Keep 6: and the page is told.
func TestThePageIsToldOfTheDeletion(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t)
		p := x.show(t, true)
		x.change("Milk")
		time.Sleep(time.Second)
		x.delete()
		time.Sleep(time.Second)
		if x.running.Live() == 0 { // else its stream goes on
			wantEvents(t, "Keep 6", "the note has changed, and then it was deleted", p, "Milk", "deleted")
		}
	})
}
