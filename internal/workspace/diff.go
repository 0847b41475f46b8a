package workspace

import (
	"github.com/aymanbagabas/go-udiff"
)

// Diff is a unified diff from the file called from to the file called to, ""
// when they say the same.
func Diff(from, to string, a, b []byte) string {
	return udiff.Unified(from, to, string(a), string(b))
}
