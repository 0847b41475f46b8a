// Package verdicts remembers which variants of the corpus got the verdict that
// they must get, so that the next run of the corpus grades only what something
// has changed for.
//
// An entry is a small file in the user's cache folder. It is named after a hash
// of everything that can change the verdict and says nothing else, so there is
// nothing in it that could be wrong: it is there and whole, or the variant is
// graded. For the same reason no failure of the cache is one of the corpus.
package verdicts

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/natefinch/atomic"
)

// Variable switches the cache off when it is "off".
const Variable = "LEAKPROOF_VERDICT_CACHE"

// maxEntries is what the corpus needs several times over: the verdicts of a
// few branches, or of a few versions of the grader.
const maxEntries = 4096

// Cache is a folder of entries. The zero Cache remembers nothing.
type Cache struct {
	dir string
}

// Open returns the cache of this user. It remembers nothing where [Variable]
// switches it off, in CI, and where there is no cache folder.
func Open() Cache {
	base, err := os.UserCacheDir()
	if err != nil || os.Getenv(Variable) == "off" || os.Getenv("CI") == "true" {
		return Cache{}
	}
	c := Cache{dir: filepath.Join(base, "leakproof", "verdicts")}
	c.trim(maxEntries)
	return c
}

// Has reports whether the verdict with that key was as required.
func (c Cache) Has(key string) bool {
	if c.dir == "" {
		return false
	}
	name := filepath.Join(c.dir, key)
	entry, err := os.ReadFile(name)
	if err != nil || string(entry) != key+"\n" {
		return false
	}
	now := time.Now()
	_ = os.Chtimes(name, now, now) // else it is dropped too early, which costs time only
	return true
}

// Keep remembers that the verdict with that key was as required.
func (c Cache) Keep(key string) {
	if c.dir == "" || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	_ = atomic.WriteFile(filepath.Join(c.dir, key), strings.NewReader(key+"\n")) // else it is graded again
}

// trim drops the entries that were not used for longest, down to n.
func (c Cache) trim(n int) {
	entries, err := os.ReadDir(c.dir)
	if err != nil || len(entries) <= n {
		return
	}
	var files []fs.FileInfo
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return cmp.Compare(b.ModTime().UnixNano(), a.ModTime().UnixNano()) })
	for _, file := range files[min(n, len(files)):] {
		_ = os.Remove(filepath.Join(c.dir, file.Name()))
	}
}
