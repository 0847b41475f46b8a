package timeouttest_test

import (
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// TestTheRest says what go test cannot: it runs your test against the right code
// only.
func TestTheRest(t *testing.T) {
	kit.Begun(t, "notes_test.go", "798e08fe5d9c4f0eebd7925a77f097387a25bcd183677eeb1a2c1369495ce08e")
}
