package shared

import (
	"embed"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

//go:embed *.go
var source embed.FS

// A Wait is a line of this package where a goroutine waits.
type Wait struct {
	Func  string // such as Shelf.GetNaive
	Line  string // what stands there
	State string // what the runtime says that it waits for
}

// StuckAt returns the waits at these lines, given as "Func: line", once there
// is one at each of them at the same time.
func StuckAt(lines ...string) (stuck []Wait) {
	for len(stuck) < len(lines) {
		runtime.Gosched()
		stuck = stuck[:0]
		now := waits()
		for _, line := range lines {
			i := slices.IndexFunc(now, func(w Wait) bool { return w.Func+": "+w.Line == line })
			if i >= 0 {
				stuck = append(stuck, now[i])
			}
		}
	}
	return stuck
}

var (
	header = regexp.MustCompile(`^goroutine \d+ \[([^],]+)`)
	frame  = regexp.MustCompile(`/04-channels-or-mutexes\.\(\*(\w+)\)\.(\w+)\(.*\n\s+\S*/(\w+\.go):(\d+)`)
)

// waits stops the world for a moment and returns where each goroutine that is
// in a method of this package waits.
func waits() (all []Wait) {
	dump := make([]byte, 1<<20)
	dump = dump[:runtime.Stack(dump, true)]
	for _, stack := range strings.Split(string(dump), "\n\n") {
		state, at := header.FindStringSubmatch(stack), frame.FindStringSubmatch(stack)
		if state == nil || at == nil || strings.HasPrefix(state[1], "run") {
			continue // running or runnable, so it does not wait
		}
		all = append(all, Wait{at[1] + "." + at[2], line(at[3], at[4]), state[1]})
	}
	return all
}

// line is the line of a file of this package, without what stands around it.
func line(file, number string) string {
	src, err := source.ReadFile(file)
	n, numeric := strconv.Atoi(number)
	lines := strings.Split(string(src), "\n")
	if err != nil || numeric != nil || n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[n-1])
}
