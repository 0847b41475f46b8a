// Package gorun runs the go command and programs as children that leave nothing
// behind: in a process group of their own, with limits on time, memory and
// output, in an environment that the user's settings cannot change.
package gorun

import (
	"context"
	"sync"
	"time"
)

// DefaultMemoryLimit is above what a recursion without end takes until Go
// itself stops it and says where: some 1.2 GB, as the stack is copied while it
// grows.
const DefaultMemoryLimit = 2 << 30

// DefaultBuildLimit bounds everything before tests or a program start. The
// first build with the race detector compiles much of the standard library.
const DefaultBuildLimit = 10 * time.Minute

// Runner runs things in one module. Its methods may be called concurrently;
// its fields must not change after the first call.
type Runner struct {
	Root        string // the module root
	GoCommand   string // default "go"
	MemoryLimit int64  // bytes that the processes of one run may use together, building not included; default [DefaultMemoryLimit]; watched on Linux only

	mu      sync.Mutex
	machine *Machine // cached once everything is in order

	warmLock chan struct{}   // held while something is compiled
	warm     map[string]bool // by folder; under warmLock

	programLimit time.Duration // default defaultProgramLimit; a seam for the package's tests
}

// Environment looks at everything that the runs need, afresh. Checks that
// depend on a failed one are left out.
func (r *Runner) Environment(ctx context.Context) Environment {
	return Environment{Checks: r.look(ctx).checks}
}

// Probe returns what there is to know about this machine, remembered once
// nothing is missing: who installs a C compiler after a run need not start the
// program again.
func (r *Runner) Probe(ctx context.Context) *Machine {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.machine != nil {
		return r.machine
	}
	m := r.look(ctx)
	if m.Blocker() == "" && m.Race {
		r.machine = m
	}
	return m
}

func (r *Runner) look(ctx context.Context) *Machine {
	command := r.GoCommand
	if command == "" {
		command = "go"
	}
	m := look(ctx, r.Root, command)
	m.MemoryLimit = r.MemoryLimit
	if m.MemoryLimit <= 0 {
		m.MemoryLimit = DefaultMemoryLimit
	}
	return m
}
