//go:build unix

package relay

import "syscall"

// apart is a process group of its own: a Ctrl+C does not reach the relay, so that the workbook decides when it ends.
var apart = &syscall.SysProcAttr{Setpgid: true}
