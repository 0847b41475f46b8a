package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/natefinch/atomic"

	"example.com/leakproof/internal/team/room"
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
	return secret, true, writeSecret(file, secret)
}

// writeSecret leaves a file that only its owner reads.
func writeSecret(file, secret string) error {
	err := os.MkdirAll(filepath.Dir(file), 0o700)
	if err == nil {
		var temp *os.File
		if temp, err = os.CreateTemp(filepath.Dir(file), room.SecretFile+"-"); err == nil { // with mode 0600
			_, err = temp.WriteString(secret + "\n")
			err = errors.Join(err, temp.Close())
			if err == nil {
				err = atomic.ReplaceFile(temp.Name(), file)
			}
			if err != nil {
				err = errors.Join(err, os.Remove(temp.Name()))
			}
		}
	}
	if err != nil {
		return fmt.Errorf("the facilitator's secret cannot be kept (%w): make the folder writable, or name another with LEAKPROOF_STATE", err)
	}
	return nil
}
