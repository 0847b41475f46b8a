//go:build linux

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workspace"
)

// errNotHere is a setup that this machine or user cannot make.
var errNotHere = errors.New("not possible here")

// scene is a clone in which a case has been arranged.
type scene struct {
	space  workspace.Workspace
	kata   *course.Kata
	temp   string // for the runs
	env    []string
	undo   []func() error
	hidden []string // variables that are taken away
}

// arrange lays a case over a clone.
func (s *scene) arrange(h hostile) error {
	for name, source := range s.kata.Variant(h.Base).Files {
		if err := os.WriteFile(filepath.Join(s.space.Dir(s.kata), name), source, 0o600); err != nil {
			return err
		}
	}
	for _, f := range h.Files {
		if err := s.lay(f.Name, f.Data); err != nil {
			return err
		}
	}
	for _, line := range h.Setup {
		action, args, _ := strings.Cut(line, " ")
		do, ok := setups[action]
		if !ok {
			return fmt.Errorf("unknown setup %q", action)
		}
		if err := do(s, s.fill(args)); err != nil {
			return fmt.Errorf("setup %q: %w", line, err)
		}
	}
	for _, variable := range h.Env {
		if !strings.Contains(variable, "=") {
			s.hidden = append(s.hidden, variable)
			continue
		}
		s.env = append(s.env, s.fill(variable))
	}
	return nil
}

// lay writes a file of a case.
func (s *scene) lay(name string, data []byte) error {
	name, more := strings.CutSuffix(name, "+")
	place := s.place(name)
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		return err
	}
	if more {
		old, err := os.ReadFile(place)
		if err != nil {
			return err
		}
		data = slices.Concat(old, data)
	}
	if err := os.Remove(place); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.WriteFile(place, []byte(s.fill(string(data))), 0o700) //nolint:gosec // some are run
}

// place is where a file of a case goes: into the kata's folder unless its name
// has one of its own.
func (s *scene) place(name string) string {
	if !strings.Contains(name, "/") && !strings.HasPrefix(name, "go.") {
		return filepath.Join(s.space.Dir(s.kata), name)
	}
	return filepath.Join(s.space.Root, filepath.FromSlash(name))
}

// fill names what a case cannot know.
func (s *scene) fill(text string) string {
	return strings.NewReplacer(
		"$ROOT", s.space.Root, "$TEMP", s.temp, "$KATA", s.kata.Dir(), "$PATH", os.Getenv("PATH"),
		"$PACKAGE", strings.ReplaceAll(s.kata.Name, "-", ""),
	).Replace(text)
}

// leave takes back what was arranged outside of the clone.
func (s *scene) leave() error {
	var all error
	for _, undo := range slices.Backward(s.undo) {
		all = errors.Join(all, undo())
	}
	return all
}

// setups are what the files of a case cannot say.
var setups = map[string]func(s *scene, args string) error{
	"fifo": func(s *scene, name string) error {
		return s.instead(name, func(place string) error { return syscall.Mkfifo(place, 0o600) })
	},
	"folder": func(s *scene, name string) error {
		return s.instead(name, func(place string) error { return os.Mkdir(place, 0o700) })
	},
	"link": func(s *scene, args string) error {
		name, to, _ := strings.Cut(args, " ")
		return s.instead(name, func(place string) error { return os.Symlink(to, place) })
	},
	"gone":  func(s *scene, name string) error { return os.RemoveAll(s.place(name)) },
	"large": func(s *scene, name string) error { return os.WriteFile(s.place(name), make([]byte, 50<<20), 0o600) },
	"socket": func(s *scene, name string) error {
		return s.instead(name, func(string) error {
			// The path of a socket is short.
			dir, err := os.Getwd()
			if err != nil {
				return err
			}
			if err := os.Chdir(s.space.Dir(s.kata)); err != nil {
				return err
			}
			l, err := net.Listen("unix", name)
			if err == nil {
				s.undo = append(s.undo, l.Close)
			}
			return errors.Join(err, os.Chdir(dir))
		})
	},
	"temp": func(s *scene, options string) error {
		if err := syscall.Mount("tmpfs", s.temp, "tmpfs", 0, ""); err != nil {
			return fmt.Errorf("%w: %w", errNotHere, err)
		}
		s.undo = append(s.undo, func() error { return syscall.Unmount(s.temp, syscall.MNT_DETACH) })
		flags, size := uintptr(syscall.MS_REMOUNT), "size=1g"
		switch options {
		case "noexec":
			flags |= syscall.MS_NOEXEC
		case "full":
			size = "size=256k"
		}
		return syscall.Mount("tmpfs", s.temp, "tmpfs", flags, size)
	},
}

// instead puts something else in the place of a file.
func (s *scene) instead(name string, put func(place string) error) error {
	place := s.place(name)
	if err := os.Remove(place); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return put(place)
}
