// Package workspace is the learner's clone on disk: where it is, what the
// learner wrote in it, and how a kata gets back to its start without anything
// being lost.
package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/natefinch/atomic"

	"example.com/leakproof/internal/course"
)

// Module is the path that the go.mod of a clone declares.
const Module = "example.com/leakproof"

// ErrNotFound says that no folder from the current one upwards is a clone.
var ErrNotFound = errors.New("this folder is not in a clone of leakproof, so there are no katas to repair: " +
	"change into your clone, or name it with --dir")

// Workspace is a clone and the folder that backups go to.
type Workspace struct {
	Root   string // absolute path of the module root
	Backup string // absolute path of the folder for backups
}

// Find returns the root of the clone that dir is in. It fails with
// [ErrNotFound].
func Find(dir string) (root string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("the current folder has no path (%w): change into your clone", err)
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && declares(mod, Module) {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", ErrNotFound
		}
		dir = up
	}
}

func declares(mod []byte, module string) bool {
	for line := range strings.Lines(string(mod)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "module" {
			return fields[1] == module
		}
	}
	return false
}

// Path is where the kata's file to repair lies on disk.
func (w Workspace) Path(k *course.Kata) string { return w.abs(k.Path()) }

// Dir is the kata's folder on disk.
func (w Workspace) Dir(k *course.Kata) string { return w.abs(k.Dir()) }

func (w Workspace) abs(slash string) string { return filepath.Join(w.Root, filepath.FromSlash(slash)) }

// Read returns the learner's file. The error names the next action.
func (w Workspace) Read(k *course.Kata) ([]byte, error) {
	src, err := os.ReadFile(w.Path(k))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read (%w): `leakproof reset %d` puts the start back", k.Path(), cause(err), k.Number)
	}
	return src, nil
}

// Reset puts the kata back to its start: the file to repair, and every file of
// its suite that was edited or deleted. What it replaces is kept first;
// backups are the paths of the copies; now names their folder. If a backup cannot
// be written, nothing is changed.
func (w Workspace) Reset(k *course.Kata, now time.Time) (backups []string, err error) {
	want := map[string][]byte{k.Path(): k.Start()}
	for name, data := range k.Suite {
		want[name] = data
	}
	var stale []string
	for name, data := range want {
		if src, err := os.ReadFile(w.abs(name)); err != nil || !sameText(src, data) {
			stale = append(stale, name)
		}
	}
	slices.Sort(stale)
	dir := filepath.Join(w.Backup, k.ID, now.UTC().Format("20060102T150405.000000000Z"))
	for _, name := range stale {
		kept, err := w.keep(name, dir)
		if err != nil {
			return nil, fmt.Errorf("%s was not reset: no backup could be written (%w): make %s writable, or choose another folder with --state", k.ID, err, w.Backup)
		}
		if kept != "" {
			backups = append(backups, kept)
		}
	}
	for _, name := range stale {
		if err := w.restore(name, want[name], dir); err != nil {
			return backups, fmt.Errorf("%s cannot be put back (%w): make %s writable and reset again", name, cause(err), filepath.Dir(w.abs(name)))
		}
	}
	return backups, nil
}

// keep copies a file into the backup folder. Missing files need no backup; a
// folder in a file's place is moved aside by restore.
func (w Workspace) keep(name, dir string) (string, error) {
	src, err := os.ReadFile(w.abs(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if info, statErr := os.Stat(w.abs(name)); statErr == nil && info.IsDir() {
		return filepath.Join(dir, filepath.FromSlash(name)), nil
	}
	if err != nil {
		return "", err
	}
	to := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return "", err
	}
	return to, atomic.WriteFile(to, bytes.NewReader(src))
}

func (w Workspace) restore(name string, data []byte, dir string) error {
	path := w.abs(name)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.CopyFS(to, os.DirFS(path)); err != nil {
			return err
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := atomic.WriteFile(path, bytes.NewReader(data)); err != nil {
		return err
	}
	// atomic.WriteFile creates its temporary file for the owner alone.
	return os.Chmod(path, 0o644)
}

// cause drops the operation and the path that the sentence around it already
// names.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

func sameText(a, b []byte) bool {
	crlf, lf := []byte("\r\n"), []byte("\n")
	return bytes.Equal(bytes.ReplaceAll(a, crlf, lf), bytes.ReplaceAll(b, crlf, lf))
}
