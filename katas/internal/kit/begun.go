package kit

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
)

// Begun is for katas whose learner writes the test: go test runs that against the
// right code only. Begun says how the rest of the verdict is found, and fails as
// long as the file, in the test's folder, is the one that learners begin with.
// The hash is that of its start, in hexadecimal.
func Begun(t testing.TB, file, hash string) {
	t.Helper()
	const rest = "go test runs your test against the right code only.\n" +
		"To run it against the wrong ones as well: go run ../.. check, here, or the kata's page in the workbook"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%s cannot be read (%v): go run ../.. reset, here, brings it back", file, err)
	}
	start := sha256.Sum256(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")))
	if fmt.Sprintf("%x", start) == hash {
		t.Fatalf("%s is as it was handed out. %s", file, rest)
	}
	t.Log(rest)
}
