package watch

import (
	"errors"
	"hash/maphash"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"example.com/leakproof/internal/regular"
)

// fresh is how long the content of a file is compared after a change: the longest step in which a file system keeps times, which is
// 2 s in FAT, and the time to the next look. A second save within a step may leave the size and the time as they are.
const fresh = 2*time.Second + seldom

// snapshot is what the last look saw of the Go files in a folder. It finds saves without events.
type snapshot struct {
	dir   string
	files map[string]file // by name; nil before the first look and after a failed one
	seed  maphash.Seed
}

// file is a Go file as the last look saw it.
type file struct {
	info  fs.FileInfo
	since time.Time // when info was new
	sum   uint64    // of the content
}

func newSnapshot(dir string) *snapshot { return &snapshot{dir: dir, seed: maphash.MakeSeed()} }

// look reports whether Go files were written, replaced, made or removed since the last look. The first look, and one after an
// error, only learns what is there. A save of the same content counts.
func (s *snapshot) look() (changed bool, err error) {
	before := s.files
	s.files = nil
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return false, err
	}
	files := make(map[string]file, len(before))
	for _, e := range entries {
		if !isGoFile(e.Name()) {
			continue
		}
		// Stat follows links, as the go command does.
		info, err := os.Stat(filepath.Join(s.dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP) {
			continue // since the folder was read, or a link that leads nowhere
		}
		if err != nil {
			return false, err
		}
		was, known := before[e.Name()]
		is := file{info: info, since: was.since, sum: was.sum}
		wrote := !known || differ(was.info, info)
		if wrote {
			is.since = time.Now()
		}
		if time.Since(is.since) <= fresh {
			is.sum = s.sum(e.Name(), was.sum)
		}
		changed = changed || wrote || is.sum != was.sum
		files[e.Name()] = is
	}
	changed = changed || len(files) != len(before)
	s.files = files
	return changed && before != nil, nil
}

// sum is a hash of a file's content, or the one before if it cannot be read: an editor may hold it, or it is no file at all.
func (s *snapshot) sum(name string, before uint64) uint64 {
	content, err := regular.Read(filepath.Join(s.dir, name), regular.SourceLimit)
	if err != nil {
		return before
	}
	return maphash.Bytes(s.seed, content)
}

// differ reports whether a file was written or replaced. Its identity is left out on Windows, where only opening the file tells it.
func differ(was, is fs.FileInfo) bool {
	return was.Size() != is.Size() || !was.ModTime().Equal(is.ModTime()) || runtime.GOOS != "windows" && !os.SameFile(was, is)
}

// hasEmpty reports whether a Go file in the folder is empty: many editors empty a file before they write it.
func hasEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if !isGoFile(e.Name()) {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.Size() == 0 {
			return true
		}
	}
	return false
}

// isGoFile reports whether a file of that name can belong to the package. The go command ignores names that begin with a dot or an
// underscore, and Emacs keeps its locks in .#notes.go.
func isGoFile(name string) bool {
	return filepath.Ext(name) == ".go" && !strings.ContainsRune("._#", rune(name[0]))
}
