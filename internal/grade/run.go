package grade

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"time"
)

// Why a run was ended from outside.
var (
	errTestLimit   = errors.New("the tests ran longer than the limit")
	errBuildLimit  = errors.New("building took longer than the limit")
	errOutputLimit = errors.New("the run printed more than the limit")
)

// ending is how the go command ended.
type ending struct {
	exit   int    // exit status; -1 if it was killed or never started
	cause  error  // why it was ended from outside, or could not start; else nil
	stderr string // what the go command itself said; bounded
}

// stderrLimit bounds what is kept of the go command's own messages.
const stderrLimit = 64 << 10

// waitDelay bounds the wait for output after the go command has exited.
const waitDelay = 2 * time.Second

// run runs the go command in the module root, in its own process group, and
// returns when no process of that group is left.
func (g *Grader) run(ctx context.Context, m *machine, tempDir string, env, args []string) (*report, ending) {
	runCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	buildLimit, grace := g.buildLimit, g.grace
	if buildLimit == 0 {
		buildLimit = defaultBuildLimit
	}
	if grace == 0 {
		grace = defaultGrace
	}
	building := time.AfterFunc(buildLimit, func() { cancel(errBuildLimit) })
	defer building.Stop()
	var running *time.Timer // written by the goroutine that copies stdout, read after Wait

	r := newReport()
	stdout := &eventWriter{
		report: r,
		limit:  g.outputLimit(),
		full:   func() { cancel(errOutputLimit) },
		started: func() {
			building.Stop()
			running = time.AfterFunc(g.limit()+grace, func() { cancel(errTestLimit) })
		},
	}
	stderr := &headWriter{limit: stderrLimit}

	end := m.inGroup(runCtx, tempDir, env, stdout, stderr, m.goPath, args...)
	if running != nil {
		running.Stop()
	}
	end.stderr = stderr.buf.String()
	return r, end
}

// inGroup runs a command in the module root, in its own process group, and
// returns when no process of that group is left.
func (m *machine) inGroup(ctx context.Context, tempDir string, env []string, stdout, stderr io.Writer, name string, args ...string) ending {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = m.root
	// GOTMPDIR makes sure that a killed go command leaves no work folder.
	cmd.Env = append(env[:len(env):len(env)], "GOTMPDIR="+tempDir, "PWD="+m.root)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = waitDelay
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
	ownGroup(cmd)

	if err := cmd.Start(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return ending{exit: -1, cause: err}
	}
	err := cmd.Wait()
	sweepGroup(cmd.Process)
	end := ending{exit: cmd.ProcessState.ExitCode()}
	if err != nil && ctx.Err() != nil {
		end.cause = context.Cause(ctx)
	}
	return end
}

// headWriter keeps the first bytes written to it and drops the rest.
type headWriter struct {
	limit int
	buf   bytes.Buffer
}

func (w *headWriter) Write(p []byte) (int, error) {
	w.buf.Write(p[:min(len(p), w.limit-w.buf.Len())])
	return len(p), nil
}
