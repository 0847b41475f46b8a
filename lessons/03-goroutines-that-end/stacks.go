package lifetimes

import (
	"bufio"
	"bytes"
	"fmt"
	"regexp"
	"runtime/pprof"
	"strings"
)

// Waiting returns, for each function of this package that goroutines are
// in, how many there are: the goroutine profile, boiled down.
func Waiting() (map[string]int, error) {
	var profile bytes.Buffer
	err := pprof.Lookup("goroutine").WriteTo(&profile, 1)
	if err != nil {
		return nil, err
	}
	return boilDown(&profile), nil
}

var (
	header = regexp.MustCompile(`^(\d+) @ `)
	frame  = regexp.MustCompile(`03-goroutines-that-end\.(\S+)\+0x`)
)

// boilDown reads stacks, each with a header that says how many goroutines
// have it, and keeps the innermost function of this package.
func boilDown(profile *bytes.Buffer) map[string]int {
	counts := map[string]int{}
	n := 0
	lines := bufio.NewScanner(profile)
	for lines.Scan() {
		if m := header.FindStringSubmatch(lines.Text()); m != nil {
			_, _ = fmt.Sscan(m[1], &n) // digits, by the pattern
		} else if m := frame.FindStringSubmatch(lines.Text()); m != nil {
			if !strings.HasPrefix(m[1], "Waiting") {
				counts[m[1]] += n
			}
			n = 0 // the outer functions of this stack do not count
		}
	}
	return counts
}
