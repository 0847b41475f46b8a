package stampede_test

import (
	"testing"

	stampede "example.com/leakproof/katas/19-stampede"
	"example.com/leakproof/katas/internal/kit"
)

// Calls at the same time share nothing that could race, whether the preview is
// there or not.
func TestCallsMeetOnSeveralProcessors(t *testing.T) {
	ids := []string{"a", "b", "c"}
	kit.Race(t, "Preview was called at the same time", 40, func(meet *kit.Barrier) []func() {
		s := stampede.NewService(quick{meet})
		return kit.Crowd(meet, 8, 24, func(n int) { _, _ = s.Preview(ids[n%len(ids)]) })
	})
}

// A quick renderer lets others go on, and fails now and then.
type quick struct{ meet *kit.Barrier }

func (q quick) Render(id string) (string, error) {
	q.meet.Pair()
	if id == "c" {
		return "", errBoom
	}
	return drawn(id), nil
}
