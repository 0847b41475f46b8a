package explain

import (
	"regexp"
	"slices"
	"strings"
)

// varies is what differs between tests that fail for the same reason: figures,
// what is quoted, and names of tests and subtests.
var varies = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"|\bTest\w*(?:/\S+)?|\d+`)

// Alike groups the tests that failed by their reason, as far as it can be told:
// their messages say the same but for figures, quotes and names of tests, or end
// in the same sentence about the contract, one message names the other test, or
// they share a finding. The groups and their tests keep the order of the tests.
// What a test stands for is known of the first of a group only: the others failed
// for its reason.
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
	if a.Message != "" && (said(a.Message) == said(b.Message) || clause(a) != "" && clause(a) == clause(b)) {
		return true
	}
	if refers(a, b) || refers(b, a) {
		return true
	}
	shows := func(f Finding, t Test) bool { return f.Test == t.Name || slices.Contains(f.Also, t.Name) }
	return slices.ContainsFunc(findings, func(f Finding) bool { return shows(f, a) && shows(f, b) })
}

// said is a message without what varies.
func said(message string) string { return varies.ReplaceAllString(message, "#") }

// clause is what the last line of a message says before the number of the clause,
// as in "a failure ends the export (Keep 5)": the same may break two of them.
func clause(t Test) string {
	at := strings.LastIndexByte(t.Message, '\n')
	if match := numbered.FindStringSubmatch(t.Message[at+1:]); at >= 0 && match != nil {
		return said(match[1])
	}
	return ""
}

// numbered has a few words in front of the number: "want 3 (Keep 4)" says too little.
var numbered = regexp.MustCompile(`^(.*(?:\S+ ){4})\((?:Restore|Keep) \d`)

// refers reports whether the message of a names b, as in "as TestB says".
func refers(a, b Test) bool {
	return slices.Contains(testName.FindAllString(a.Message, -1), b.Name)
}

var testName = regexp.MustCompile(`\bTest\w*`)

// Followers are the names of the tests that failed for the reason of another one,
// by [Alike], each with the name of that one.
func Followers(all []Test, findings []Finding) map[string]string {
	out := map[string]string{}
	for _, group := range Alike(all, findings) {
		for _, t := range group[1:] {
			out[t.Name] = group[0].Name
		}
	}
	return out
}

// FailsLike is said of a test that failed for the reason of another one.
func FailsLike(first string) string { return "It fails like " + first + "." }
