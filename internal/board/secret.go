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
	if anew {
		err = replaceSecret(file, secret)
	} else {
		err = createSecret(file, secret)
	}
	if err != nil {
		return "", false, fmt.Errorf("the facilitator's secret cannot be kept (%w): make the folder writable, or name another with LEAKPROOF_STATE", err)
	}
	return secret, true, nil
}

// createSecret leaves a file that only its owner reads. A board that starts at
// the same moment does not lose its own.
func createSecret(file, secret string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(secret + "\n")
	return errors.Join(err, f.Close())
}

// replaceSecret is the same for a file that may be there: it holds the old
// secret or the new one, whatever happens meanwhile.
func replaceSecret(file, secret string) error {
	temp := file + ".new"
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := createSecret(temp, secret); err != nil {
		return err
	}
	return atomic.ReplaceFile(temp, file)
}
