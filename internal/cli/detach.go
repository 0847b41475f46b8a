package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Detach starts this program once more, with these arguments. It has no terminal, and it goes on when this process and the
// terminal have gone. What it was started for has to bound its time.
func Detach(args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	// What `go run` has built for the first time it deletes when it has run; on Windows that fails, and so does go run, while
	// anything is still running. Its next run takes the program from its cache, and sends this too.
	if runtime.GOOS == "windows" && strings.HasPrefix(self, filepath.Join(os.TempDir(), "go-build")) {
		return nil
	}
	cmd := exec.Command(self) //nolint:noctx // it outlives every context of this process on purpose
	cmd.Args = append([]string{os.Args[0]}, args...)
	cmd.Dir = os.TempDir() // the learner's folder can be moved or deleted meanwhile
	cmd.SysProcAttr = apart
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
