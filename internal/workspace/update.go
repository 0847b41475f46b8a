package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/natefinch/atomic"
	"golang.org/x/mod/semver"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/regular"
)

// ErrClone says that git brings the katas up to date.
var ErrClone = errors.New("this is a clone: `git pull` brings it up to date")

// Changes is what an update did. The files are slash paths.
type Changes struct {
	From, To string   // versions
	Added    []string // files
	Changed  []string
	Removed  []string
	Kept     []string       // the learner's, though the version has others
	Backups  []string       // paths of what was replaced and was not as it had been written
	New      []*course.Kata // katas that came
	Contract []*course.Kata // katas whose brief or suite is another one now
}

// None reports whether all was up to date.
func (c Changes) None() bool {
	return len(c.Added)+len(c.Changed)+len(c.Removed) == 0
}

// Update brings a workspace to the contents of this program. What the learner
// wrote stays; a file of the suites that was edited is kept as a backup. now
// names it.
func (w Workspace) Update(c Contents, now time.Time) (done Changes, err error) {
	old, err := w.readRecord()
	if err != nil {
		return done, err
	}
	if semver.IsValid(c.Version) && semver.Compare(old.Version, c.Version) > 0 {
		return done, newer(old.Version)
	}
	done.From, done.To = old.Version, c.Version
	b := &backup{space: w, under: "update", now: now}
	defer func() { done.Backups = b.paths }()
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		if err := w.bring(name, old, c, b, &done); err != nil {
			return done, fmt.Errorf("%s cannot be updated (%w): make it writable and update again", name, cause(err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old.Files)) {
		if err := w.drop(name, old, c, &done); err != nil {
			return done, fmt.Errorf("%s cannot be removed (%w): remove it and update again", name, cause(err))
		}
	}
	for _, k := range c.katas {
		switch before := old.of(k); {
		case len(before) == 0:
			done.New = append(done.New, k)
		case !maps.EqualFunc(before, c.of(k), same):
			done.Contract = append(done.Contract, k)
		}
	}
	if err := atomic.WriteFile(w.abs(record), strings.NewReader(string(c.record()))); err != nil {
		return done, fmt.Errorf("%s cannot be written (%w): make it writable and update again", w.abs(record), cause(err))
	}
	return done, nil
}

// Version is that of the program which wrote the workspace, or has updated it
// last. It fails with [ErrClone] in a clone.
func (w Workspace) Version() (string, error) {
	old, err := w.readRecord()
	return old.Version, err
}

// readRecord is what the workspace's record says.
func (w Workspace) readRecord() (Contents, error) {
	data, err := regular.Read(w.abs(record), recordLimit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Contents{}, ErrClone
	case err != nil:
		return Contents{}, fmt.Errorf("%s cannot be read (%w): make it readable", w.abs(record), cause(err))
	}
	return readRecord(data)
}

// of is the brief and the suite of a kata, without the kit.
func (c Contents) of(k *course.Kata) map[string][]byte {
	out := map[string][]byte{}
	for name, data := range c.Files {
		if path.Dir(name) == k.Dir() && !k.Repairs(path.Base(name)) {
			out[name] = data
		}
	}
	return out
}

// bring gives a file of the workspace the contents that the version has.
func (w Workspace) bring(name string, old, c Contents, b *backup, done *Changes) error {
	want := c.Files[name]
	was, known := old.Files[name]
	have, err := regular.Read(w.abs(name), regular.SourceLimit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if known && c.learners(name) { // deleted, or renamed
			return nil
		}
		done.Added = append(done.Added, name)
		if err := os.MkdirAll(filepath.Dir(w.abs(name)), 0o755); err != nil {
			return err
		}
		return create(w.abs(name), want)
	case err == nil && same(have, want):
		return nil
	case err == nil && known && same(have, was):
	case c.learners(name):
		if !known || !same(was, want) {
			done.Kept = append(done.Kept, name)
		}
		return nil
	default:
		if err := b.copy(name); err != nil {
			return err
		}
		done.Changed = append(done.Changed, name)
		return b.swap(name, want)
	}
	done.Changed = append(done.Changed, name)
	return atomic.WriteFile(w.abs(name), strings.NewReader(string(want)))
}

// drop removes a file that the version no longer has, unless it was edited.
func (w Workspace) drop(name string, old, c Contents, done *Changes) error {
	if _, stays := c.Files[name]; stays || !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil
	}
	have, err := regular.Read(w.abs(name), regular.SourceLimit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil || !same(have, old.Files[name]):
		done.Kept = append(done.Kept, name)
		return nil
	}
	done.Removed = append(done.Removed, name)
	if err := os.Remove(w.abs(name)); err != nil {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if os.Remove(w.abs(dir)) != nil { // something else is in it
			break
		}
	}
	return nil
}
