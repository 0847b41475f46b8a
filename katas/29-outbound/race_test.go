package outbound_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// An echo answers at once, after others have come as far.
type echo struct{ meet *kit.Barrier }

func (e echo) RoundTrip(r *http.Request) (*http.Response, error) {
	e.meet.Pair()
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(ada)), Request: r}, nil
}

// Keep 6: calls at the same time share nothing that could race.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "authors were asked for at the same time", 20, func(meet *kit.Barrier) []func() {
		s := service(echo{meet})
		return kit.Crowd(meet, 8, 24, func(int) { _, _ = s.Author(kit.SlowEnd(), note) })
	})
}
