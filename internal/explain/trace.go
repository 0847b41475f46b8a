package explain

import (
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/maruel/panicparse/v2/stack"
)

// trace is one goroutine of a report, or several that are alike.
type trace struct {
	count  int
	id     int    // 0 where the report does not number them
	state  string // "chan send", "sync.Mutex.Lock", "running"
	calls  []call // innermost first
	starts []call // the calls that led to the go statement, innermost first

	partial bool // the report leaves out the standard library's frames
}

// call is one frame of a stack.
type call struct {
	pkg      string // import path; "" where the report does not tell
	function string // without its package: "(*Service).Search.func1"
	file     string // as printed
	line     int
}

// name is how a sentence calls the function.
func (c call) name() string {
	if c.pkg == "" {
		return c.function
	}
	return path.Base(c.pkg) + "." + c.function
}

// race is a report of the race detector: two accesses and what made them.
type race struct {
	text     string
	accesses []access
}

// ofWaitGroup tells whether this is how sync.WaitGroup reports that Add and Wait
// meet: each marks an access by itself, and has the runtime's name in its place.
func (r race) ofWaitGroup() bool {
	return !slices.ContainsFunc(r.accesses, func(a access) bool {
		mark := call{pkg: "runtime", function: "raceread"}
		if a.write {
			mark.function = "racewrite"
		}
		return len(a.calls) == 0 || a.calls[0].pkg != mark.pkg || a.calls[0].function != mark.function
	})
}

type access struct {
	write bool
	trace
}

// What goleak reports begins with the heading; where it looked after the tests,
// the failure stands before that.
const (
	goleakHeading = "found unexpected goroutines:"
	goleakFailure = "goleak: Errors on successful test run"
)

var (
	dumpHeader   = regexp.MustCompile(`^goroutine (\d+)(?: gp=\S+)?(?: m=\S+)?(?: mp=\S+)? \[([^\]]+)\]:$`)
	goleakHeader = regexp.MustCompile(`^[\[ ]*Goroutine (\d+) in state (.+), with .* on top of the stack:$`)
	arguments    = regexp.MustCompile(`\([^()]*\)$`)
	typeParams   = regexp.MustCompile(`\[.*\]`)
)

// parseGoroutines reads the goroutines of a stack dump or of a goleak report.
// Each is parsed on its own, so that one that is garbled does not hide others.
func parseGoroutines(dump string) []trace {
	var all []trace
	var block strings.Builder
	state, id := "", 0
	flush := func() {
		if block.Len() > 0 {
			all = append(all, parseGoroutine(id, state, block.String()))
		}
		block.Reset()
	}
	for line := range strings.Lines(dump) {
		line = strings.TrimRight(line, "\r\n")
		match := dumpHeader.FindStringSubmatch(line)
		if match == nil {
			match = goleakHeader.FindStringSubmatch(line)
		}
		switch {
		case match != nil:
			flush()
			id, state = atoi(match[1]), match[2]
			// "chan send (durable), 2 minutes, synctest bubble 1"
			state, _, _ = strings.Cut(state, ", ")
			state = strings.TrimSuffix(state, " (durable)")
			fmt.Fprintf(&block, "goroutine %d [%s]:\n", id, state)
		case line == "" || line == "]":
			flush()
		case block.Len() > 0:
			block.WriteString(plainFrame(line) + "\n")
		}
	}
	flush()
	return all
}

// plainFrame leaves out of a line with a function's name what panicparse would
// have to interpret and nobody here reads: arguments and type parameters.
func plainFrame(line string) string {
	if !strings.HasPrefix(line, "\t") && !strings.HasPrefix(line, "      ") {
		line = typeParams.ReplaceAllString(arguments.ReplaceAllString(line, "()"), "")
	}
	return line
}

func parseGoroutine(id int, state, block string) trace {
	t := trace{count: 1, id: id, state: state}
	if parsed := snapshot(block); parsed != nil {
		t.calls = calls(parsed.Goroutines[0].Stack)
		t.starts = calls(parsed.Goroutines[0].CreatedBy)
	}
	return t
}

// snapshot hands one goroutine or one race report to panicparse. What it
// cannot read comes back as far as it came, or as nil.
func snapshot(text string) (parsed *stack.Snapshot) {
	// A percent sign in a function's name, among others, makes panicparse
	// panic, and what code under test prints can be anything.
	defer func() {
		if recover() != nil {
			parsed = nil
		}
	}()
	// Its error is about the rest of the text. The zero options keep it from
	// looking for source files.
	parsed, _, _ = stack.ScanSnapshot(strings.NewReader(text), io.Discard, &stack.Opts{})
	return parsed
}

func calls(s stack.Stack) []call {
	var all []call
	for _, c := range s.Calls {
		if c.Line > 0 { // else the report broke off before its position
			all = append(all, call{c.Func.ImportPath, c.Func.Name, c.RemoteSrcPath, c.Line})
		}
	}
	return all
}

var raceWords = strings.NewReplacer(
	"Previous atomic ", "Previous ", "Atomic read ", "Read ", "Atomic write ", "Write ",
	" by main goroutine:", " by goroutine 1:",
	"  [failed to restore the stack]", "  unknown()\n      ??:0",
)

// parseRaces reads every report of the race detector in an output.
func parseRaces(output string) []race {
	const rule = "=================="
	var all []race
	for {
		_, rest, ok := strings.Cut(output, raceHeading+"\n")
		if !ok {
			return all
		}
		text, after, _ := strings.Cut(rest, "\n"+rule)
		output = after
		var plain strings.Builder
		for line := range strings.Lines(raceWords.Replace(text)) {
			plain.WriteString(plainFrame(strings.TrimRight(line, "\r\n")) + "\n")
		}
		r := race{text: text}
		if parsed := snapshot(rule + "\n" + raceHeading + "\n" + plain.String() + rule + "\n"); parsed != nil {
			for _, g := range parsed.Goroutines {
				r.accesses = append(r.accesses, access{g.RaceWrite, trace{
					count: 1, id: g.ID, state: g.State, calls: calls(g.Stack), starts: calls(g.CreatedBy),
				}})
			}
		}
		all = append(all, r)
	}
}

func atoi(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0 // a number no line and no goroutine has
	}
	return n
}
