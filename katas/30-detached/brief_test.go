package detached_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	detached "example.com/leakproof/katas/30-detached"
	"example.com/leakproof/katas/internal/kit"
)

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

// Restore 1.
func TestAMailOutlivesItsResponse(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if c := open(t, 2).mail(t, "slow", timeout); !c.sent {
			t.Errorf("a mail needs 8s, and its context %s;\nthe mail outlives its response (Restore 1)", c.ended())
		}
	})
}

func TestAMailKeepsTheRequestsValues(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if c := open(t, 2).mail(t, "quick", 0); c.trace != "trace of "+c.to {
			t.Errorf("the context of a request has the value %q, and that of its mail has %q in its place;\n"+
				"it keeps the request's values (Restore 1)", "trace of "+c.to, c.trace)
		}
	})
}

func TestAMailEndsAfterTenSeconds(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if c := open(t, 2).mail(t, "hung", timeout+unwind); c.told != timeout {
			t.Errorf("the mail server hangs, and 12s after Send was called, its context %s;\nit ends after 10s (Restore 1)", c.ended())
		}
	})
}

func TestItsTimeBeginsWithSend(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1)
		x.accept(t, 2, "slow")
		time.Sleep(2 * timeout)
		if _, sent := x.mails(); sent != 2 {
			t.Errorf("one mail is sent at a time, each needs 8s, and 2 were accepted: within 20s, %d were sent;\n"+
				"a mail has its 10s from the moment when Send is called, also if it had to wait for that (Restore 1)", sent)
		}
	})
}

// Restore 2.
func TestWhoFindsNoRoomIsRefused(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1)
		x.accept(t, 2, "slow")
		if got := x.answer(x.share("n-1", "slow")); !refused(got) {
			t.Fatalf("limit 1, and 2 mails were accepted and aren't over: one more share got %s;\nwant a 503 at once (Restore 2)", got)
		}
	})
}

func TestABurst(t *testing.T) {
	burst(t, func(x *site) { x.share("late", "slow") }) // the store finds all the notes at once
	for round := 0; round < 8 && !t.Failed(); round++ { // a wrong repair may be lucky
		burst(t, func(x *site) { x.request("n-1", "slow")() }) // each before anything else happens
	}
}

func burst(t *testing.T, share func(x *site)) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 3)
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

func TestThereIsRoomAgain(t *testing.T) {
	for _, kind := range []string{"quick", "failing"} {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 2)
			for range 3 {
				x.accept(t, 4, kind)
				time.Sleep(timeout)
			}
		})
	}
}

// Restore 3. There is no bubble, as a wrong repair may have the share wait for a lock.
func TestAClosedServiceTakesNoShares(t *testing.T) {
	x := open(t, 1)
	x.rest = func() { kit.Settle(t) }
	x.accept(t, 1, "hung")
	x.close(hung)
	x.rest()
	switch got := x.answer(x.share("n-1", "quick")); {
	case got == unanswered:
		t.Error("Close was waiting for a mail, and a share came, which now waits as long as Close does;\nit gets a 503 at once (Restore 3)")
	case !refused(got):
		t.Errorf("Close was waiting for a mail, and a share came: it got %s; want a 503 (Restore 3)", got)
	}
}

func TestAShareUnderWayWhenCloseComes(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1)
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
		x := open(t, 1)
		x.accept(t, 2, "slow")
		full := x.answer(x.share("n-1", "slow"))
		time.Sleep(2 * timeout)
		<-x.close(hung)
		closed := x.answer(x.share("n-1", "slow"))
		if refused(full) && full != "a 503" || refused(closed) && closed != "a 503" {
			t.Errorf("a share got %s when there was no room, and %s when the service was closed; want a 503 (Restore 2 and 3)", full, closed)
		}
	})
}

func TestTheEndOfCloseStopsTheMails(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2)
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

// Keep 4.
func TestAMailThatStopsKeepsItsSlot(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1)
		x.accept(t, 2, "hung")
		time.Sleep(timeout + unwind/2)
		if n := x.sending.Live(); n > 1 {
			t.Errorf("limit 1, and Send takes 2s to return when it's told to stop: 1s after that, %d calls are under way.\n"+
				"A mail has its slot until Send has returned (Keep 4)", n)
		}
	})
}

// Keep 5.
func TestCloseWaitsForTheMails(t *testing.T) {
	for round := 0; round < 8 && !t.Failed(); round++ { // a wrong repair may be lucky
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 3)
			x.accept(t, 6, "quick")
			end := <-x.close(hung)
			if _, sent := x.mails(); sent != 6 || end.took != 2*time.Second || end.err != nil {
				t.Errorf("limit 3, and 6 mails of 1s were accepted: Close returned \"%v\" after %v, with %d of them sent;\n"+
					"want nil after 2s, with all of them sent (Keep 5)", end.err, end.took, sent)
			}
		})
	}
}

// Keep 5 and 6.
func TestACloseThatGivesUpSaysSo(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2)
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

func TestAFailedMailIsLogged(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2)
		c := x.mail(t, "failing", timeout)
		x.wantRecord(t, c.to, "a mail failed")
	})
}

// Keep 7.
func TestTheStoreStopsWithTheClient(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2)
		r := x.share("late", "quick")
		x.rest()
		r.leave()
		if got := x.answer(r); got == unanswered {
			t.Error("the store was looking for a note, and the client left: the context of Get goes on;\n" +
				"the store gets the request's context, or one derived from it (Keep 7)")
		}
	})
}

func TestOtherResponsesStay(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2)
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

// Restore 3, on several processors: in a bubble, shares and Close take turns.
func TestSharesMeetClose(t *testing.T) {
	request := httptest.NewRequest(http.MethodPost, "/notes/n-1/share?to=a", nil)
	kit.Race(t, "notes were shared, and the service was closed (Restore 3)", 50, func(meet *kit.Barrier) []func() {
		q := &quick{meet: meet}
		service := detached.NewService(q, q, slog.New(slog.DiscardHandler), 4)
		h := detached.NewHandler(service)
		calls := kit.Crowd(meet, 6, 10, func(int) {
			h.ServeHTTP(httptest.NewRecorder(), request.Clone(context.Background()))
		})
		for i, call := range calls {
			q.shares.Add(1)
			calls[i] = func() {
				defer q.shares.Done()
				call()
			}
		}
		return append(calls, func() {
			meet.Pair()
			q.closing.Store(true)
			_ = service.Close(context.Background())
		})
	})
}
