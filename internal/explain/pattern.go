package explain

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

var digits = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)

// Pattern identifies what a failed run looks like: which tests failed, and with
// which messages, numbers aside. Two repairs with the same fault have the same
// pattern. It is "" unless the status is [Fail] and a test says why.
func Pattern(status Status, tests []Test) string {
	var failed []string
	for _, t := range tests {
		if t.Status == Fail {
			failed = append(failed, t.Name+"\n"+digits.ReplaceAllString(t.Message, "#")+"\n")
		}
	}
	if status != Fail || len(failed) == 0 {
		return ""
	}
	slices.Sort(failed) // tests may move
	sum := sha256.Sum256([]byte(strings.Join(failed, "")))
	return hex.EncodeToString(sum[:6])
}
