package grade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Warm compiles what a suite is built from, under the race detector, so that
// the suite itself starts at once. On a fresh machine that is much of the
// standard library. Where all is compiled already it takes a fraction of a
// second, and nothing the second time.
//
// progress is called, from another goroutine, as packages are done; total is
// how many were missing. A failure is for information only: [Grader.Grade]
// meets the same problem and explains it.
func (g *Grader) Warm(ctx context.Context, s Suite, progress func(done, total int)) error {
	select {
	case g.warming() <- struct{}{}:
		defer func() { <-g.warming() }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if g.warm[s.Dir] {
		return nil
	}
	if err := g.compile(ctx, s.Dir, progress); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	g.warm[s.Dir] = true
	return nil
}

// warming is the lock of warm; one that ends with a context.
func (g *Grader) warming() chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.warmLock == nil {
		g.warmLock, g.warm = make(chan struct{}, 1), map[string]bool{}
	}
	return g.warmLock
}

func (g *Grader) compile(ctx context.Context, dir string, progress func(done, total int)) error {
	m := g.probe(ctx)
	if problem := m.blocker(); problem != "" {
		return errors.New(problem)
	}
	if !m.race {
		return nil // plain builds are quick
	}
	// The test binary itself, in brackets or ending in .test, is always stale.
	out, err := m.goCommand(ctx, m.online, "list", "-race", "-test", "-deps", "-mod=readonly",
		"-f", `{{if and .Stale (not .ForTest)}}{{.ImportPath}}{{end}}`, "./"+dir)
	if err != nil {
		return err
	}
	var missing []string
	for path := range strings.FieldsSeq(string(out)) {
		if !strings.HasSuffix(path, ".test") {
			missing = append(missing, path)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	tempDir, err := os.MkdirTemp(m.tempDir, "leakproof-")
	if err != nil {
		return err
	}
	names := &lineCounter{each: func(done int) { progress(min(done, len(missing)), len(missing)) }}
	end := m.inGroup(ctx, job{
		tempDir: tempDir, env: m.online, stdout: names, stderr: names,
		name: m.goPath, args: append([]string{"build", "-race", "-v", "-mod=readonly"}, missing...),
	})
	if end.exit != 0 {
		err = fmt.Errorf("compiling for the race detector ended with status %d", end.exit)
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
