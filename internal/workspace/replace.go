package workspace

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/regular"
)

// ErrNoBackup says that nothing of the learner's was ever replaced.
var ErrNoBackup = errors.New("there is no backup")

// Restore puts a version of what the learner repairs in place, given by its
// [course.Kata.Source]. What it replaces is kept as [Workspace.Reset] keeps it.
func (w Workspace) Restore(k *course.Kata, src []byte, now time.Time) (backups []string, err error) {
	want, err := w.version(k, src)
	if err != nil {
		return nil, err
	}
	return w.replace(k, want, now, "restored")
}

// version is what a version's files have to hold, by slash path. Those that it
// does not have are nil.
func (w Workspace) version(k *course.Kata, src []byte) (map[string][]byte, error) {
	files, ok := k.Files(src)
	if !ok {
		return nil, fmt.Errorf("this version of %s cannot be taken apart into its files, because a line of one looks like a heading, such as -- notes.go --: put the files back by hand", k.Dir())
	}
	want := map[string][]byte{}
	present, err := w.repaired(k)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be listed (%w): make it readable", k.Dir(), cause(err))
	}
	for _, name := range present {
		want[name] = nil
	}
	for name, data := range files {
		want[path.Join(k.Dir(), name)] = data
	}
	return want, nil
}

// Undo puts the newest backup of what the learner repairs in place, and keeps
// what it replaces in turn, so that an undo can be undone. restored is the path of
// that backup. It fails with [ErrNoBackup] where there is none.
func (w Workspace) Undo(k *course.Kata, now time.Time) (restored string, backups []string, err error) {
	dir := filepath.Join(w.Backup, k.ID)
	written, err := w.written(k.ID)
	if err != nil {
		return "", nil, fmt.Errorf("the backups of kata %d cannot be listed (%w): make %s readable", k.Number, cause(err), dir)
	}
	for _, name := range slices.Backward(written) {
		kept := w
		kept.Root = filepath.Join(dir, name)
		restored := kept.abs(k.Repaired())
		if !kept.holds(k) {
			continue
		}
		src, err := kept.Read(k)
		if err != nil {
			return "", nil, fmt.Errorf("the backup %s cannot be read (%w): make it readable", restored, cause(err))
		}
		backups, err = w.Restore(k, src, now)
		return restored, backups, err
	}
	return "", nil, fmt.Errorf("%w of kata %d: a backup is written when `leakproof reset` or `leakproof attempts --restore` replaces what you wrote", ErrNoBackup, k.Number)
}

// holds reports whether there is something to repair: in a backup there may be
// the suite alone, or a folder in the file's place.
func (w Workspace) holds(k *course.Kata) bool {
	names, err := w.repaired(k)
	return err == nil && slices.ContainsFunc(names, func(name string) bool {
		info, err := os.Stat(w.abs(name))
		return err == nil && info.Mode().IsRegular()
	})
}

// replace gives files of a kata other contents; nil removes one. What it replaces
// is kept first; if that fails, nothing is changed. done is what then was not
// done. Of several files to repair all are kept, or none.
func (w Workspace) replace(k *course.Kata, want map[string][]byte, now time.Time, done string) (backups []string, err error) {
	var stale []string
	for name, data := range want {
		if src, err := regular.Read(w.abs(name), regular.SourceLimit); err != nil || data == nil || !sameText(src, data) {
			stale = append(stale, name)
		}
	}
	slices.Sort(stale)
	learners := func(name string) bool { return path.Dir(name) == k.Dir() && k.Repairs(path.Base(name)) }
	kept := slices.Clone(stale)
	if slices.ContainsFunc(stale, learners) {
		for name := range want {
			if learners(name) && !slices.Contains(stale, name) {
				kept = append(kept, name)
			}
		}
	}
	b := &backup{space: w, under: k.ID, now: now}
	for _, name := range kept {
		if err := b.copy(name); err != nil {
			return nil, fmt.Errorf("%s was not %s: no backup could be written (%w): make %s writable, or choose another folder with --state", k.ID, done, err, w.Backup)
		}
	}
	for _, name := range stale {
		if err := b.swap(name, want[name]); err != nil {
			return b.paths, fmt.Errorf("%s cannot be replaced (%w): make %s writable and try again", name, cause(err), filepath.Dir(w.abs(name)))
		}
	}
	return b.paths, nil
}
