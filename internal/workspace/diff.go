package workspace

import (
	"maps"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"example.com/leakproof/internal/course"
)

// Diff is a unified diff from one version of what the learner repairs to another,
// "" when they say the same. The versions are given by their
// [course.Kata.Source] and called from and to.
func Diff(k *course.Kata, from, to string, a, b []byte) string {
	var out strings.Builder
	for _, f := range changes(k, from, to, a, b) {
		out.WriteString(udiff.Unified(f.from, f.to, f.a, f.b))
	}
	return out.String()
}

// FirstHunk is a [Diff] without all but its first hunk. It is "" where that
// would be the whole.
func FirstHunk(k *course.Kata, from, to string, a, b []byte) string {
	first, hunks := "", 0
	for _, f := range changes(k, from, to, a, b) {
		diff, err := udiff.ToUnifiedDiff(f.from, f.to, f.a, udiff.Lines(f.a, f.b), udiff.DefaultContextLines)
		if err != nil { // none can be: the edits are of this text
			return ""
		}
		if hunks += len(diff.Hunks); first == "" && len(diff.Hunks) > 0 {
			diff.Hunks = diff.Hunks[:1]
			first = diff.String()
		}
	}
	if hunks < 2 {
		return ""
	}
	return first
}

// change is a file of two versions.
type change struct{ from, to, a, b string }

// changes are the files of two versions, those included that say the same.
func changes(k *course.Kata, from, to string, a, b []byte) []change {
	before, ok := k.Files(a)
	after, also := k.Files(b)
	if !ok || !also { // as they are
		before, after = map[string][]byte{k.File: a}, map[string][]byte{k.File: b}
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	var out []change
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, change{from + "/" + name, to + "/" + name, string(before[name]), string(after[name])})
	}
	return out
}
