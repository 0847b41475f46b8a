package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
)

// Create writes a workspace into a folder that is not there yet, or is empty:
// whole, or not at all. home is the learner's home folder, which is refused.
func Create(dir, home string, c Contents) (err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("the folder has no path (%w): name another", err)
	}
	if err := mayHold(dir, home); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("%s cannot be made (%w): name another folder", filepath.Dir(dir), cause(err))
	}
	draft, err := os.MkdirTemp(filepath.Dir(dir), ".leakproof-*")
	if err != nil {
		return fmt.Errorf("%s is not writable (%w): name a folder elsewhere", filepath.Dir(dir), cause(err))
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }()
	if err := c.Write(draft); err != nil {
		return fmt.Errorf("the workspace cannot be written: %w; make room, or name a folder elsewhere", err)
	}
	if err := os.Chmod(draft, 0o755); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // it was empty
		return fmt.Errorf("%s cannot be replaced by the workspace (%w): name a folder that is not there yet", dir, cause(err))
	}
	return os.Rename(draft, dir)
}

// Write puts a workspace into a folder that holds nothing.
func (c Contents) Write(dir string) error {
	files := maps.Clone(c.Files)
	files[record] = c.record()
	for name, data := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// mayHold fails where a folder may not become a workspace.
func mayHold(dir, home string) error {
	if home != "" && filepath.Clean(home) == dir {
		return errors.New("your home folder does not become a workspace: name a folder in it, such as leakproof")
	}
	if root, err := Find(dir); err == nil {
		return fmt.Errorf("%s is a workspace already: `leakproof update` in it brings it to this version", root)
	} else if !errors.Is(err, ErrNotFound) {
		return err
	}
	switch entries, err := os.ReadDir(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%s cannot become a workspace (%w): name another folder", dir, cause(err))
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty (it has %s): nothing was written; name an empty folder or a new one", dir, entries[0].Name())
	}
	return nil
}
