package gorun

import "golang.org/x/sys/unix"

// markLimit gives a process the limit of a [mark]: how many microseconds it may
// run without a pause if it ever is a real-time process. Nothing else uses that
// limit, and so many are more than a hundred thousand years. What the process
// starts inherits it, with whatever environment and in whatever session.
func markLimit(pid int, limit uint64) error {
	var now unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_RTTIME, nil, &now); err != nil {
		return err
	}
	return unix.Prlimit(pid, unix.RLIMIT_RTTIME, &unix.Rlimit{Cur: limit, Max: now.Max}, nil)
}
