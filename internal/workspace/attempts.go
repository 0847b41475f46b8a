package workspace

import (
	"bytes"
	"cmp"
	"encoding/hex"
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
	"example.com/leakproof/internal/regular"
)

// What is kept of each kata: enough for days of saves, and never much disk.
const (
	maxAttempts     = 50
	maxAttemptBytes = 256 << 10
)

// hashDigits is how much of a version's hash names its file: 48 bits never
// meet by accident among fifty.
const hashDigits = 12

// ErrNoAttempt says that a version of a kata's file is not kept, or no longer.
var ErrNoAttempt = errors.New("this version is not kept")

// Keep stores a version of what the learner repairs, so that it can be read again by its
// [course.Hash]. now says when it was last of use: of each kata the newest 50
// versions are kept. A version over 256 KiB is refused.
func (w Workspace) Keep(k *course.Kata, src []byte, now time.Time) error {
	if len(src) > maxAttemptBytes {
		return fmt.Errorf("%s is not kept among your attempts: it has %d KiB, the limit is %d KiB", k.Repaired(), len(src)>>10, maxAttemptBytes>>10)
	}
	if err := w.keepAttempt(k, src, now); err != nil {
		return fmt.Errorf("this version of %s is not kept among your attempts (%w): make %s writable, or choose another folder with --state", k.Repaired(), err, w.Attempts)
	}
	return nil
}

func (w Workspace) keepAttempt(k *course.Kata, src []byte, now time.Time) error {
	path, err := w.attempt(k, course.Hash(src))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if old, err := regular.Read(path, maxAttemptBytes); err != nil || !bytes.Equal(old, src) {
		if err := atomic.WriteFile(path, bytes.NewReader(src)); err != nil {
			return err
		}
	}
	kept, err := w.attempts(k)
	if err != nil {
		return err
	}
	// The order is that of writing, also on a clock that was put back.
	if len(kept) > 0 && !now.After(kept[0].ModTime()) {
		now = kept[0].ModTime().Add(time.Millisecond)
	}
	if err := os.Chtimes(path, now, now); err != nil {
		return err
	}
	if kept, err = w.attempts(k); err != nil {
		return err
	}
	for _, info := range kept[min(len(kept), maxAttempts):] {
		// Another running copy may have removed it first.
		if err := os.Remove(filepath.Join(filepath.Dir(path), info.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Kept reports which versions of a kata can be read again. The
// function takes their [course.Hash].
func (w Workspace) Kept(k *course.Kata) (func(hash string) bool, error) {
	infos, err := w.attempts(k)
	if err != nil {
		return nil, fmt.Errorf("your attempts at kata %d cannot be listed (%w): make %s readable", k.Number, cause(err), w.Attempts)
	}
	kept := map[string]bool{}
	for _, info := range infos {
		kept[info.Name()] = true
	}
	return func(hash string) bool {
		path, err := w.attempt(k, hash)
		return err == nil && kept[filepath.Base(path)]
	}, nil
}

// ReadAttempt returns the version of a kata with that [course.Hash].
// It fails with [ErrNoAttempt] if there is none, also where what is stored under
// its name is something else.
func (w Workspace) ReadAttempt(k *course.Kata, hash string) ([]byte, error) {
	path, err := w.attempt(k, hash)
	if err != nil {
		return nil, err
	}
	src, err := regular.Read(path, regular.SourceLimit)
	if errors.Is(err, fs.ErrNotExist) || err == nil && course.Hash(src) != hash {
		return nil, fmt.Errorf("%w: `leakproof attempts %d` lists those that are", ErrNoAttempt, k.Number)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read (%w): make it readable", path, cause(err))
	}
	return src, nil
}

// attempt is where a version is stored. Hashes come from the progress log,
// which anybody can edit, so one that is none names no file.
func (w Workspace) attempt(k *course.Kata, hash string) (string, error) {
	if _, err := hex.DecodeString(hash); err != nil || len(hash) < hashDigits {
		return "", fmt.Errorf("%w: %q is no hash", ErrNoAttempt, hash)
	}
	return filepath.Join(w.Attempts, k.ID, hash[:hashDigits]+".go"), nil
}

// attempts are the stored versions of a kata's file, the newest first.
func (w Workspace) attempts(k *course.Kata) ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(filepath.Join(w.Attempts, k.ID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []fs.FileInfo
	for _, e := range entries {
		name, isGo := strings.CutSuffix(e.Name(), ".go")
		if !isGo || len(name) != hashDigits {
			continue // such as the remains of a write that was cut off
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	return out, nil
}
