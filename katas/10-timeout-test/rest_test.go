package timeouttest_test

import (
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// TestTheRest says what go test cannot: it runs your test against the right code
// only.
func TestTheRest(t *testing.T) {
	kit.Begun(t, "notes_test.go", "8596d03b151dd336a71fe0bc55a9b58059f97259d62c6b2662700e3be946b05f")
}
