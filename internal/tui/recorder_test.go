package tui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gofrs/flock"

	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// TestWhatIsNotSavedAtTheEndIsTold: another program holds the log's lock for as long as this one runs.
func TestWhatIsNotSavedAtTheEndIsTold(t *testing.T) {
	t.Parallel()
	var d *driver
	s := sizes["80x24"]
	s.start = page.Route{Page: page.Quiz, ID: "1"}
	var lock *flock.Flock
	t.Run("run", func(t *testing.T) {
		drive(t, s, func(run *driver) {
			d = run
			if err := os.MkdirAll(d.state, 0o700); err != nil {
				d.Fatal(err)
			}
			lock = flock.New(filepath.Join(d.state, "progress.lock"))
			if err := lock.Lock(); err != nil {
				d.Fatal(err)
			}
			d.press("1", "enter")
		})
	})
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
	if d.flushed == nil || !strings.Contains(d.flushed.Error(), "1 could not be saved") {
		t.Errorf("at the end it says %v", d.flushed)
	}
}

func TestADiskThatNeverAnswersIsLeftAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(ui.NewJobs(t.Context()))
		answer := make(chan struct{})
		go r.add(func(context.Context) error { <-answer; return nil })()
		synctest.Wait()
		if err := r.flush(); !errors.Is(err, errStalled) {
			t.Errorf("got %v", err)
		}
		close(answer)
	})
}

func TestEachOutageIsTold(t *testing.T) {
	t.Parallel()
	var r recorder
	full, gone := errors.New("full"), errors.New("gone")
	for i, step := range []struct {
		err  error
		want string
	}{{full, "full"}, {full, ""}, {nil, ""}, {full, "full"}, {gone, "gone"}, {gone, ""}, {nil, ""}} {
		if got := r.news(step.err); got != step.want {
			t.Errorf("step %d tells %q, want %q", i, got, step.want)
		}
	}
}
