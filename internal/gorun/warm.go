package gorun

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Warm compiles what the tests in a folder are built from, under the race
// detector, so that they start at once. On a fresh machine that is much of the
// standard library. Where all is compiled already it takes a fraction of a
// second, and nothing the second time.
//
// The folder goes by its slash path below the module root. progress is called,
// from another goroutine, as packages are done; total is how many were missing.
// A failure is for information only: who runs the tests meets the same problem.
func (r *Runner) Warm(ctx context.Context, folder string, progress func(done, total int)) error {
	select {
	case r.warming() <- struct{}{}:
		defer func() { <-r.warming() }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if r.warm[folder] {
		return nil
	}
	if err := r.compile(ctx, folder, progress); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	r.warm[folder] = true
	return nil
}

// warming is the lock of warm; one that ends with a context.
func (r *Runner) warming() chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.warmLock == nil {
		r.warmLock, r.warm = make(chan struct{}, 1), map[string]bool{}
	}
	return r.warmLock
}

func (r *Runner) compile(ctx context.Context, folder string, progress func(done, total int)) error {
	m := r.Probe(ctx)
	if problem := m.Blocker(); problem != "" {
		return errors.New(problem)
	}
	if !m.Race {
		return nil // plain builds are quick
	}
	// The test binary itself, in brackets or ending in .test, is always stale.
	out, err := m.goCommand(ctx, m.Online, "list", "-race", "-test", "-deps", "-mod=readonly",
		"-f", `{{if and .Stale (not .ForTest)}}{{.ImportPath}}{{end}}`, "./"+folder)
	if err != nil {
		return err
	}
	var missing []string
	for path := range strings.FieldsSeq(string(out)) {
		if !strings.HasSuffix(path, ".test") && !strings.HasSuffix(path, "/"+folder) { // what the tests test is built with them
			missing = append(missing, path)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	tempDir, err := m.TempFolder()
	if err != nil {
		return err
	}
	names := &lineCounter{each: func(done int) { progress(min(done, len(missing)), len(missing)) }}
	end := m.Run(ctx, Command{
		TempDir: tempDir, Env: m.Online, Stdout: names, Stderr: names,
		Name: m.GoPath, Args: append([]string{"build", "-race", "-v", "-mod=readonly"}, missing...),
	})
	if end.Exit != 0 {
		err = fmt.Errorf("compiling for the race detector ended with status %d", end.Exit)
	}
	return errors.Join(err, os.RemoveAll(tempDir))
}

// lineCounter counts lines: go build -v prints one for each package.
type lineCounter struct {
	lines int
	each  func(lines int)
}

func (c *lineCounter) Write(p []byte) (int, error) {
	if n := bytes.Count(p, []byte("\n")); n > 0 {
		c.lines += n
		c.each(c.lines)
	}
	return len(p), nil
}
