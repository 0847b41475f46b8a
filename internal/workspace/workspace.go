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
	"path"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/regular"
)

// Module is the path that the go.mod of a clone declares.
const Module = "example.com/leakproof"

// ErrNotFound says that no folder from the current one upwards is a clone.
var ErrNotFound = errors.New("this folder is not in a workspace or clone of leakproof, so there are no katas to repair: " +
	"change into yours, name it with --dir, or make one with `leakproof init`")

// Workspace is a clone, and the folders for what the learner wrote in it.
type Workspace struct {
	Root     string // absolute path of the module root
	Backup   string // absolute path of the folder for backups
	Attempts string // absolute path of the folder for versions that were checked

	meanwhile func() // in a test, what an editor does at each moment in which a save could be lost
}

// Find returns the root of the clone that dir is in. It fails with
// [ErrNotFound].
func Find(dir string) (root string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("the current folder has no path (%w): change into your clone", err)
	}
	for {
		mod, err := regular.Read(filepath.Join(dir, "go.mod"), regular.SourceLimit)
		if err == nil && modfile.ModulePath(mod) == Module {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", ErrNotFound
		}
		dir = up
	}
}

// Path is where the kata's file to repair lies on disk.
func (w Workspace) Path(k *course.Kata) string { return w.abs(k.Path()) }

// Repaired is where what the learner repairs lies on disk.
func (w Workspace) Repaired(k *course.Kata) string { return w.abs(k.Repaired()) }

// Dir is the kata's folder on disk.
func (w Workspace) Dir(k *course.Kata) string { return w.abs(k.Dir()) }

func (w Workspace) abs(slash string) string { return filepath.Join(w.Root, filepath.FromSlash(slash)) }

// Read returns the [course.Kata.Source] of what the learner wrote. The error
// names the next action.
func (w Workspace) Read(k *course.Kata) ([]byte, error) {
	names, err := w.repaired(k)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be listed (%w): `leakproof reset %d` puts the start back", k.Dir(), cause(err), k.Number)
	}
	files := map[string][]byte{}
	for _, name := range names {
		src, err := regular.Read(w.abs(name), regular.SourceLimit)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read (%w): `leakproof reset %d` puts the start back", name, cause(err), k.Number)
		}
		files[path.Base(name)] = src
	}
	return k.Source(files), nil
}

// repaired are the files that the learner repairs. Where it is one file, it need
// not be there.
func (w Workspace) repaired(k *course.Kata) ([]string, error) {
	if !k.Several() {
		return []string{k.Path()}, nil
	}
	entries, err := os.ReadDir(w.Dir(k))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if k.Repairs(entry.Name()) {
			names = append(names, path.Join(k.Dir(), entry.Name()))
		}
	}
	return names, nil
}

// OnlyFiles fails if something in the place of a Go file of the kata or of its
// suite is none, for which the go command would wait.
func (w Workspace) OnlyFiles(k *course.Kata) error {
	places, err := filepath.Glob(filepath.Join(w.Dir(k), "*.go"))
	if err != nil {
		return err
	}
	for name := range k.Suite {
		places = append(places, w.abs(name))
	}
	for _, place := range places {
		if strings.HasPrefix(filepath.Base(place), ".") { // an editor's
			continue
		}
		f, _, err := regular.Open(place)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Reset puts the kata back to its start: what the learner repairs, and every file
// of its suite that was edited or deleted. What it replaces is kept first;
// backups are the paths of the copies; now names their folder. If a backup cannot
// be written, nothing is changed.
func (w Workspace) Reset(k *course.Kata, now time.Time) (backups []string, err error) {
	want, err := w.version(k, k.Start())
	if err != nil {
		return nil, err
	}
	for name, data := range k.Suite {
		want[name] = data
	}
	return w.replace(k, want, now, "reset")
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
