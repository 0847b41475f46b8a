//go:build linux

package main

import (
	"fmt"
	"os"
	"time"

	"example.com/leakproof/internal/course"
)

// save writes a version by one of the ways that editors have.
func (s *soak) save(k *course.Kata, v *version) error {
	s.saves++
	source := fmt.Appendf(v.source[:len(v.source):len(v.source)], "\n// Save %d.\n", s.saves)
	ways := []func(path string, source []byte) error{s.inPlace, renameOver, withBackup}
	err := ways[s.rand.IntN(len(ways))](s.space.Path(k), source)
	s.remember(source, v)
	return err
}

// inPlace truncates the file and writes it in two parts.
func (s *soak) inPlace(path string, source []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	half := s.rand.IntN(len(source))
	if _, err = f.Write(source[:half]); err == nil {
		time.Sleep(time.Duration(s.rand.Int64N(int64(10 * time.Millisecond))))
		_, err = f.Write(source[half:])
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// renameOver puts a finished file in the old one's place.
func renameOver(path string, source []byte) error {
	if err := os.WriteFile(path+".new", source, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// withBackup moves the old file aside until the new one is written.
func withBackup(path string, source []byte) error {
	if err := os.Rename(path, path+"~"); err != nil {
		return err
	}
	if err := os.WriteFile(path, source, 0o600); err != nil {
		return err
	}
	return os.Remove(path + "~")
}
