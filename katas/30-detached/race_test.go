package detached_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	detached "example.com/leakproof/katas/30-detached"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 3: shares may come at the moment when the service is closed. A bubble
// has one processor, where they take turns; here they meet on several.
func TestSharesMeetClose(t *testing.T) {
	request := httptest.NewRequest(http.MethodPost, "/notes/n-1/share?to=a", nil)
	kit.Race(t, "notes were shared, and the service was closed (Restore 3)", 50, func(meet *kit.Barrier) []func() {
		q := quick{meet}
		service := detached.NewService(q, q, slog.New(slog.DiscardHandler), 4)
		h := detached.NewHandler(service)
		calls := kit.Crowd(meet, 6, 10, func(int) {
			h.ServeHTTP(httptest.NewRecorder(), request.Clone(context.Background()))
		})
		return append(calls, func() {
			meet.Pair()
			_ = service.Close(context.Background())
		})
	})
}

// A quick site lets others go on, and remembers nothing: a lock around that would
// order the requests.
type quick struct{ meet *kit.Barrier }

func (q quick) Get(context.Context, string) (detached.Note, error) {
	q.meet.Pair()
	return detached.Note{}, nil
}

func (quick) Send(context.Context, string, detached.Note) error { return nil }
