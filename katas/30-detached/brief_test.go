package detached_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

const patience = 3 * time.Second // of Close, where it gives up

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mail shares a note and returns the call of Send, after d.
func (x *site) mail(t *testing.T, kind string, d time.Duration) *call {
	t.Helper()
	x.accept(t, 1, kind)
	time.Sleep(d)
	all, _ := x.mails()
	if len(all) == 0 {
		t.Fatal("a note was shared and its share was answered, and its mail hasn't begun:\n" +
			"Send wasn't called, or its context ended at that moment. The mail outlives its response (Restore 1)")
	}
	return all[0]
}

// Restore 1: a mail goes on when the response is out.
func TestAMailOutlivesItsResponse(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if c := open(t, 2, true).mail(t, "slow", timeout); !c.sent {
			t.Errorf("a mail needs 8s, and its context %s;\nthe mail outlives its response (Restore 1)", c.ended())
		}
	})
}

// Restore 1: it carries what its request does.
func TestAMailKeepsTheRequestsValues(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if c := open(t, 2, true).mail(t, "quick", 0); c.trace != "trace of "+c.to {
			t.Errorf("the context of a request has the value %q, and that of its mail has %q in its place;\n"+
				"it keeps the request's values (Restore 1)", "trace of "+c.to, c.trace)
		}
	})
}

// Restore 1: it ends, also if the mail server hangs.
func TestAMailEndsAfterTenSeconds(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if c := open(t, 2, true).mail(t, "hung", timeout+unwind); c.told != timeout {
			t.Errorf("the mail server hangs, and 12s after Send was called, its context %s;\nit ends after 10s (Restore 1)", c.ended())
		}
	})
}

// Restore 1: a mail that had to wait has all of its time.
func TestItsTimeBeginsWithSend(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1, true)
		x.accept(t, 2, "slow")
		time.Sleep(2 * timeout)
		if _, sent := x.mails(); sent != 2 {
			t.Errorf("one mail is sent at a time, each needs 8s, and 2 were accepted: within 20s, %d were sent;\n"+
				"a mail has its 10s from the moment when Send is called, also if it had to wait for that (Restore 1)", sent)
		}
	})
}

// Restore 2: who finds no room is told so at once.
func TestWhoFindsNoRoomIsRefused(t *testing.T) {
	for _, limit := range []int{1, 3} {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, limit, true)
			x.accept(t, 2*limit, "slow")
			if got := x.answer(x.share("n-1", "slow")); !refused(got) {
				t.Fatalf("limit %d, and %d mails were accepted and aren't over: one more share got %s;\nwant a 503 at once (Restore 2)", limit, 2*limit, got)
			}
		})
	}
}

// Restore 2: shares that come in a burst find all of the room, and no more.
func TestABurst(t *testing.T) {
	burst(t, func(x *site) { x.share("late", "slow") }) // the store finds all the notes at once
	for round := 0; round < 8 && !t.Failed(); round++ { // a wrong repair may be lucky
		burst(t, func(x *site) { x.request("n-1", "slow")() }) // each before anything else happens
	}
}

func burst(t *testing.T, share func(x *site)) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 3, true)
		for range 15 {
			share(x)
		}
		x.rest()
		close(x.found)
		accepted := 0
		for _, r := range x.shares {
			if got := x.answer(r); got == "a 202" {
				accepted++
			} else if !refused(got) {
				t.Fatalf("limit 3, and 15 shares came in a burst: one got %s; want a 202 or a 503 at once (Restore 2)", got)
			}
		}
		time.Sleep(5 * timeout)
		if accepted == 15 {
			t.Fatalf("limit 3, no mails before, and 15 shares came in a burst: each got a 202;\nwant a 503 at once (Restore 2)")
		}
		if all, _ := x.mails(); accepted != 6 || len(all) != accepted {
			t.Fatalf("limit 3, no mails before, and 15 shares came in a burst: %d got a 202, and %d mails were sent;\n"+
				"3 can be sent and as many can wait, also in a burst, and each 202 is a mail (Restore 2)", accepted, len(all))
		}
	})
}

// Restore 2: when mails are over, there is room again, however they ended.
func TestThereIsRoomAgain(t *testing.T) {
	for _, kind := range []string{"quick", "failing"} {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 2, true)
			for range 3 {
				x.accept(t, 4, kind)
				time.Sleep(timeout)
			}
		})
	}
}

// duringClose has a share come while Close waits for a mail. It returns the answer
// of that moment, and the one after the mail was over and Close had returned. There
// is no bubble, as a wrong repair may have the share wait for a lock.
func duringClose(t *testing.T) (at, after string) {
	t.Helper()
	x := open(t, 1, false)
	x.accept(t, 1, "hung")
	closed := x.close(hung)
	x.rest()
	r := x.share("n-1", "quick")
	at = x.answer(r)
	x.free()
	<-closed
	return at, x.answer(r)
}

// Restore 3: a share that comes when Close has begun is refused.
func TestAClosedServiceTakesNoShares(t *testing.T) {
	if _, got := duringClose(t); !refused(got) {
		t.Errorf("Close was waiting for a mail, and a share came: it got %s; want a 503 (Restore 3)", got)
	}
}

// Restore 3: and it need not wait for that.
func TestCloseKeepsNoShareWaiting(t *testing.T) {
	if at, got := duringClose(t); at != got {
		t.Errorf("Close was waiting for a mail, and a share came: it got %s until Close had returned, and then %s;\n"+
			"it gets its answer at once (Restore 3)", at, got)
	}
}

// Restore 3: a share that's under way then is refused, or its mail is waited for.
func TestAShareUnderWayWhenCloseComes(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1, true)
		r := x.share("late", "quick")
		x.rest()
		closed := x.close(hung)
		x.rest()
		close(x.found)
		<-closed
		got := x.answer(r)
		if _, sent := x.mails(); !refused(got) && (got != "a 202" || sent == 0) {
			t.Errorf("a share was waiting for the store when Close was called: it got %s, and when Close had returned, %d mails were sent;\n"+
				"want a 503, or a 202 whose mail Close waits for (Restore 3)", got, sent)
		}
	})
}

// Restore 2 and 3: it's not the client's fault, and it may try again.
func TestARefusalIsA503(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1, true)
		x.accept(t, 2, "slow")
		full := x.answer(x.share("n-1", "slow"))
		x.free()
		x.rest()
		<-x.close(hung)
		closed := x.answer(x.share("n-1", "slow"))
		if refused(full) && full != "a 503" || refused(closed) && closed != "a 503" {
			t.Errorf("a share got %s when there was no room, and %s when the service was closed; want a 503 (Restore 2 and 3)", full, closed)
		}
	})
}

// Restore 3: when the context of Close ends, the mails do.
func TestTheEndOfCloseStopsTheMails(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2, true)
		x.accept(t, 4, "hung")
		time.Sleep(time.Second)
		<-x.close(patience)
		time.Sleep(unwind)
		all, _ := x.mails()
		for _, c := range all {
			if end := time.Second + patience; c.at < end && c.told != end {
				t.Fatalf("Close was called at 1s, and its context ended at 4s: that of a mail, which was being sent, %s;\n"+
					"it ends when that of Close does (Restore 3)", c.ended())
			}
		}
		if n := len(all); n > 2 {
			t.Errorf("limit 2, 4 mails were accepted, and the context of Close ended at 4s: %d mails were begun;\n"+
				"those that wait then aren't sent any more (Restore 3)", n)
		}
	})
}

// Keep 4: a mail that's told to stop is being sent until Send has returned.
func TestAMailThatStopsKeepsItsSlot(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1, true)
		x.accept(t, 2, "hung")
		time.Sleep(3 * timeout)
		if all, _ := x.mails(); x.peak > 1 {
			t.Errorf("limit 1, and Send takes 2s to return when it's told to stop: of %d mails, up to %d were sent at the same time.\n"+
				"A mail has its slot until Send has returned (Keep 4)", len(all), x.peak)
		}
	})
}

// Keep 5: what was accepted is waited for, also what has not begun.
func TestCloseWaitsForTheMails(t *testing.T) {
	for round := 0; round < 8 && !t.Failed(); round++ { // a wrong repair may be lucky
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 3, true)
			x.accept(t, 6, "quick")
			end := <-x.close(hung)
			if _, sent := x.mails(); sent != 6 || end.took != 2*time.Second || end.err != nil {
				t.Errorf("limit 3, and 6 mails of 1s were accepted: Close returned \"%v\" after %v, with %d of them sent;\n"+
					"want nil after 2s, with all of them sent (Keep 5)", end.err, end.took, sent)
			}
		})
	}
}

// Keep 5 and 6: a mail that was promised and isn't sent is not passed over.
func TestACloseThatGivesUpSaysSo(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2, true)
		x.accept(t, 4, "hung")
		end := <-x.close(patience)
		if end.took > patience+unwind || !errors.Is(end.err, context.DeadlineExceeded) {
			t.Errorf("the mails hang, and the context of Close ended at 3s: Close returned \"%v\" at %v;\n"+
				"want an error in which errors.Is finds context.DeadlineExceeded, at the latest when the mails have stopped (Keep 5)", end.err, end.took)
		}
		time.Sleep(4 * timeout)
		for _, r := range x.shares {
			x.wantRecord(t, r.to, "a mail was accepted, and the context of Close ended before it was sent")
		}
	})
}

// Keep 6: a mail that isn't sent leaves a record, as nobody waits for its error.
func TestAFailedMailIsLogged(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2, true)
		c := x.mail(t, "failing", timeout)
		x.wantRecord(t, c.to, "a mail failed")
	})
}

// Keep 7: until the response, the client's end is the request's.
func TestTheStoreStopsWithTheClient(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2, true)
		r := x.share("late", "quick")
		x.rest()
		r.leave()
		if got := x.answer(r); got == "no answer yet" {
			t.Error("the store was looking for a note, and the client left: the context of Get goes on;\n" +
				"the store gets the request's context, or one derived from it (Keep 7)")
		}
	})
}

// Keep 7: the other responses.
func TestOtherResponsesStay(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2, true)
		for range 5 { // more than there is room for
			for id, want := range kit.Sorted(map[string]string{"missing": "a 404", "broken": "a 500", "overdue": "a 500"}) {
				if got := x.answer(x.share(id, "quick")); got != want {
					t.Fatalf("the store had no note to share (%s), and the share got %s; want %s (Keep 7)", id, got, want)
				}
			}
		}
		if all, _ := x.mails(); len(all) > 0 {
			t.Errorf("the store had no note to share, and Send was called %d times (Keep 7)", len(all))
		}
	})
}
