package ui

import (
	"context"
	"path"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/workbook"
)

// Programs runs what a lesson or a question lets the learner run, one at a
// time, and keeps what each printed.
type Programs struct {
	look     *Look
	workbook *workbook.Workbook
	task     *Task
	running  string // the main.go under way, or ""
	printed  map[string]gorun.Program
	ended    func(error) tea.Cmd
}

// programMsg is what became of a program.
type programMsg struct {
	file    string
	program gorun.Program
	err     error
}

// NewPrograms runs programs of the workbook, and calls ended after each.
func NewPrograms(look *Look, jobs *Jobs, wb *workbook.Workbook, ended func(error) tea.Cmd) *Programs {
	p := &Programs{look: look, workbook: wb, printed: map[string]gorun.Program{}, ended: ended}
	p.task = NewTask(jobs, p.take)
	return p
}

// Run starts the program with that main.go, in place of one that is under way.
func (p *Programs) Run(file string) tea.Cmd {
	p.running = file
	return p.task.Start(func(ctx context.Context) tea.Msg {
		out, err := p.workbook.RunProgram(ctx, file)
		return programMsg{file, out, err}
	})
}

// Stop ends the program that is under way.
func (p *Programs) Stop() { p.task.Stop() }

// Ran reports whether a program has run.
func (p *Programs) Ran(file string) bool {
	_, ran := p.printed[file]
	return ran
}

func (p *Programs) take(msg tea.Msg) tea.Cmd {
	m := msg.(programMsg)
	p.running = ""
	if m.err == nil {
		p.printed[m.file] = m.program
	}
	return p.ended(m.err)
}

// Lines shows what the program printed, nothing before it has run.
func (p *Programs) Lines(file string, width int) []string {
	t := p.look.Theme
	if file == "" {
		return nil
	}
	if p.running == file {
		return Paint(t.Dim, WrapText(workbook.Running(path.Dir(file)), width))
	}
	out, ran := p.printed[file]
	if !ran {
		return nil
	}
	var lines []string
	if out.Output != "" {
		lines = append(lines, t.Dim.Render(workbook.Printed))
		lines = append(lines, Quote(t.Dim, out.Output)...)
	}
	if out.Problem != "" {
		lines = append(lines, Paint(t.Bad, WrapText(out.Problem, width))...)
	}
	return lines
}
