//go:build linux

package rig

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Marked lists the processes whose environment holds the variable, given as
// NAME=value. What a program starts inherits it, whatever becomes of their
// parents. A process that has ended and was not waited for does not count.
func Marked(variable string) []int {
	dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well-formed
	var pids []int
	for _, dir := range dirs {
		// Those that cannot be read have ended, or are of somebody else.
		env, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil || !slices.ContainsFunc(bytes.Split(env, []byte{0}), func(v []byte) bool { return string(v) == variable }) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Alive reports whether a process still runs. A zombie does not.
func Alive(pid int) bool {
	fields, err := statFields(pid)
	return err == nil && fields[0] != "Z" && fields[0] != "X"
}

// Usage is what a process uses.
type Usage struct {
	RSS     int64 // bytes
	Threads int
	CPU     time.Duration // user and system, in steps of 10 ms
}

// UsageOf looks at a process.
func UsageOf(pid int) (Usage, error) {
	fields, err := statFields(pid)
	if err != nil {
		return Usage{}, err
	}
	// Numbers from proc(5), less the two fields that statFields leaves out.
	var numbers [4]int64
	for i, field := range []int{14, 15, 20, 24} {
		if numbers[i], err = strconv.ParseInt(fields[field-3], 10, 64); err != nil {
			return Usage{}, err
		}
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every architecture that Go supports
	return Usage{
		CPU:     time.Duration(numbers[0]+numbers[1]) * tick,
		Threads: int(numbers[2]),
		RSS:     numbers[3] * int64(os.Getpagesize()),
	}, nil
}

// statFields are the fields of /proc/PID/stat from the third, the state, on.
func statFields(pid int) ([]string, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	_, rest, _ := bytes.Cut(data[bytes.LastIndexByte(data, ')')+1:], []byte(" "))
	fields := strings.Fields(string(rest))
	if len(fields) < 22 {
		return nil, fmt.Errorf("/proc/%d/stat is not as proc(5) says: %q", pid, data)
	}
	return fields, nil
}
