package kit

import (
	"fmt"
	"path"
	"regexp"
	"runtime"
	"strings"
)

// A goroutine is one entry of a stack dump.
type goroutine struct {
	id      string
	state   string  // "chan send", "sync.Mutex.Lock", "running", ...
	durable bool    // blocked in a way that lets virtual time move
	bubble  string  // "synctest bubble 7", or "" outside
	frames  []frame // innermost first
	starter frame   // the go statement; zero for the main goroutine
}

// A frame is one call on a stack.
type frame struct {
	function string // with its package path
	position string // file.go:12
}

// others returns every goroutine of the process but the calling one.
func others() []goroutine {
	return parseStacks(dump(true))[1:] // the caller comes first
}

// current returns the calling goroutine.
func current() goroutine {
	return parseStacks(dump(false))[0]
}

// dump returns the stacks of all goroutines, or of the calling one.
func dump(all bool) []byte {
	for size := 64 << 10; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, all); n < size {
			return buf[:n]
		}
	}
}

var header = regexp.MustCompile(`^goroutine (\d+)[^\[]*\[(.*)\]:$`)

// parseStacks reads what [runtime.Stack] writes.
func parseStacks(dump []byte) []goroutine {
	var all []goroutine
	for text := range strings.SplitSeq(string(dump), "\n\n") {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		h := header.FindStringSubmatch(lines[0])
		if h == nil {
			continue
		}
		g := goroutine{id: h[1]}
		for i, part := range strings.Split(h[2], ", ") {
			switch {
			case i == 0:
				g.state, g.durable = strings.CutSuffix(part, " (durable)")
			case strings.HasPrefix(part, "synctest bubble"):
				g.bubble = part
			}
		}
		for i := 1; i+1 < len(lines); i += 2 {
			f := frame{lines[i], position(lines[i+1])}
			if starter, ok := strings.CutPrefix(lines[i], "created by "); ok {
				f.function, _, _ = strings.Cut(starter, " in goroutine ")
				g.starter = f
				break
			}
			if open := strings.LastIndexByte(f.function, '('); open > 0 {
				f.function = f.function[:open]
			}
			g.frames = append(g.frames, f)
		}
		all = append(all, g)
	}
	return all
}

// position turns "\t/home/a/notes.go:12 +0x1f" into "notes.go:12".
func position(line string) string {
	line, _, _ = strings.Cut(strings.TrimSpace(line), " +0x")
	return path.Base(strings.ReplaceAll(line, `\`, "/"))
}

// String says what g waits for, where, and which line started it.
func (g goroutine) String() string {
	var calls []string
	for _, f := range g.frames {
		if f.ofInterest() && len(calls) < 3 {
			calls = append(calls, f.String())
		}
	}
	if n := len(g.frames); len(calls) == 0 && n > 0 {
		calls = []string{g.frames[n-1].String()} // a goroutine of the standard library: what it was started for
	}
	s := "[" + g.state + "] " + strings.Join(calls, " < ")
	if g.starter.function != "testing/synctest.testingSynctestTest" { // the test's own goroutine needs no word
		s += ", started by " + g.starter.String()
	}
	return s
}

// ofInterest leaves out the standard library, whose import paths have no dot
// in their first element, and the kit: this package and those below it.
func (f frame) ofInterest() bool {
	first, _, _ := strings.Cut(f.function, "/")
	kit := strings.Contains(f.function, "/katas/internal/kit.") || strings.Contains(f.function, "/katas/internal/kit/")
	return strings.Contains(first, ".") && strings.Contains(f.function, "/") && !kit
}

// String drops the package path: (*Service).Search.func1 notes.go:41.
func (f frame) String() string {
	name := path.Base(f.function)
	if f.ofInterest() {
		_, name, _ = strings.Cut(name, ".")
	}
	return name + " " + f.position
}

// reportLines bounds a report: a leak of ten thousand goroutines reads like one of ten.
const reportLines = 8

// report lists goroutines one to a line, equal ones together.
func report(all []goroutine) string {
	count := make(map[string]int)
	var order []string
	for _, g := range all {
		s := g.String()
		if count[s] == 0 {
			order = append(order, s)
		}
		count[s]++
	}
	var b strings.Builder
	for i, s := range order {
		if i == reportLines {
			fmt.Fprintf(&b, "  and %d more kinds\n", len(order)-i)
			break
		}
		if count[s] > 1 {
			fmt.Fprintf(&b, "  %d goroutines %s\n", count[s], s)
		} else {
			fmt.Fprintf(&b, "  goroutine %s\n", s)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
