//go:build unix

package gorun

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// group is the processes of one run: a process group, and on Linux also the
// processes that have left it, found by their [mark]. On macOS and the BSDs a
// process that moves to a group of its own escapes.
//
// The group is led by a guard, a shell that waits for the end of a pipe which
// only this process holds. However this process ends, by SIGKILL or by a
// panic that nobody recovers, the guard then ends the run. (Pdeathsig would
// reach the go command and not the tests below it, and fires early when the
// thread that started the command ends.) As the leader, the guard also keeps
// the group's number from being given to anybody else.
type group struct {
	mark  mark
	guard *exec.Cmd
	hold  io.Closer // the end of the pipe
}

// guardScript gets the two parts of the mark as its arguments. The guard itself
// is not marked, so that it comes to the last line, which ends the guard too.
const guardScript = `trap '' HUP INT QUIT TERM
read -r _
for pass in 1 2; do
	for file in $(grep -ls -e "$1" -e "$2" /proc/[0-9]*/environ /proc/[0-9]*/limits); do
		pid=${file#/proc/}
		kill -KILL "${pid%/*}"
	done
done
kill -KILL 0`

// newGroup makes a group for what is started with the mark in its environment.
// End it when no error is returned.
func newGroup(ctx context.Context, m mark) (*group, error) {
	g := &group{mark: m, guard: exec.CommandContext(ctx, "/bin/sh", "-c", guardScript, "sh", m.environment, m.limits())}
	g.guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var err error
	if g.hold, err = g.guard.StdinPipe(); err != nil {
		return nil, err
	}
	return g, g.guard.Start() // which closes the pipe if it fails
}

// start starts a command in the group.
func (g *group) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.guard.Process.Pid}
	if err := cmd.Start(); err != nil {
		return err
	}
	// A system that does not allow it leaves the mark in the environment.
	_ = markLimit(cmd.Process.Pid, g.mark.limit)
	return nil
}

// kill ends every process of the run, with the signal that nothing can ignore.
func (g *group) kill() error {
	err := g.killGroup()
	g.mark.kill()
	return err
}

func (g *group) killGroup() error {
	err := syscall.Kill(-g.guard.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, syscall.EPERM) {
		// No process left, or (macOS) only zombies.
		return os.ErrProcessDone
	}
	return err
}

// end ends what is left of the run and waits, a second at most, until it is
// gone.
func (g *group) end() {
	_ = g.killGroup() // as below, until it says that there is nobody
	_ = g.hold.Close()
	_ = g.guard.Wait() // it was killed
	// A process in the middle of starting a program has no environment for a
	// moment, hence the second look.
	for tries, clean := 0, 0; clean < 2 && tries < 1000; tries++ {
		alive := g.killGroup() == nil && groupRuns(g.guard.Process.Pid)
		if g.mark.kill() || alive {
			clean = 0
		} else {
			clean++
		}
		time.Sleep(time.Millisecond)
	}
}
