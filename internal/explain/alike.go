package explain

import (
	"regexp"
	"slices"
)

// varies is what differs between tests that fail for the same reason: figures,
// and names of tests and subtests.
var varies = regexp.MustCompile(`\bTest\w*(?:/\S+)?|\d+`)

// Alike groups the tests that failed by their reason, as far as it can be told:
// their messages say the same but for figures and names of tests, or they share
// a finding. The groups and their tests keep the order of the tests.
func Alike(all []Test, findings []Finding) [][]Test {
	var groups [][]Test
	for _, t := range all {
		if t.Status != Fail {
			continue
		}
		at := slices.IndexFunc(groups, func(g []Test) bool {
			return slices.ContainsFunc(g, func(o Test) bool { return alike(t, o, findings) })
		})
		if at < 0 {
			groups = append(groups, []Test{t})
		} else {
			groups[at] = append(groups[at], t)
		}
	}
	return groups
}

func alike(a, b Test, findings []Finding) bool {
	if a.Message != "" && varies.ReplaceAllString(a.Message, "#") == varies.ReplaceAllString(b.Message, "#") {
		return true
	}
	shows := func(f Finding, t Test) bool { return f.Test == t.Name || slices.Contains(f.Also, t.Name) }
	return slices.ContainsFunc(findings, func(f Finding) bool { return shows(f, a) && shows(f, b) })
}
