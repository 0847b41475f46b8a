package grade

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// ownGroup keeps a Ctrl+C in the console from reaching the run: the grader
// decides when a run ends.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// killGroup ends p and the processes below it that Windows still knows as its
// children.
func killGroup(p *os.Process) error {
	// Not the context of the run: that one has ended when this is called.
	ctx, cancel := context.WithTimeout(context.Background(), waitDelay)
	defer cancel()
	if err := exec.CommandContext(ctx, "taskkill", "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run(); err != nil {
		return p.Kill()
	}
	return nil
}

// sweepGroup does nothing: once its parent has exited, taskkill cannot find a
// process by its tree any more. A process that the code under test leaves
// behind therefore outlives the run; the verdict tells of it only if it holds
// the output open.
func sweepGroup(*os.Process) {}
