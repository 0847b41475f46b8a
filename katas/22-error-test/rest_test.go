package errortest_test

import (
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// TestTheRest says what go test cannot: it runs your test against the right code
// only.
func TestTheRest(t *testing.T) {
	kit.Begun(t, "notes_test.go", "97d29384ab0a08fa0819bed6b82b39df4d072f74bbd63e1a94a1eddf08f3409e")
}
