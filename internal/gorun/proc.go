package gorun

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// This file looks at the process table through /proc as Linux has it. On
// other systems it finds nothing: memory is not watched there, and a process
// that has left the group of its run is not found.

// markName is the variable whose value, random for each run, marks the
// processes of a run. Children inherit it wherever they move to; only one that
// is started with another environment and in another group is lost.
const markName = "LEAKPROOF_RUN"

// killMarked ends every process whose environment holds the mark and reports
// whether there was one. A process that has ended but was not waited for has
// no environment.
func killMarked(mark string) (found bool) {
	// A place without /proc has no such names.
	names, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range names {
		if !marked(name, mark) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil {
			continue
		}
		// The process is held by a file descriptor before the second look, so
		// that the signal cannot reach another one that has got its number.
		p, err := os.FindProcess(pid)
		if err != nil {
			continue // it has ended
		}
		if marked(name, mark) {
			found = true
			_ = p.Kill() // what did not end is found again
		}
		_ = p.Release() // of a process that is not a child there is nothing to keep
	}
	return found
}

// marked tells whether an environ file of /proc holds the mark. What cannot be
// read belongs to somebody else or has ended.
func marked(environ, mark string) bool {
	content, err := os.ReadFile(environ)
	return err == nil && bytes.Contains(append([]byte{0}, content...), []byte("\x00"+mark+"\x00"))
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
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	var total int64
	if statm, err := os.ReadFile(filepath.Join(dir, "statm")); err == nil {
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
	names, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task", "*", "children"))
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
