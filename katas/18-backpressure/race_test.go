package backpressure_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	backpressure "example.com/leakproof/katas/18-backpressure"
	"example.com/leakproof/katas/internal/kit"
)

// Keep 3: whatever counts the searches is used by all requests at once. A bubble
// has one processor, where they take turns; here they meet on several.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	request := httptest.NewRequest(http.MethodGet, "/notes?q=milk", nil)
	kit.Race(t, "requests were served at the same time", 40, func(meet *kit.Barrier) []func() {
		h := backpressure.NewHandler(backpressure.NewService(quick{meet}, 6))
		return kit.Crowd(meet, 8, 24, func(int) {
			h.ServeHTTP(httptest.NewRecorder(), request.Clone(context.Background()))
		})
	})
}

// A quick store lets others go on, and remembers nothing: a lock around that
// would order the requests.
type quick struct{ meet *kit.Barrier }

func (q quick) Search(context.Context, string) ([]backpressure.Note, error) {
	q.meet.Pair()
	return nil, nil
}
