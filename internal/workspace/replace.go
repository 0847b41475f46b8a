package workspace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/regular"
)

// ErrNoBackup says that nothing of the learner's was ever replaced.
var ErrNoBackup = errors.New("there is no backup")

// Restore puts a version of the file to repair in place. What it replaces is
// kept as [Workspace.Reset] keeps it.
func (w Workspace) Restore(k *course.Kata, src []byte, now time.Time) (backups []string, err error) {
	return w.replace(k, map[string][]byte{k.Path(): src}, now, "restored")
}

// Undo puts the newest backup of the file to repair in place, and keeps what it
// replaces in turn, so that an undo can be undone. restored is the path of that
// backup. It fails with [ErrNoBackup] where there is none.
func (w Workspace) Undo(k *course.Kata, now time.Time) (restored string, backups []string, err error) {
	dir := filepath.Join(w.Backup, k.ID)
	written, err := w.written(k)
	if err != nil {
		return "", nil, fmt.Errorf("the backups of kata %d cannot be listed (%w): make %s readable", k.Number, cause(err), dir)
	}
	for _, name := range slices.Backward(written) {
		path := filepath.Join(dir, name, filepath.FromSlash(k.Path()))
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue // a backup of the suite alone, or of a folder in the file's place
		}
		src, err := regular.Read(path, regular.SourceLimit)
		if err != nil {
			return "", nil, fmt.Errorf("the backup %s cannot be read (%w): make it readable", path, cause(err))
		}
		backups, err = w.Restore(k, src, now)
		return path, backups, err
	}
	return "", nil, fmt.Errorf("%w of kata %d: a backup is written when `leakproof reset` or `leakproof attempts --restore` replaces what you wrote", ErrNoBackup, k.Number)
}

// replace gives files of a kata other contents. What it replaces is kept first;
// if that fails, nothing is changed. done is what then was not done.
func (w Workspace) replace(k *course.Kata, want map[string][]byte, now time.Time, done string) (backups []string, err error) {
	var stale []string
	for name, data := range want {
		if src, err := regular.Read(w.abs(name), regular.SourceLimit); err != nil || !sameText(src, data) {
			stale = append(stale, name)
		}
	}
	slices.Sort(stale)
	b := &backup{space: w, kata: k, now: now}
	for _, name := range stale {
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
