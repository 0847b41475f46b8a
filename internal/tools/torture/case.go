//go:build linux

package main

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/tools/txtar"
)

//go:embed cases/*.txtar
var cases embed.FS

// A hostile is one thing that a learner, a machine or an attacker may do, and
// what must become of it. It is a txtar archive whose comment has a line for
// each field, such as "status: untrusted"; what begins with # is for readers.
// Its files are laid over a clone in which the kata is solved (or as base
// says); in a file whose name ends in + the text goes to the end of what is
// there. A name without a folder is one in the kata's.
type hostile struct {
	Name  string
	Quick bool // part of the test command: it is known before anything is built

	Base   string   // variant to begin with: "solution" unless said
	Env    []string // NAME=VALUE; NAME alone takes the variable away
	Setup  []string // what files cannot say: see the setups
	Files  []txtar.File
	Status []string // one of these must be the verdict's
	Says   string   // part of what the verdict says
}

// load reads the cases, in the order of their names.
func load() ([]hostile, error) {
	entries, err := fs.ReadDir(cases, "cases")
	if err != nil {
		return nil, err
	}
	var all []hostile
	for _, e := range entries {
		data, err := fs.ReadFile(cases, path.Join("cases", e.Name()))
		if err != nil {
			return nil, err
		}
		h, err := parse(strings.TrimSuffix(e.Name(), ".txtar"), data)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

func parse(name string, data []byte) (hostile, error) {
	archive := txtar.Parse(data)
	h := hostile{Name: name, Base: "solution", Files: archive.Files}
	for line := range strings.Lines(string(archive.Comment)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch field {
		case "quick":
			h.Quick = true
		case "base":
			h.Base = value
		case "env":
			h.Env = append(h.Env, value)
		case "setup":
			h.Setup = append(h.Setup, value)
		case "status":
			h.Status = strings.Fields(value)
		case "says":
			h.Says = value
		default:
			return h, fmt.Errorf("cases/%s.txtar: unknown field %q", name, field)
		}
	}
	if len(h.Status) == 0 {
		return h, fmt.Errorf("cases/%s.txtar: say in status what the verdict must be", name)
	}
	return h, nil
}
