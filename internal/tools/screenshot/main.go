//go:build linux

// Screenshot plays the workbook on a pseudo-terminal and draws what its screen
// shows: the pictures of the README as SVG, and a recording of the loop as an
// SVG that moves.
//
//	go run ./internal/tools/screenshot
//
// It works in a clone of its own that it throws away: neither the katas of this
// one nor the learner's progress are touched.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/charmbracelet/x/vt"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tools/rig"
	"example.com/leakproof/internal/workspace"
)

// The size of every picture, in cells.
const (
	columns = 120
	rows    = 32
)

// stillFor is how long nothing may change before a picture is taken.
const stillFor = 400 * time.Millisecond

func main() {
	log.SetFlags(0)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := run(ctx); err != nil {
		log.Fatal(err) //nolint:gocritic // the context ends with the process
	}
}

func run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "leakproof-screenshot-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c, err := rig.Course()
	if err != nil {
		return err
	}
	program, err := rig.Build(ctx, ".", dir)
	if err != nil {
		return err
	}
	for _, s := range scenes {
		p := player{program: program, course: c, dir: filepath.Join(dir, s.file)}
		pictures, err := p.play(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.file, err)
		}
		drawn := drawPicture(pictures[len(pictures)-1])
		if s.moves {
			drawn = drawRecording(pictures)
		}
		if err := os.WriteFile(filepath.Join("internal", "tools", "screenshot", s.file), drawn, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// player is a learner who plays one scene.
type player struct {
	program, dir string
	course       *course.Course
	space        workspace.Workspace
	screen       *rig.Screen
}

// play plays a scene and returns the picture after each of its steps.
func (p *player) play(ctx context.Context, s scene) (pictures []picture, err error) {
	clone := filepath.Join(p.dir, "clone")
	if err := os.MkdirAll(clone, 0o700); err != nil {
		return nil, err
	}
	if p.space, err = rig.Clone(".", clone, p.course); err != nil {
		return nil, err
	}
	if err := os.CopyFS(filepath.Join(clone, "lessons"), os.DirFS("lessons")); err != nil { // a lab is built
		return nil, err
	}
	cmd := exec.CommandContext(ctx, p.program, append([]string{"--state", filepath.Join(p.dir, "state"), "--theme", "dark"}, s.args...)...)
	cmd.Dir = clone
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "LEAKPROOF_SETTINGS="+filepath.Join(p.dir, "settings.toml"))
	if p.screen, err = rig.Start(cmd, columns, rows); err != nil {
		return nil, err
	}
	for _, step := range s.steps {
		if err = p.do(ctx, step); err != nil {
			break
		}
		p.screen.Look(func(e *vt.Emulator) { pictures = append(pictures, take(e, step.lasts)) })
	}
	return pictures, errors.Join(err, p.screen.Press("\x03"), p.screen.End(ctx))
}

func (p *player) do(ctx context.Context, s step) error {
	if s.saves != "" {
		k, err := p.course.FindKata(s.kata)
		if err != nil {
			return err
		}
		if err := os.WriteFile(p.space.Path(k), k.Variant(s.saves).Files[k.File], 0o600); err != nil {
			return err
		}
	}
	if err := p.screen.Press(s.keys); err != nil {
		return err
	}
	if s.runs == 0 {
		return p.screen.Still(ctx, rig.Shows(s.until), stillFor)
	}
	if _, err := p.screen.Wait(ctx, rig.Shows(s.until)); err != nil {
		return err
	}
	select {
	case <-time.After(s.runs):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
