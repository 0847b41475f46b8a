package workspace

import (
	"github.com/aymanbagabas/go-udiff"
)

// Diff is a unified diff from the file called from to the file called to, ""
// when they say the same.
func Diff(from, to string, a, b []byte) string {
	return udiff.Unified(from, to, string(a), string(b))
}

// FirstHunk is a [Diff] without all but its first hunk. It is "" where that
// would be the whole.
func FirstHunk(from, to string, a, b []byte) string {
	text := string(a)
	diff, err := udiff.ToUnifiedDiff(from, to, text, udiff.Lines(text, string(b)), udiff.DefaultContextLines)
	if err != nil || len(diff.Hunks) < 2 { // no error can be: the edits are of this text
		return ""
	}
	diff.Hunks = diff.Hunks[:1]
	return diff.String()
}
