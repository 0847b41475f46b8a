package gorun

import (
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"

	"example.com/leakproof/internal/text"
)

// This file names what the machine did to a run. The go command and its tools
// say it in words only; none of these words is about somebody's code.

// faults are signs of what the machine lacks, and what to say of the line that
// has one. The first that is found counts: a compiler without memory also
// fails. Lines that begin with a place in Go source are not looked at.
var faults = []struct {
	sign *regexp.Regexp
	say  func(m *Machine, said string, match []string) string
}{
	{regexp.MustCompile(`(?i)no space left on device|disk quota exceeded|not enough space on the disk|\[signal SIGBUS`), (*Machine).full},
	{regexp.MustCompile(`(?i)cannot allocate memory|out of memory|memory exhausted|failed to allocate 0x`), func(_ *Machine, said string, _ []string) string {
		return fmt.Sprintf("the machine is out of memory (%s); close other programs and try again", said)
	}},
	{regexp.MustCompile(`failed to create new OS thread|(?i)resource temporarily unavailable`), func(_ *Machine, said string, _ []string) string {
		return fmt.Sprintf("the machine allows no further process or thread (%s); close other programs, or raise the limit that `ulimit -u` shows", said)
	}},
	{regexp.MustCompile(`(?i)too many open files`), func(_ *Machine, said string, _ []string) string {
		return fmt.Sprintf("the machine allows no further open file (%s); raise the limit that `ulimit -n` shows", said)
	}},
	{regexp.MustCompile(`(?:^|: )(\S+): signal: ([a-z -]+)`), (*Machine).toolKilled},
	{regexp.MustCompile(`(\w+) terminated with signal \d+ \[([\w ]+)`), (*Machine).toolKilled},
	{regexp.MustCompile(`(?:[\w ]+) signal terminated program (\w+)()`), (*Machine).toolKilled},
	{regexp.MustCompile(`fork/exec (.+): ([^:]+)$`), (*Machine).notExecuted},
	{regexp.MustCompile(`(?i)read-only file system|input/output error|could not create (?:build|module) cache|failed to initialize build cache|^(?:go: )?(?:open|mkdir) .*: (?:permission denied|not a directory)`), func(_ *Machine, said string, _ []string) string {
		return fmt.Sprintf("a folder that the build writes to cannot be used (%s); make it writable, or set TMPDIR, GOCACHE or GOMODCACHE to another one", said)
	}},
}

// Fault finds a fault of the machine in what a build printed, or a command that
// could not start: one sentence with the next action, or "".
func (m *Machine) Fault(printed string) string {
	var lines []string
	for line := range strings.Lines(printed) {
		// What is indented belongs to such a line.
		if line = strings.TrimRight(line, "\r\n"); !sourceLine.MatchString(line) && !strings.HasPrefix(line, "\t") {
			lines = append(lines, line)
		}
	}
	for _, f := range faults {
		for _, line := range lines {
			if match := f.sign.FindStringSubmatch(line); match != nil {
				return f.say(m, strings.TrimPrefix(text.FirstLine(line), "go: "), match)
			}
		}
	}
	return ""
}

var sourceLine = regexp.MustCompile(`^(?:vet: )?\S.*?\.go:\d+`)

func (m *Machine) full(said string, _ []string) string {
	return fmt.Sprintf("there is no space left for the build (%s); free some in %s and in the build cache %s, or set TMPDIR or GOCACHE to another folder",
		said, m.temp(), m.cache)
}

// tools are those of a build, by the names of their programs.
var tools = map[string]string{
	"compile": "the Go compiler", "link": "the Go linker", "asm": "the Go assembler", "cgo": "cgo", "vet": "go vet",
	"cc1": "the C compiler", "gcc": "the C compiler", "clang": "the C compiler", "collect2": "the C linker", "ld": "the C linker",
}

func (m *Machine) toolKilled(said string, match []string) string {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(match[1], `\`, "/")), ".exe")
	tool := tools[name]
	if tool == "" {
		tool = name
	}
	return killed(tool, said)
}

// GoKilled is about a go command that somebody else has ended.
func GoKilled(signal string) string { return killed("the go command", signal) }

func killed(tool, said string) string {
	return fmt.Sprintf("%s was killed by a signal from outside (%s), as the system does when memory is short; close other programs and try again", tool, said)
}

// faultOf is [Machine.Fault] of a go command that failed, or could not start.
func (m *Machine) faultOf(err error) string {
	if signal, killed := strings.CutPrefix(err.Error(), "signal: "); killed {
		return GoKilled(signal)
	}
	return m.Fault(err.Error())
}

// scanned is how Windows says that a program which was just written may not start,
// or is gone.
var scanned = regexp.MustCompile(`(?i)contains a virus|blocked by group policy|access is denied|being used by another process|cannot find the (?:file|path)`)

func (m *Machine) notExecuted(said string, match []string) string {
	denied := strings.Contains(match[2], "permission denied") || strings.Contains(match[2], "not permitted")
	if denied && strings.HasPrefix(match[1], m.temp()) {
		setting := "TMPDIR"
		if m.tempDir != "" {
			setting = "GOTMPDIR"
		}
		return fmt.Sprintf("the temporary folder %s forbids the execution of programs (%s); set %s to a folder that allows it", m.temp(), match[2], setting)
	}
	if scanned.MatchString(match[2]) && strings.HasPrefix(match[1], m.temp()) {
		return fmt.Sprintf("a virus scanner, or a rule of who manages this machine, keeps a program from starting that was just built (%s); "+
			"have %s left out of the scan, or set GOTMPDIR to a folder that is", match[2], m.temp())
	}
	return fmt.Sprintf("a program of the build cannot be started (%s); see whether it is there and may be executed, or install Go again", said)
}

// CacheFault tries to write to the build cache: a go command that cannot does not
// say so, but that it cannot find the standard library. It is "" if all is well.
func (m *Machine) CacheFault() string {
	if m.cache == "" {
		return ""
	}
	f, err := os.CreateTemp(m.cache, "leakproof-")
	if err == nil {
		_, err = f.Write(make([]byte, 64<<10))
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if err == nil {
		return ""
	}
	if fault := m.Fault(err.Error()); fault != "" {
		return fault
	}
	return fmt.Sprintf("the build cache cannot be written (%v); make it writable, or set GOCACHE to another folder", err)
}

// temp is where temporary folders go.
func (m *Machine) temp() string {
	if m.tempDir != "" {
		return m.tempDir
	}
	return os.TempDir()
}

var (
	cFails  = regexp.MustCompile(`^(?:# )?runtime/cgo\b|running \S+ failed|cgo: C compiler|\bcgo: exit status`)
	cReason = regexp.MustCompile(`(?i)cannot find|error:|undefined reference|unrecognized|not found`)
)

// CompilerFault is [Machine.Fault] of the C compiler and its linker, which the
// race detector needs, where no C code is compiled but Go's own.
func (m *Machine) CompilerFault(printed string) string {
	failed, reason := "", ""
	for line := range strings.Lines(printed) {
		line = strings.TrimSpace(line)
		switch {
		case failed == "" && cFails.MatchString(line):
			failed = line
		case failed != "" && reason == "" && cReason.MatchString(line):
			reason = line
		}
	}
	if failed == "" {
		return ""
	}
	if reason == "" {
		reason = strings.TrimPrefix(failed, "# ")
	}
	return fmt.Sprintf("the C compiler that the race detector needs fails with %s (%s); set it right, or %s",
		m.compiler, text.FirstLine(reason), installCompiler())
}
