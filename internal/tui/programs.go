package tui

import (
	"context"
	"path"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/gorun"
)

// programs runs what a lesson or a question lets the learner run, one at a
// time, and keeps what each printed.
type programs struct {
	env     *env
	task    *task
	running string // the main.go under way, or ""
	printed map[string]gorun.Program
}

// programMsg is what became of a program.
type programMsg struct {
	file    string
	program gorun.Program
	err     error
}

func newPrograms(e *env, owner screen) *programs {
	return &programs{env: e, task: &task{owner: owner}, printed: map[string]gorun.Program{}}
}

// run starts the program with that main.go, in place of one that is under way.
func (p *programs) run(file string) tea.Cmd {
	p.running = file
	return p.task.start(p.env, func(ctx context.Context) tea.Msg {
		out, err := p.env.wb.RunProgram(ctx, file)
		return programMsg{file, out, err}
	})
}

func (p *programs) ended(msg programMsg) tea.Cmd {
	p.running = ""
	if msg.err == nil {
		p.printed[msg.file] = msg.program
	}
	return warn(msg.err)
}

// lines shows what the program printed, nothing before it has run.
func (p *programs) lines(file string, width int) []string {
	t := p.env.theme
	if p.running == file {
		return paint(t.dim, wrap("Running: go run ./"+path.Dir(file)+" (the first time, Go builds it)", width))
	}
	out, ran := p.printed[file]
	if !ran {
		return nil
	}
	var lines []string
	if out.Output != "" {
		lines = append(lines, t.dim.Render("It printed:"))
		lines = append(lines, prefixed(t.dim.Render("│ "), strings.Split(strings.ReplaceAll(out.Output, "\t", "    "), "\n"))...)
	}
	for _, line := range wrap(out.Problem, width) {
		if line != "" {
			lines = append(lines, t.bad.Render(line))
		}
	}
	return lines
}
