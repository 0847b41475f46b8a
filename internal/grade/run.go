package grade

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os/exec"
	"sync"
	"time"
)

// Why a run was ended from outside.
var (
	errTestLimit   = errors.New("the tests ran longer than the limit")
	errBuildLimit  = errors.New("building took longer than the limit")
	errOutputLimit = errors.New("the run printed more than the limit")
	errMemoryLimit = errors.New("the run used more memory than the limit")
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

// run runs the go command for one suite and returns when no process of the run
// is left.
func (g *Grader) run(ctx context.Context, m *machine, tempDir string, env, args []string) (*report, ending) {
	r := newReport()
	end := g.runAll(ctx, m, tempDir, env, args, 1, func(event) *report { return r }, func(*report) {})
	return r, end
}

// runAll runs the go command for n suites and returns when no process of the
// run is left. The function of says whose report an event belongs in; ended is
// called, from another goroutine, when a suite has its result.
func (g *Grader) runAll(ctx context.Context, m *machine, tempDir string, env, args []string, n int, of func(event) *report, ended func(*report)) ending {
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
	running := map[*report]*time.Timer{} // written by the goroutine that copies stdout, read after Wait

	testing := make(chan struct{})
	memory := memoryLimit{bytes: g.memoryLimit(), of: largestChild, from: testing, exceeded: func() { cancel(errMemoryLimit) }}

	stdout := &eventWriter{
		of:    of,
		limit: n * g.outputLimit(),
		full:  func() { cancel(errOutputLimit) },
		started: func(r *report) {
			if len(running) == 0 {
				close(testing)
			}
			running[r] = time.AfterFunc(g.limit()+grace, func() { cancel(errTestLimit) })
			if len(running) == n {
				building.Stop()
			}
		},
		ended: func(r *report) {
			running[r].Stop()
			ended(r)
		},
	}
	stderr := &headWriter{limit: stderrLimit}

	end := m.inGroup(runCtx, job{tempDir: tempDir, env: env, stdout: stdout, stderr: stderr, memory: memory, name: m.goPath, args: args})
	for _, timer := range running {
		timer.Stop()
	}
	end.stderr = stderr.buf.String()
	return end
}

// job is a command and what it runs with.
type job struct {
	tempDir        string
	env            []string
	stdout, stderr io.Writer
	memory         memoryLimit
	name           string
	args           []string
}

// inGroup runs a command in the module root and returns when no process that
// it has started is left; see [group].
func (m *machine) inGroup(ctx context.Context, j job) ending {
	mark := markName + "=" + rand.Text()
	group, err := newGroup(ctx, mark)
	if err != nil {
		return notRun(ctx, err)
	}
	defer group.end() // also after a panic

	cmd := exec.CommandContext(ctx, j.name, j.args...)
	cmd.Dir = m.root
	// GOTMPDIR makes sure that a killed go command leaves no work folder.
	cmd.Env = append(j.env[:len(j.env):len(j.env)], "GOTMPDIR="+j.tempDir, "PWD="+m.root, mark)
	cmd.Stdout, cmd.Stderr = j.stdout, j.stderr
	cmd.WaitDelay = waitDelay
	cmd.Cancel = group.kill
	if err := group.start(cmd); err != nil {
		return notRun(ctx, err)
	}
	if j.memory.exceeded != nil {
		watching, stop := context.WithCancel(ctx)
		var watcher sync.WaitGroup
		watcher.Go(func() { j.memory.watch(watching, cmd.Process.Pid) })
		defer watcher.Wait()
		defer stop()
	}
	err = cmd.Wait()
	end := ending{exit: cmd.ProcessState.ExitCode()}
	if err != nil && ctx.Err() != nil {
		end.cause = context.Cause(ctx)
	}
	return end
}

// notRun is the ending of a command that could not be started.
func notRun(ctx context.Context, err error) ending {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return ending{exit: -1, cause: err}
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
