package idempotency_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	idempotency "example.com/leakproof/katas/27-idempotency"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 1: nor does it matter how close to each other calls come. Looking at a
// key and taking it is one step.
func TestCallsOfTheSameMoment(t *testing.T) {
	const keys = 400
	var all []*counting
	kit.Race(t, "requests came at the same moment, many with the same key", 20, func(meet *kit.Barrier) []func() {
		s := &counting{}
		all = append(all, s)
		service := idempotency.NewService(s)
		return kit.Crowd(meet, 8, keys/4, func(n int) { // each key at least twice
			_, _ = service.Create(context.Background(), "ann", fmt.Sprint(n%keys), milk)
		})
	})
	for _, s := range all {
		if s.notes > keys {
			t.Fatalf("many requests came at the same moment, with %d keys: %d notes were saved;\nwant at most one for each key (Restore 1)", keys, s.notes)
		}
	}
}

// A counting store only counts.
type counting struct {
	mu    sync.Mutex
	notes int
}

func (s *counting) Add(_ context.Context, user string, d idempotency.Draft) (idempotency.Note, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes++
	return idempotency.Note{ID: fmt.Sprint(s.notes), User: user, Draft: d}, nil
}
