//go:build unix

package host

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// A process is given its input as a pipe that blocks. What has deadlines is
// waited for without a thread.
func TestOrdersAreWaitedForWithoutAThread(t *testing.T) {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	given, to := os.NewFile(uintptr(ends[0]), "orders"), os.NewFile(uintptr(ends[1]), "to")
	if err := given.SetReadDeadline(time.Now()); err == nil {
		t.Error("the pipe that was given does not block")
	}
	orders := waitable(given)
	if err := orders.SetReadDeadline(time.Now()); err != nil {
		t.Error(err)
	}
	_, _, _ = to.Close(), orders.Close(), given.Close() // the last one is closed already; nobody else may close it later
}
