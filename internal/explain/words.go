package explain

import (
	"fmt"
	"strings"

	"example.com/leakproof/internal/text"
)

// Bounds of what a verdict carries, in bytes.
const (
	outputLimit  = 16 << 10
	messageLimit = 4 << 10
	readLimit    = 64 << 10 // of one message, before its reports are read out of it
)

// firstLine is the first line of s in a length that fits into a sentence.
func firstLine(s string) string { return text.FirstLine(withoutMarks(s)) }

// withoutMarks is the first line of s without what the runtime adds to a panic
// that was recovered.
func withoutMarks(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	for _, mark := range []string{" [recovered, repanicked]", " [recovered]"} {
		line = strings.TrimSuffix(line, mark)
	}
	return line
}

func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}

func tests(n int) string {
	if n == 1 {
		return "1 test"
	}
	return fmt.Sprintf("%d tests", n)
}

func allTests(n int) string {
	if n == 1 {
		return "the only test"
	}
	return fmt.Sprintf("all %d tests", n)
}
