package writejson_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	writejson "example.com/leakproof/katas/06-write-json"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store that always has the same notes. It lets others go on, and
// remembers nothing: a lock around that would order the requests.
type shelf struct{ meet *kit.Barrier }

func (s shelf) Get(_ context.Context, id string) (writejson.Note, error) {
	s.meet.Pair()
	if id == "none" {
		return writejson.Note{}, writejson.ErrNotFound
	}
	return writejson.Note{ID: id, Title: "Milk"}, nil
}

func (s shelf) List(ctx context.Context) ([]writejson.Note, error) {
	n, err := s.Get(ctx, "1")
	return []writejson.Note{n}, err
}

// Keep 5: requests at the same time share nothing that could race. Where
// requests take turns, whatever is locked on the way orders them and hides it.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	requests := []*http.Request{
		httptest.NewRequest(http.MethodGet, "/notes", nil),
		httptest.NewRequest(http.MethodGet, "/notes/1", nil),
		httptest.NewRequest(http.MethodGet, "/notes/none", nil),
	}
	kit.Race(t, "requests were served at the same time", 80, func(meet *kit.Barrier) []func() {
		h := writejson.NewHandler(shelf{meet}, slog.New(slog.DiscardHandler))
		return kit.Crowd(meet, 8, 24, func(n int) {
			r := requests[n%len(requests)].Clone(t.Context())
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	})
}
