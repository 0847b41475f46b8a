package leaktest_test

import (
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// TestTheRest says what go test cannot: it runs your test against the right code
// only.
func TestTheRest(t *testing.T) {
	kit.Begun(t, "notes_test.go", "a3fb545cf4f2bc7471cdaa54caedd5852201f790525269498474fbb225904f6d")
}
