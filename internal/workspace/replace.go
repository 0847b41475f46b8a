package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/natefinch/atomic"

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
	times, err := os.ReadDir(dir) // sorted, and the names are times
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("the backups of kata %d cannot be listed (%w): make %s readable", k.Number, cause(err), dir)
	}
	for _, at := range slices.Backward(times) {
		path := filepath.Join(dir, at.Name(), filepath.FromSlash(k.Path()))
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
	dir := w.backupDir(k, now)
	for _, name := range stale {
		kept, err := w.keep(name, dir)
		if err != nil {
			return nil, fmt.Errorf("%s was not %s: no backup could be written (%w): make %s writable, or choose another folder with --state", k.ID, done, err, w.Backup)
		}
		if kept != "" {
			backups = append(backups, kept)
		}
	}
	for _, name := range stale {
		if err := w.restore(name, want[name], dir); err != nil {
			return backups, fmt.Errorf("%s cannot be replaced (%w): make %s writable and try again", name, cause(err), filepath.Dir(w.abs(name)))
		}
	}
	return backups, nil
}

// backupDir is a folder of its own for the backups of one moment: a clock that
// stands still must not let one overwrite another.
func (w Workspace) backupDir(k *course.Kata, now time.Time) string {
	for ; ; now = now.Add(time.Nanosecond) {
		dir := filepath.Join(w.Backup, k.ID, now.UTC().Format("20060102T150405.000000000Z"))
		if _, err := os.Lstat(dir); err != nil {
			return dir
		}
	}
}

// keep copies a file into the backup folder. What holds nothing needs no backup:
// a missing file, a pipe, a link to a device. A folder in a file's place is moved
// aside by restore.
func (w Workspace) keep(name, dir string) (backup string, err error) {
	to := filepath.Join(dir, filepath.FromSlash(name))
	if info, err := os.Stat(w.abs(name)); err == nil && info.IsDir() {
		return to, nil
	}
	src, _, err := regular.Open(w.abs(name))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, regular.ErrNotRegular) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return "", err
	}
	return to, atomic.WriteFile(to, src) // not through memory: it may be large
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
