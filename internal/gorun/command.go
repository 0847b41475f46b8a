package gorun

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
)

// Why a run was ended from outside.
var (
	ErrTimeLimit   = errors.New("the run took longer than the limit")
	ErrBuildLimit  = errors.New("building took longer than the limit")
	ErrOutputLimit = errors.New("the run printed more than the limit")
	ErrMemoryLimit = errors.New("the run used more memory than the limit")
)

// Ending is how a command ended.
type Ending struct {
	Exit   int    // exit status; -1 if it was killed or never started
	Cause  error  // why it was ended by this program, or could not start; else nil
	Signal string // the signal that killed it, if this program did not: "killed"
	Stderr string // what the go command itself said of a test run; bounded
}

// stderrLimit bounds what is kept of the go command's own messages.
const stderrLimit = 64 << 10

// Command is a command and what it runs with.
type Command struct {
	TempDir        string // where the go command works
	Env            []string
	Stdin          io.Reader // nil is an empty one; a file is handed to the command itself
	Stdout, Stderr io.Writer
	Name           string
	Args           []string

	memory memoryLimit
}

// Run runs a command in the module root and returns when no process that it has
// started is left; see [group].
func (m *Machine) Run(ctx context.Context, c Command) Ending {
	mark := newMark()
	group, err := newGroup(ctx, mark)
	if err != nil {
		return notRun(ctx, err)
	}
	defer group.end() // also after a panic

	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	cmd.Dir = m.Root
	// GOTMPDIR makes sure that a killed go command leaves no work folder.
	cmd.Env = append(c.Env[:len(c.Env):len(c.Env)], "GOTMPDIR="+c.TempDir, "PWD="+m.Root, mark.environment)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	cmd.WaitDelay = waitDelay
	cmd.Cancel = group.kill
	if err := group.start(cmd); err != nil {
		return notRun(ctx, err)
	}
	if c.memory.exceeded != nil {
		watching, stop := context.WithCancel(ctx)
		var watcher sync.WaitGroup
		watcher.Go(func() { c.memory.watch(watching, cmd.Process.Pid) })
		defer watcher.Wait()
		defer stop()
	}
	err = cmd.Wait()
	end := Ending{Exit: cmd.ProcessState.ExitCode()}
	switch signal, killed := strings.CutPrefix(cmd.ProcessState.String(), "signal: "); {
	case err != nil && ctx.Err() != nil:
		end.Cause = context.Cause(ctx)
	case killed:
		end.Signal = signal
	}
	return end
}

// notRun is the ending of a command that could not be started.
func notRun(ctx context.Context, err error) Ending {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return Ending{Exit: -1, Cause: err}
}

// Head keeps the first bytes written to it and drops the rest.
type Head struct {
	Limit int // bytes
	buf   bytes.Buffer
}

// Write implements [io.Writer]; it never fails.
func (h *Head) Write(p []byte) (int, error) {
	h.buf.Write(p[:min(len(p), h.Limit-h.buf.Len())])
	return len(p), nil
}

// String is what was kept.
func (h *Head) String() string { return h.buf.String() }
