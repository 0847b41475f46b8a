//go:build unix

package grade

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// ownGroup makes the command the leader of a process group of its own, so that
// whatever it starts can be ended with it.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// killGroup ends every process of the group that p leads.
func killGroup(p *os.Process) error {
	err := syscall.Kill(-p.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, syscall.EPERM) {
		// No process left, or (macOS) only zombies.
		return os.ErrProcessDone
	}
	return err
}

// sweepGroup ends what is left of the group after its leader has exited and
// waits until it is gone. A process that moved to a group of its own escapes.
func sweepGroup(p *os.Process) {
	for range 200 {
		if killGroup(p) != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}
