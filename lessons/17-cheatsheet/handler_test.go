package cheatsheet

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// hanging is a service whose dependency does not answer.
type hanging struct{}

func (hanging) Note(ctx context.Context, _ string) (Note, error) {
	<-ctx.Done()
	return Note{}, context.Cause(ctx)
}

func failed(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, context.DeadlineExceeded) {
		status = http.StatusGatewayTimeout
	}
	w.WriteHeader(status)
}

func TestTheHandlerAnswersWithinItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h := &Handler{notes: hanging{}, fail: failed}
		rec := httptest.NewRecorder()
		h.get(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/notes/7", nil))
		if took := time.Since(start); took != budget || rec.Code != http.StatusGatewayTimeout {
			t.Errorf("%d after %v, want 504 after %v", rec.Code, took, budget)
		}
	})
}

func TestTheHandlerStopsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, leave)
		h := &Handler{notes: hanging{}, fail: failed}
		h.get(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/notes/7", nil))
		if took := time.Since(start); took != time.Second {
			t.Errorf("back after %v, want 1s: the caller left then", took)
		}
	})
}
