package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/natefinch/atomic"
)

// readSecret is the facilitator's secret from its file, made if there is none
// or a new one is asked for.
func readSecret(file string, anew bool) (secret string, made bool, err error) {
	text, err := os.ReadFile(file)
	switch {
	case err == nil && !anew:
		secret = strings.TrimSpace(string(text))
		if len(secret) < secretSize {
			return "", false, fmt.Errorf("the file %s does not hold a facilitator's secret: make a new one with --new-secret", file)
		}
		return secret, false, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", false, fmt.Errorf("the facilitator's secret cannot be read (%w): make the file readable, or a new one with --new-secret", err)
	}
	secret = newSecret("f_")
	if err := writeSecret(file, secret, anew); errors.Is(err, fs.ErrExist) {
		return readSecret(file, false) // a board that started at the same moment was first
	} else if err != nil {
		return "", false, fmt.Errorf("the facilitator's secret cannot be kept (%w): make the folder writable, or name another with LEAKPROOF_STATE", err)
	}
	return secret, true, nil
}

// writeSecret leaves a file that only its owner reads. It is there whole or not
// at all. One that is there already stays, unless it is to be replaced.
func writeSecret(file, secret string, replace bool) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+"-") // with mode 0600
	if err != nil {
		return err
	}
	_, err = temp.WriteString(secret + "\n")
	err = errors.Join(err, temp.Close())
	switch {
	case err != nil:
	case replace:
		if err = atomic.ReplaceFile(temp.Name(), file); err == nil {
			return nil
		}
	default:
		err = os.Link(temp.Name(), file)
	}
	return errors.Join(err, os.Remove(temp.Name()))
}
