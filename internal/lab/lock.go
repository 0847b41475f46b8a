package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"example.com/leakproof/internal/text"
)

// lock makes sure that no other lab runs whose programs are kept in dir. It
// returns what ends that.
func lock(dir, id string) (unlock func() error, err error) {
	unfit := func(err error) error {
		return fmt.Errorf("the folder of built labs cannot be used (%w): make it writable, or free some space", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unfit(err)
	}
	// Not in the locked file: on Windows nobody reads that.
	name, l := filepath.Join(dir, "running"), flock.New(filepath.Join(dir, "running.lock"))
	got, err := l.TryLock()
	if err != nil {
		return nil, unfit(err)
	}
	if !got {
		who, err := os.ReadFile(name)
		if err != nil || len(who) == 0 {
			return nil, errors.New("another lab runs: end it first")
		}
		return nil, fmt.Errorf("another lab runs (%s): end it first", text.FirstLine(string(who)))
	}
	if err := os.WriteFile(name, fmt.Appendf(nil, "%s, process %d", id, os.Getpid()), 0o600); err != nil {
		return nil, errors.Join(unfit(err), l.Close())
	}
	return func() error { return errors.Join(os.Remove(name), l.Close()) }, nil
}
