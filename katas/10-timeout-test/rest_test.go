package timeouttest_test

import (
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// TestTheRest says what go test cannot: it runs your test against the right code
// only.
func TestTheRest(t *testing.T) {
	kit.Begun(t, "notes_test.go", "5f87524dd110ad06e4d22181c467355cf9614686eaca0fe181c9d60175b76924")
}
