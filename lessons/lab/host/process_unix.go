//go:build unix

package host

import (
	"os"
	"strconv"
	"syscall"
	"time"
)

// niceness is how far the lab stands back behind what else the machine does.
const niceness = 10

// beNice lowers the priority of this process and of those that it starts.
// Linux keeps it for each thread. It is a courtesy: where it is refused, the lab
// runs as it is.
func beNice() {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, niceness)
	}
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, niceness)
		}
	}
}

// processorTime is what this process has used of the processors.
func processorTime() (time.Duration, bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}

// openFiles is how many files and connections this process holds open.
func openFiles() (int, bool) {
	for _, dir := range []string{"/proc/self/fd", "/dev/fd"} {
		if files, err := os.ReadDir(dir); err == nil {
			return len(files) - 1, true // without the folder itself
		}
	}
	return 0, false
}

// waitable is the same pipe, to be used in its place: a goroutine waits for it
// without a thread. A thread that waits keeps the only processor, on an idle
// machine for 10 ms and more, and whoever sent a request meanwhile waits with it.
func waitable(pipe *os.File) *os.File {
	fd := int(pipe.Fd())
	if info, err := pipe.Stat(); err != nil || info.Mode()&os.ModeNamedPipe == 0 || syscall.SetNonblock(fd, true) != nil {
		return pipe
	}
	return os.NewFile(uintptr(fd), pipe.Name())
}
