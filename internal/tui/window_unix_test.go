//go:build unix

package tui

import (
	"context"
	"errors"
	"os/exec"
	"testing"
)

func TestAnEditorThatFailsAtOnceIsTold(t *testing.T) {
	t.Parallel()
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
	left, leave := context.WithCancel(t.Context())
	leave()
	if err := startWindowed(left, open); err != nil {
		t.Errorf("an editor whose window is open when the page is left: %v", err)
	}
}
