package questions

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A mailbox is a mail server that takes d, and what it saw of one mail.
type mailbox struct {
	d     time.Duration
	trace string
	took  time.Duration
	err   error
	ended bool
	live  atomic.Int32
}

func (m *mailbox) mail(ctx context.Context) error {
	m.live.Add(1)
	defer m.live.Add(-1)
	start := time.Now()
	m.trace = TraceOf(ctx)
	select {
	case <-time.After(m.d):
	case <-ctx.Done():
		m.err = ctx.Err()
	}
	m.took, m.ended = time.Since(start), true
	return m.err
}

// shared answers one request with a trace id and lets an hour pass.
func shared(t *testing.T, m *mailbox, handler func(*Share) http.HandlerFunc) {
	t.Helper()
	share := NewShare(m.mail, slog.New(slog.DiscardHandler))
	_, client := serve(t, traced(handler(share)))
	res, err := client.Post("http://notes/notes/8c1f/share", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusAccepted {
		t.Errorf("status %d", res.StatusCode)
	}
	time.Sleep(59 * time.Minute)
	synctest.Wait()
}

func traced(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(WithTrace(r.Context(), "4bf9")))
	})
}

func onRequest(s *Share) http.HandlerFunc    { return s.OnRequest }
func onBackground(s *Share) http.HandlerFunc { return s.OnBackground }
func detached(s *Share) http.HandlerFunc     { return s.Detached }

func TestTheRequestsContextEndsWithTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mailbox{d: 2 * time.Second}
		shared(t, m, onRequest)
		if m.err != context.Canceled || m.took != 0 || m.trace != "4bf9" {
			t.Errorf("mail %q: %v after %v, want %v at once", m.trace, m.err, m.took, context.Canceled)
		}
	})
}

func TestBackgroundHasNoTraceAndNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mailbox{d: 2 * time.Second}
		shared(t, m, onBackground)
		if !m.ended || m.err != nil || m.trace != "" {
			t.Errorf("mail %q: %v, want it sent, without a trace", m.trace, m.err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		m := &mailbox{d: time.Hour} // as good as silent
		shared(t, m, onBackground)
		if live := m.live.Load(); live != 1 {
			t.Errorf("%d mails under way after 59 minutes, want 1", live)
		}
		time.Sleep(time.Minute)
	})
}

func TestDetachKeepsTheTraceAndHasAnEnd(t *testing.T) {
	for _, tt := range []struct {
		d, took time.Duration
		err     error
	}{
		{2 * time.Second, 2 * time.Second, nil},
		{time.Hour, 10 * time.Second, context.DeadlineExceeded},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := &mailbox{d: tt.d}
			shared(t, m, detached)
			if m.trace != "4bf9" || m.took != tt.took || m.err != tt.err {
				t.Errorf("mail %q: %v after %v, want %v after %v", m.trace, m.err, m.took, tt.err, tt.took)
			}
		})
	}
}

// WithoutCancel drops a deadline that was there; it must come second.
func TestTheDeadlineComesAfterWithoutCancel(t *testing.T) {
	request, cancel := context.WithTimeout(WithTrace(t.Context(), "4bf9"), 2*time.Second)
	defer cancel()
	free := context.WithoutCancel(request)
	if _, ok := free.Deadline(); ok || free.Done() != nil || TraceOf(free) != "4bf9" {
		t.Error("WithoutCancel kept a deadline or an end, or lost the trace")
	}
	bound, stop := Detach(request, time.Hour)
	defer stop()
	if at, ok := bound.Deadline(); !ok || time.Until(at) < 30*time.Minute {
		t.Errorf("Detach has the deadline %v, %v, want the hour it was given", at, ok)
	}
}

// Shutdown waits for requests. What a handler left behind is no request.
func TestShutdownDoesNotWaitForMails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mailbox{d: 5 * time.Second}
		share := NewShare(m.mail, slog.New(slog.DiscardHandler))
		srv, client := serve(t, traced(http.HandlerFunc(share.Detached)))
		res, err := client.Post("http://notes/", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if err := srv.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		synctest.Wait() // the mail may still be about to start
		if live := m.live.Load(); live != 1 {
			t.Errorf("%d mails under way after Shutdown, want 1", live)
		}
		share.Wait()
		if !m.ended || m.err != nil {
			t.Errorf("the mail after Wait: ended %v, %v", m.ended, m.err)
		}
	})
}
