// Package relaytest builds the relay for tests.
package relaytest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"example.com/leakproof/internal/team/relay"
	"example.com/leakproof/internal/tools/asbuilt"
)

// Build builds the relay as the test was built, in a folder. It is for the whole of a test binary.
func Build(dir string) (relay.Process, error) {
	p := relay.Process{File: filepath.Join(dir, "relay.exe")}
	args := append(append([]string{"build"}, asbuilt.Flags()...), "-o", p.File, "example.com/leakproof/internal/team/relay/program")
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil { //nolint:noctx // the time of tests is bounded
		return p, fmt.Errorf("%w: %s", err, out)
	}
	// Otherwise each request under the race detector waits a second for its end.
	return p, os.Setenv("GORACE", "atexit_sleep_ms=0")
}
