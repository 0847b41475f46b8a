//go:build unix

package lifecycle

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func init() {
	children["first"] = func() int {
		return Main(func(ctx context.Context) error {
			if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		})
	}
	children["second"] = func() int {
		before := runtime.NumGoroutine()
		return Main(func(ctx context.Context) error {
			if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
				return err
			}
			<-ctx.Done()
			// The goroutine that ended ctx starts the one of AfterFunc
			// before it returns. When both are gone, stop has returned:
			// only the one of package os/signal is left. Two signals and no
			// more: the runtime dies by raising the signal from its handler,
			// on a small stack, where a storm of them piles up and overflows.
			for runtime.NumGoroutine() > before+1 {
				runtime.Gosched()
			}
			if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
				return err
			}
			select {} // a stop that does not want to end
		})
	}
	children["bubble"] = func() int {
		// As in any process that has asked for signals before: without
		// this the bubble would own the goroutine of package os/signal,
		// which never ends, and so would the bubble never.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGUSR1)
		testing.Main(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{
			Name: "Bubble",
			F: func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
					defer stop()
					if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
						t.Fatal(err)
					}
					for ctx.Err() == nil { // a bubble that waits is a deadlock
						runtime.Gosched()
					}
				})
			},
		}}, nil, nil)
		return 0
	}
}

func child(t *testing.T, name string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a hang is a failure
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "LIFECYCLE_CHILD="+name, "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The first signal lets run finish and exits with 0. The second one, of a
// process whose run does not want to end, kills it as if nobody listened.
func TestTheSecondSignalEndsTheProcess(t *testing.T) {
	if out, err := child(t, "first"); err != nil {
		t.Errorf("one signal: %v\n%s", err, out)
	}
	out, err := child(t, "second")
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		t.Fatalf("two signals: %v\n%s", err, out)
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); !ok || ws.Signal() != syscall.SIGTERM {
		t.Errorf("two signals: %v, want death by SIGTERM\n%s", exit, out)
	}
}

func TestASignalInABubbleIsFatal(t *testing.T) {
	out, err := child(t, "bubble")
	if err == nil || !strings.Contains(out, "synctest channel from outside bubble") {
		t.Errorf("%v, want a fatal error\n%s", err, out)
	}
	t.Log(strings.SplitN(out, "\n", 2)[0])
}
