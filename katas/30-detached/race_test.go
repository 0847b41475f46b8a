package detached_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	detached "example.com/leakproof/katas/30-detached"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 3: shares may come at the moment when the service is closed. A bubble
// has one processor, where they take turns; here they meet on several.
func TestSharesMeetClose(t *testing.T) {
	request := httptest.NewRequest(http.MethodPost, "/notes/n-1/share?to=a", nil)
	kit.Race(t, "notes were shared, and the service was closed (Restore 3)", 50, func(meet *kit.Barrier) []func() {
		q := &quick{meet: meet, over: make(chan bool)}
		service := detached.NewService(q, q, slog.New(slog.DiscardHandler), 4)
		h := detached.NewHandler(service)
		calls := kit.Crowd(meet, 6, 10, func(int) {
			h.ServeHTTP(httptest.NewRecorder(), request.Clone(context.Background()))
		})
		var left atomic.Int32
		left.Store(int32(len(calls)))
		for i, call := range calls {
			calls[i] = func() {
				call()
				if left.Add(-1) == 0 {
					close(q.over)
				}
			}
		}
		return append(calls, func() {
			meet.Pair()
			q.closing.Store(true)
			_ = service.Close(context.Background())
		})
	})
}

// A quick site lets others go on, and remembers nothing: a lock around that would
// order the requests. When Close comes, mails wait until all shares have come: a
// WaitGroup that is used again while somebody wakes from its Wait ends the process.
type quick struct {
	meet    *kit.Barrier
	closing atomic.Bool
	over    chan bool
}

func (q *quick) Get(context.Context, string) (detached.Note, error) {
	q.meet.Pair()
	return detached.Note{}, nil
}

func (q *quick) Send(context.Context, string, detached.Note) error {
	if q.closing.Load() {
		<-q.over
	}
	return nil
}
