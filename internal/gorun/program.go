package gorun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.com/leakproof/internal/text"
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
// module root, and runs it as tests run: in its own process group, with limits
// on its time, its memory and its output. The error is ctx's.
func (r *Runner) RunProgram(ctx context.Context, folder string) (Program, error) {
	p := r.runProgram(ctx, folder)
	if err := ctx.Err(); err != nil {
		return Program{}, err
	}
	p.Problem = text.Sentence(p.Problem)
	return p, nil
}

func (r *Runner) runProgram(ctx context.Context, folder string) Program {
	m := r.Probe(ctx)
	if problem := m.Blocker(); problem != "" {
		return Program{Problem: problem}
	}
	dir, err := m.TempFolder()
	if err != nil {
		return Program{Problem: fmt.Sprintf("no temporary folder for the program: %v; free some space or set TMPDIR", err)}
	}
	p := r.buildProgram(ctx, m, dir, folder)
	if err := os.RemoveAll(dir); err != nil && p.Problem == "" {
		p.Problem = fmt.Sprintf("the temporary folder %s is still there: %v; remove it", dir, err)
	}
	return p
}

// Build builds the program in a folder, given by its slash path below the module
// root, as the file binary, unless it is there already and up to date. progress is
// called, from another goroutine, as packages are compiled, where the file is not
// there yet. The machine can run it. The error is ctx's, or says what is wrong and
// what to do next.
func (r *Runner) Build(ctx context.Context, folder, binary string, progress func(done, total int)) (*Machine, error) {
	m := r.Probe(ctx)
	p := Program{Problem: m.Blocker()}
	if p.Problem == "" {
		p = m.buildAt(ctx, folder, binary, progress)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if p.Problem == "" {
		return m, nil
	}
	for line := range strings.Lines(p.Output) {
		if sourceLine.MatchString(line) {
			return nil, fmt.Errorf("%s (%s)", p.Problem, text.FirstLine(line))
		}
	}
	return nil, errors.New(p.Problem)
}

func (m *Machine) buildAt(ctx context.Context, folder, binary string, progress func(done, total int)) Program {
	dir, err := m.TempFolder()
	if err != nil {
		return Program{Problem: fmt.Sprintf("no temporary folder for the build: %v; free some space or set TMPDIR", err)}
	}
	told := io.Discard
	if _, err := os.Stat(binary); errors.Is(err, os.ErrNotExist) {
		// What does not build is said by the build itself.
		out, err := m.goCommand(ctx, m.Online, "list", "-deps", "-mod=readonly", "-f", `{{if .Stale}}{{.ImportPath}}{{end}}`, "./"+folder)
		if total := len(strings.Fields(string(out))); err == nil && total > 0 {
			told = &lineCounter{each: func(done int) { progress(min(done, total), total) }}
		}
	}
	p := m.build(ctx, dir, folder, binary, told)
	if err := os.RemoveAll(dir); err != nil && p.Problem == "" {
		p.Problem = fmt.Sprintf("the temporary folder %s is still there: %v; remove it", dir, err)
	}
	return p
}

// build builds a program. told gets a line for each package that is compiled,
// and what the go command complains of.
func (m *Machine) build(ctx context.Context, dir, folder, binary string, told io.Writer) Program {
	complaints := &Head{Limit: stderrLimit}
	both := io.MultiWriter(complaints, told)
	building, cancel := context.WithTimeoutCause(ctx, DefaultBuildLimit, ErrBuildLimit)
	defer cancel()
	// The program may need modules that the workbook itself does not.
	args := []string{"build", "-mod=readonly", "-buildvcs=false", "-o", binary}
	if told != io.Discard {
		args = append(args, "-v")
	}
	end := m.Run(building, Command{TempDir: dir, Env: m.Online, Stdout: both, Stderr: both, Name: m.GoPath, Args: append(args, "./"+folder)})
	if end.Exit == 0 {
		return Program{}
	}
	p := Program{Output: complaints.String(), Problem: m.Fault(complaints.String())}
	switch {
	case end.Signal != "":
		p.Problem = GoKilled(end.Signal)
	case errors.Is(end.Cause, ErrBuildLimit):
		p.Problem = "the build did not end in time; try again when the machine is less busy"
	case end.Cause != nil:
		p.Problem = fmt.Sprintf("the go command could not be run: %v; see what `go version` says", end.Cause)
	case p.Problem == "":
		p.Problem = cmp.Or(m.CompilerFault(complaints.String()),
			fmt.Sprintf("%s does not build; restore it, for example with `git checkout %s`", folder, folder))
	}
	return p
}

func (r *Runner) buildProgram(ctx context.Context, m *Machine, dir, folder string) Program {
	binary := filepath.Join(dir, "program.exe") // Windows wants the ending, others do not mind it
	if p := m.build(ctx, dir, folder, binary, io.Discard); p.Problem != "" {
		return p
	}

	limit := r.programLimit
	if limit == 0 {
		limit = defaultProgramLimit
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	running, cancel := context.WithTimeoutCause(ctx, limit, ErrTimeLimit)
	defer cancel()
	now := make(chan struct{})
	close(now)
	// One writer for both streams keeps their lines in order.
	printed := &Head{Limit: programOutputLimit}
	end := m.Run(running, Command{
		TempDir: dir, Env: m.Offline, Stdout: printed, Stderr: printed, Name: binary,
		memory: memoryLimit{bytes: m.MemoryLimit, of: residentMemory, from: now, exceeded: func() { stop(ErrMemoryLimit) }},
	})
	p := Program{Output: strings.TrimRight(printed.String(), "\n")}
	switch {
	case errors.Is(end.Cause, ErrTimeLimit):
		p.Problem = fmt.Sprintf("the program did not end within %v and was stopped; if you changed it, `git checkout %s` brings it back", limit, folder)
	case errors.Is(end.Cause, ErrMemoryLimit):
		p.Problem = fmt.Sprintf("the program used more than %s of memory and was stopped; if you changed it, `git checkout %s` brings it back", text.Bytes(m.MemoryLimit), folder)
	case end.Signal != "":
		p.Problem = fmt.Sprintf("the program was killed by a signal (%s), which came from outside, as when memory is short, or from the program itself; run it again", end.Signal)
	case end.Cause != nil && m.Fault(end.Cause.Error()) != "":
		p.Problem = m.Fault(end.Cause.Error())
	case end.Cause != nil:
		p.Problem = fmt.Sprintf("the program could not be run: %v; try `go run ./%s`", end.Cause, folder)
	case end.Exit != 0:
		p.Problem = fmt.Sprintf("the program ended with status %d; if you changed it, `git checkout %s` brings it back", end.Exit, folder)
	}
	return p
}
