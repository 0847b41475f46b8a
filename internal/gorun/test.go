package gorun

import (
	"context"
	"time"
)

// TestRun is one go command that builds and runs the tests of some packages.
type TestRun struct {
	TempDir     string
	Args        []string // of `go test -json`: flags and packages
	Packages    int      // how many they are
	BuildLimit  time.Duration
	Limit       time.Duration // how long each package may run before it is ended from outside
	OutputLimit int           // bytes that each package may print

	Report func(Event) *Report // whose event it is; nil drops it
	Ended  func(*Report)       // called, from another goroutine, when a package has its result
}

// List runs `go list` with these flags and packages, and returns what it
// complained of and whether it succeeded.
func (m *Machine) List(ctx context.Context, tempDir string, env []string, args ...string) (said string, ok bool) {
	stderr := &Head{Limit: stderrLimit}
	end := m.Run(ctx, Command{TempDir: tempDir, Env: env, Stderr: stderr, Name: m.GoPath, Args: append([]string{"list"}, args...)})
	return stderr.String(), end.Exit == 0
}

// Test runs tests and returns when no process of the run is left. Compilers may
// use what they need; each test binary, with the processes that it has
// started, keeps to the limit of memory.
func (m *Machine) Test(ctx context.Context, t TestRun) Ending {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	building := time.AfterFunc(t.BuildLimit, func() { cancel(ErrBuildLimit) })
	defer building.Stop()
	running := map[*Report]*time.Timer{} // written by the goroutine that copies stdout, read after Run

	testing := make(chan struct{})
	stdout := &eventWriter{
		of:    t.Report,
		limit: t.Packages * t.OutputLimit,
		full:  func() { cancel(ErrOutputLimit) },
		started: func(r *Report) {
			if len(running) == 0 {
				close(testing)
			}
			running[r] = time.AfterFunc(t.Limit, func() { cancel(ErrTimeLimit) })
			if len(running) == t.Packages {
				building.Stop()
			}
		},
		ended: func(r *Report) {
			running[r].Stop()
			t.Ended(r)
		},
	}
	stderr := &Head{Limit: stderrLimit}

	end := m.Run(ctx, Command{
		TempDir: t.TempDir, Env: m.Offline, Stdout: stdout, Stderr: stderr,
		Name: m.GoPath, Args: append([]string{"test", "-json"}, t.Args...),
		memory: memoryLimit{bytes: m.MemoryLimit, of: largestChild, from: testing, exceeded: func() { cancel(ErrMemoryLimit) }},
	})
	for _, timer := range running {
		timer.Stop()
	}
	end.Stderr = stderr.String()
	return end
}
