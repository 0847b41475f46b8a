//go:build unix

package watch

import (
	"os"
	"syscall"
	"testing"
)

// TestALookPassesOverWhatIsNoFile would wait for ever if it opened the pipe, and
// not see the save if the loop were an error.
func TestALookPassesOverWhatIsNoFile(t *testing.T) {
	d := newDisk(t)
	d.must(syscall.Mkfifo(d.path("pipe.go"), 0o600))
	d.must(os.Symlink("/dev/zero", d.path("zero.go")))
	d.must(os.Symlink("loop.go", d.path("loop.go")))
	d.must(os.Symlink("somebody@machine.123:456", d.path(".#notes.go")))
	s := newSnapshot(d.dir)
	for _, want := range []bool{false, false} { // the first look only learns
		if changed, err := s.look(); changed != want || err != nil {
			t.Fatalf("a look says %t, %v", changed, err)
		}
	}
	d.write("notes.go", "package a\n\nvar x int\n")
	if changed, err := s.look(); !changed || err != nil {
		t.Errorf("after a save a look says %t, %v", changed, err)
	}
}
