package gorun

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file looks at the process table through /proc as Linux has it. On
// other systems it finds nothing: memory is not watched there, and a process
// that has left the group of its run is not found.

// markName is the variable that holds the mark of a run.
const markName = "LEAKPROOF_RUN"

// mark is what the processes of one run, and no others, have. Children inherit
// both parts wherever they move to. The environment is there from the first
// instant; the limit stays with a process that is started with another one.
type mark struct {
	environment string // "LEAKPROOF_RUN=", and something random
	limit       uint64 // see [markLimit]
}

func newMark() mark {
	var number [8]byte
	_, _ = rand.Read(number[:]) // it never fails
	return mark{environment: markName + "=" + rand.Text(), limit: 1<<62 | binary.NativeEndian.Uint64(number[:])>>2}
}

// limits is the limit as a file of /proc shows it.
func (m mark) limits() string { return " " + strconv.FormatUint(m.limit, 10) + " " }

// on tells whether a process that runs has the mark. What cannot be read
// belongs to somebody else or has ended.
func (m mark) on(pid int) bool {
	file := func(name string) []byte {
		content, _ := os.ReadFile(inProc(pid, name))
		return content
	}
	marked := bytes.Contains(append([]byte{0}, file("environ")...), []byte("\x00"+m.environment+"\x00")) ||
		bytes.Contains(file("limits"), []byte(m.limits()))
	if !marked {
		return false
	}
	_, running := groupOf(pid)
	return running
}

// kill ends every process that has the mark and reports whether there was one.
func (m mark) kill() (found bool) {
	for _, pid := range processes() {
		if !m.on(pid) {
			continue
		}
		// The process is held by a file descriptor before the second look, so
		// that the signal cannot reach another one that has got its number.
		p, err := os.FindProcess(pid)
		if err != nil {
			continue // it has ended
		}
		if m.on(pid) {
			found = true
			_ = p.Kill() // what did not end is found again
		}
		_ = p.Release() // of a process that is not a child there is nothing to keep
	}
	return found
}

// processes lists the process table. It is empty where there is no /proc, and
// where /proc is that of other processes: their numbers mean something else.
func processes() []int {
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return nil
	}
	names, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	var all []int
	for _, name := range names {
		if pid, err := strconv.Atoi(filepath.Base(name)); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

// groupOf is the process group of a process, and whether it runs: one that has
// ended stays in the table until somebody waits for it, which in a container
// without an init may be never.
func groupOf(pid int) (group int, running bool) {
	stat, err := os.ReadFile(inProc(pid, "stat"))
	if err != nil {
		return 0, false
	}
	// The program's name is in brackets, and may hold brackets and spaces.
	words := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(words) < 3 {
		return 0, false
	}
	group, err = strconv.Atoi(words[2])
	return group, err == nil && words[0] != "Z" && words[0] != "X"
}

// groupRuns tells whether a process of a group runs; true where nobody knows.
func groupRuns(group int) bool {
	all := processes()
	return len(all) == 0 || slices.ContainsFunc(all, func(pid int) bool {
		of, running := groupOf(pid)
		return running && of == group
	})
}

func inProc(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}

// memoryEvery is how often a run's memory is looked at. A loop that does
// nothing but allocate takes some 100 MB in that time.
const memoryEvery = 100 * time.Millisecond

// memoryLimit ends a run that uses too much memory. The zero value does not.
//
// It watches resident memory from outside: GOMEMLIMIT only makes the collector
// work harder, and RLIMIT_AS counts the terabytes of address space that the
// race detector reserves.
type memoryLimit struct {
	bytes    int64
	of       func(pid int) int64 // what a process uses: residentMemory or largestChild
	from     <-chan struct{}     // closed when watching begins: compilers may use what they need
	exceeded func()              // called at most once
}

// watch looks at the process and those below it until ctx ends.
func (l memoryLimit) watch(ctx context.Context, pid int) {
	select {
	case <-l.from:
	case <-ctx.Done():
		return
	}
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	for l.of(pid) <= l.bytes {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
	l.exceeded()
}

// residentMemory is what a process and those below it use, in bytes; 0 if this
// system does not say.
func residentMemory(pid int) int64 {
	var total int64
	if statm, err := os.ReadFile(inProc(pid, "statm")); err == nil {
		if words := strings.Fields(string(statm)); len(words) > 1 {
			pages, _ := strconv.ParseInt(words[1], 10, 64) // the kernel writes a number
			total = pages * int64(os.Getpagesize())
		}
	}
	for _, child := range children(pid) {
		total += residentMemory(child)
	}
	return total
}

// largestChild is what one child of a process and those below it use, in bytes:
// of the child that uses most. The go command's are a compiler or linker, or a
// suite.
func largestChild(pid int) int64 {
	var largest int64
	for _, child := range children(pid) {
		largest = max(largest, residentMemory(child))
	}
	return largest
}

// children lists the processes that a process has started and that still run.
func children(pid int) []int {
	var all []int
	names, _ := filepath.Glob(inProc(pid, "task/*/children"))
	for _, name := range names {
		list, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		for word := range strings.FieldsSeq(string(list)) {
			if child, err := strconv.Atoi(word); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}
