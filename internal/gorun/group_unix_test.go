//go:build unix

package gorun

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestACancelledGoCommandLeavesNoFolder asks a go command that makes its work
// folder, as go list does, and never ends.
func TestACancelledGoCommandLeavesNoFolder(t *testing.T) {
	temp, program := t.TempDir(), filepath.Join(t.TempDir(), "go")
	script := "#!/bin/sh\nmkdir \"$TMPDIR/go-build1\" && exec sleep 1000\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temp)
	folders := func() []string {
		deep, err := filepath.Glob(filepath.Join(temp, "*", "go-build1"))
		flat, err2 := filepath.Glob(filepath.Join(temp, "*"))
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		return append(deep, flat...)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked := make(chan error, 1)
	go func() {
		m := &Machine{GoPath: program, Root: temp}
		_, err := m.goCommand(ctx, os.Environ(), "list")
		asked <- err
	}()
	for len(folders()) < 2 { // the command's, and the one it is in
		select {
		case err := <-asked:
			t.Fatalf("the go command has ended by itself: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	cancel()
	if err := <-asked; err == nil {
		t.Error("a go command that was killed has succeeded")
	}
	if left := folders(); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
