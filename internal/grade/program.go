package grade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Limits of a program that a lesson runs.
const (
	defaultProgramLimit = 20 * time.Second
	programOutputLimit  = 16 << 10 // bytes
)

// Program is what became of a program that a lesson runs.
type Program struct {
	Output  string // what it printed on both streams; bounded
	Problem string // one sentence, if it did not build, failed or was ended: what happened and what to do next
}

// RunProgram builds the program in a folder, given by its slash path below the
// module root, and runs it with the rules of a suite: in its own process
// group, with limits on its time, its memory and its output. The error is ctx's.
func (g *Grader) RunProgram(ctx context.Context, folder string) (Program, error) {
	p := g.runProgram(ctx, folder)
	if err := ctx.Err(); err != nil {
		return Program{}, err
	}
	p.Problem = sentence(p.Problem)
	return p, nil
}

func (g *Grader) runProgram(ctx context.Context, folder string) Program {
	m := g.probe(ctx)
	if problem := m.blocker(); problem != "" {
		return Program{Problem: problem}
	}
	dir, err := os.MkdirTemp(m.tempDir, "leakproof-")
	if err != nil {
		return Program{Problem: fmt.Sprintf("no temporary folder for the program: %v; free some space or set TMPDIR", err)}
	}
	p := g.buildProgram(ctx, m, dir, folder)
	if err := os.RemoveAll(dir); err != nil && p.Problem == "" {
		p.Problem = fmt.Sprintf("the temporary folder %s is still there: %v; remove it", dir, err)
	}
	return p
}

func (g *Grader) buildProgram(ctx context.Context, m *machine, dir, folder string) Program {
	binary := filepath.Join(dir, "program.exe") // Windows wants the ending, others do not mind it
	complaints := &headWriter{limit: stderrLimit}
	building, cancel := context.WithTimeoutCause(ctx, defaultBuildLimit, errBuildLimit)
	defer cancel()
	// The program may need modules that the workbook itself does not.
	end := m.inGroup(building, job{
		tempDir: dir, env: m.online, stdout: complaints, stderr: complaints,
		name: m.goPath, args: []string{"build", "-mod=readonly", "-buildvcs=false", "-o", binary, "./" + folder},
	})
	if end.exit != 0 {
		return Program{
			Output:  complaints.buf.String(),
			Problem: fmt.Sprintf("%s does not build; restore it, for example with `git checkout %s`", folder, folder),
		}
	}

	limit := g.programLimit
	if limit == 0 {
		limit = defaultProgramLimit
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	running, cancel := context.WithTimeoutCause(ctx, limit, errTestLimit)
	defer cancel()
	now := make(chan struct{})
	close(now)
	// One writer for both streams keeps their lines in order.
	printed := &headWriter{limit: programOutputLimit}
	end = m.inGroup(running, job{
		tempDir: dir, env: m.offline, stdout: printed, stderr: printed, name: binary,
		memory: memoryLimit{bytes: g.memoryLimit(), of: residentMemory, from: now, exceeded: func() { stop(errMemoryLimit) }},
	})
	p := Program{Output: strings.TrimRight(printed.buf.String(), "\n")}
	switch {
	case errors.Is(end.cause, errTestLimit):
		p.Problem = fmt.Sprintf("the program did not end within %v and was stopped; if you changed it, `git checkout %s` brings it back", limit, folder)
	case errors.Is(end.cause, errMemoryLimit):
		p.Problem = fmt.Sprintf("the program used more than %s of memory and was stopped; if you changed it, `git checkout %s` brings it back", inBytes(g.memoryLimit()), folder)
	case end.cause != nil:
		p.Problem = fmt.Sprintf("the program could not be run: %v; try `go run ./%s`", end.cause, folder)
	case end.exit != 0:
		p.Problem = fmt.Sprintf("the program ended with status %d; if you changed it, `git checkout %s` brings it back", end.exit, folder)
	}
	return p
}
