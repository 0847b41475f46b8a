//go:build unix

package cli

import (
	"os/exec"
	"syscall"
)

// endGently has a command get one signal when its context ends. In a process
// group of its own it does not get the terminal's as well.
func endGently(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
}
