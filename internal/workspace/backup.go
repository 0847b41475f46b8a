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

// MaxBackups is how many backups of a kata are kept. The newest never goes.
const MaxBackups = 50

// backupName is the layout of a backup's folder. Names are in the order in which the backups were written.
const backupName = "20060102T150405.000000000Z"

// backup keeps what one reset or restore replaces.
type backup struct {
	space Workspace
	under string // the folder in that of all backups: a kata's id, or "update"
	now   time.Time
	dir   string   // its folder; "" while nothing had to be kept
	paths []string // of what is kept
}

// copy keeps a file before anything is changed. What is missing, or no file, needs no backup; a folder in a file's place is
// kept by swap.
func (b *backup) copy(name string) error {
	info, err := os.Stat(b.space.abs(name))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil
	}
	if err != nil {
		return err
	}
	to, err := b.place(name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return nil
	}
	src, _, err := regular.Open(b.space.abs(name))
	if err != nil {
		return err
	}
	return errors.Join(atomic.WriteFile(to, src), src.Close()) // not through memory: it may be large
}

// place is where a file is kept, one of b.paths.
func (b *backup) place(name string) (string, error) {
	if b.dir == "" {
		dir, err := b.space.newBackup(b.under, b.now)
		if err != nil {
			return "", err
		}
		b.dir = dir
	}
	to := filepath.Join(b.dir, filepath.FromSlash(name))
	if !slices.Contains(b.paths, to) {
		b.paths = append(b.paths, to)
	}
	return to, os.MkdirAll(filepath.Dir(to), 0o700)
}

// swap puts other contents in a file's place, or none if they are nil. An editor may save at any moment of this: what it saved is
// kept too, because the file is moved as it then is, and nothing is ever written over one that came meanwhile.
func (b *backup) swap(name string, data []byte) error {
	if data == nil {
		b.space.pause()
		return b.move(name)
	}
	path := b.space.abs(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	fresh, err := beside(path, data)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(fresh) }() // it has got its place, or the error is told
	for {
		b.space.pause()
		if err := b.move(name); err != nil {
			return err
		}
		b.space.pause()
		// A link, unlike a rename, takes no other file's place.
		err := os.Link(fresh, path)
		if err != nil && !errors.Is(err, fs.ErrExist) { // a file system without links
			err = create(path, data)
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		b.dir = "" // saved meanwhile: that is the next backup
	}
}

// move takes a file out of its place into the backup, in place of the copy there.
func (b *backup) move(name string) error {
	path := b.space.abs(name)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular() && !info.IsDir():
		return os.Remove(path) // a link, whose target stays, or nothing that could be kept
	}
	to, err := b.place(name)
	if err != nil {
		return err
	}
	if os.Rename(path, to) == nil {
		return nil
	}
	// The backups are on another file system.
	aside := fmt.Sprintf("%s.%d.replaced", path, os.Getpid())
	if err := os.Rename(path, aside); err != nil {
		return err
	}
	if info.IsDir() {
		err = os.CopyFS(to, os.DirFS(aside))
	} else {
		err = copyFile(to, aside)
	}
	if err != nil {
		return errors.Join(err, os.Rename(aside, path))
	}
	return os.RemoveAll(aside)
}

// pause lets a test save as an editor would.
func (w Workspace) pause() {
	if w.meanwhile != nil {
		w.meanwhile()
	}
}

// beside writes a file next to another one, so that it can take its place at once, and returns its path.
func beside(path string, data []byte) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".leakproof-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// create writes a file where none is.
func create(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// copyFile copies a file that an editor may still be writing to, until it has not changed.
func copyFile(to, from string) error {
	src, err := os.ReadFile(from)
	for err == nil {
		if err := atomic.WriteFile(to, bytes.NewReader(src)); err != nil {
			return err
		}
		before := src
		if src, err = os.ReadFile(from); bytes.Equal(src, before) {
			break
		}
	}
	return err
}

// newBackup makes the folder for a backup. Its name is the time or, on a clock that stands still or was put back, one that comes
// after those that there are.
func (w Workspace) newBackup(under string, now time.Time) (string, error) {
	if err := os.MkdirAll(filepath.Join(w.Backup, under), 0o700); err != nil {
		return "", err
	}
	written, err := w.written(under)
	if err != nil {
		return "", err
	}
	if len(written) > 0 {
		last, err := time.Parse(backupName, written[len(written)-1])
		if err != nil {
			return "", err
		}
		if !now.After(last) {
			now = last.Add(time.Nanosecond)
		}
	}
	for ; ; now = now.Add(time.Nanosecond) { // another running copy may make one
		dir := filepath.Join(w.Backup, under, now.UTC().Format(backupName))
		if err := os.Mkdir(dir, 0o700); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// written are the names of the backups in a folder, in the order in which they were written.
func (w Workspace) written(under string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(w.Backup, under)) // sorted
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if _, err := time.Parse(backupName, e.Name()); err == nil && e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Tidy removes all but the newest backups of a kata.
func (w Workspace) Tidy(k *course.Kata) error {
	names, err := w.written(k.ID)
	for _, name := range names[:max(0, len(names)-MaxBackups)] {
		err = errors.Join(err, os.RemoveAll(filepath.Join(w.Backup, k.ID, name)))
	}
	if err != nil {
		return fmt.Errorf("more than %d backups of kata %d are kept, because the oldest cannot be removed (%w): make %s writable", MaxBackups, k.Number, cause(err), w.Backup)
	}
	return nil
}
