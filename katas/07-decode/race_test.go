package decode_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	decode "example.com/leakproof/katas/07-decode"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store that lets others go on, and remembers nothing: a lock
// around that would order the requests.
type shelf struct{ meet *kit.Barrier }

func (s shelf) Create(_ context.Context, n decode.Note) (decode.Note, error) {
	s.meet.Pair()
	return n, nil
}

// Keep 7: requests at the same time share nothing that could race. Where
// requests take turns, whatever is locked on the way orders them and hides it.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	bodies := []string{`{"title":"Milk","content":"two"}`, `{"title":""}`, `{"title":"Milk"}`}
	kit.Race(t, "requests were served at the same time", 80, func(meet *kit.Barrier) []func() {
		h := decode.NewHandler(shelf{meet})
		return kit.Crowd(meet, 8, 24, func(n int) {
			r := httptest.NewRequest(http.MethodPost, "/notes", strings.NewReader(bodies[n%len(bodies)]))
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	})
}
