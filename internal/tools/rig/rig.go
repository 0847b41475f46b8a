//go:build linux

// Package rig is what the programs that measure the workbook share: a clone to
// throw away, a program on a pseudo-terminal with an emulated screen, and a
// look at the processes it started. It reads /proc.
package rig

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/tools/asbuilt"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// Course loads the course.
func Course() (*course.Course, error) {
	return course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
}

// Build compiles the workbook of the module in root into dir and returns its
// path.
func Build(ctx context.Context, root, dir string) (string, error) {
	out := filepath.Join(dir, "leakproof")
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"build"}, asbuilt.Flags()...), "-o", out, ".")...)
	cmd.Dir = root
	if msg, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the workbook does not build: %w\n%s", err, msg)
	}
	return out, nil
}

// Clone makes dir a clone with every kata at its start: the learner's own files
// are neither read nor touched. root is the module that it takes go.mod from.
func Clone(root, dir string, c *course.Course) (workspace.Workspace, error) {
	space := workspace.Workspace{Root: dir, Backup: filepath.Join(dir, "backups")}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
		if err != nil {
			return space, err
		}
	}
	for _, k := range c.Katas {
		if _, err := space.Reset(k, time.Now()); err != nil {
			return space, err
		}
	}
	return space, nil
}

// Welcomed makes the folder of a progress log that of a learner who has seen the
// welcome, so that the workbook begins with home.
func Welcomed(ctx context.Context, state string) error {
	log, err := progress.Open(state)
	if err != nil {
		return err
	}
	return log.Append(ctx, progress.Event{Kind: progress.KindWelcome})
}

// OpenKata goes from the home screen to a kata, by its filter.
func OpenKata(ctx context.Context, s *Screen, k *course.Kata) error {
	if _, err := s.Wait(ctx, Shows("Next:", workbook.AllDone)); err != nil {
		return err
	}
	if err := s.Press("/"); err != nil {
		return err
	}
	if err := s.Press(fmt.Sprintf("kata %02d", k.Number)); err != nil {
		return err
	}
	row := fmt.Sprintf("Kata   %02d ", k.Number)
	if _, err := s.Wait(ctx, func(text string) bool { return strings.Contains(cursorRow(text), row) }); err != nil {
		return err
	}
	return s.Press("\r\r") // to the matches, open
}
