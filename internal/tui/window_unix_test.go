//go:build unix

package tui

import (
	"errors"
	"os/exec"
	"testing"
	"time"
)

func TestAnEditorThatFailsAtOnceIsTold(t *testing.T) {
	err := startWindowed(t.Context(), exec.Command("sh", "-c", "exit 127"))
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 127 {
		t.Errorf("got %v, want exit status 127", err)
	}
	if err := startWindowed(t.Context(), exec.Command("sh", "-c", "exit 0")); err != nil {
		t.Errorf("an editor that hands over and ends: %v", err)
	}
	open := exec.Command("sleep", "60")
	t.Cleanup(func() { _ = open.Process.Kill() })
	started := make(chan error, 1)
	go func() { started <- startWindowed(t.Context(), open) }()
	select {
	case err := <-started:
		if err != nil {
			t.Errorf("an editor whose window is open: %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("the workbook waits for a window")
	}
}
