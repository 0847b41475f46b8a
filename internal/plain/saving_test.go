package plain

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"example.com/leakproof/internal/progress"
)

// unsaved is a desk whose answers cannot be kept.
func unsaved(t *testing.T, in io.Reader) *desk {
	t.Helper()
	d := newDesk(t, in)
	dir := filepath.Join(t.TempDir(), "state")
	log, err := progress.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	d.wb.Log = log
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestWhoDidNothingIsPromisedNothing: nobody has tried whether it can be saved.
func TestWhoDidNothingIsPromisedNothing(t *testing.T) {
	for _, keys := range [][]string{{"0"}, {}} {
		d := unsaved(t, typing(keys...))
		if err := d.Quiz(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		for _, promise := range []string{"are kept", "is saved"} {
			if strings.Contains(d.out.String(), promise) {
				t.Errorf("%q after nothing was done:\n%s", promise, d.out)
			}
		}
	}
}

func TestNothingIsPromisedThatIsNotKept(t *testing.T) {
	for name, test := range map[string]struct {
		desk func(t *testing.T, in io.Reader) *desk
		want string
	}{
		"all is saved":                    {newDesk, "The answers are kept."},
		"a folder that cannot be written": {unsaved, "One thing that you did is not saved."},
		"a log that is forgotten": {func(t *testing.T, in io.Reader) *desk {
			d := newDesk(t, in)
			d.wb.Forget = true
			return d
		}, "Nothing of this run is saved."},
	} {
		t.Run(name, func(t *testing.T) {
			d := test.desk(t, typing("1", "0"))
			if err := d.Quiz(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			contains(t, d.out.String(), "Quiz left:", test.want)
			d = test.desk(t, typing("1"))
			if err := d.Quiz(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			contains(t, d.out.String(), "The input has ended. "+strings.Replace(test.want, "The answers are kept.", "What you did so far is saved.", 1))
		})
	}
}

// TestAHeldLogIsWaitedForAloudAndCtrlCEndsIt: another program holds the lock of the log. The learner is told, an interrupt ends
// the wait, and what was not saved is told.
func TestAHeldLogIsWaitedForAloudAndCtrlCEndsIt(t *testing.T) {
	dir := t.TempDir()
	lock := flock.New(filepath.Join(dir, "progress.lock"))
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Unlock() }()
	d := newDesk(t, typing("1"))
	log, err := progress.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	d.wb.Log = log
	ctx, interrupt := context.WithCancel(t.Context())
	d.Session.notes = whenTold{d.notes, interrupt}
	if err := d.Quiz(ctx, nil); err != nil {
		t.Fatal(err)
	}
	contains(t, d.notes.String(), "Note: saving what you did takes long", "Ctrl+C ends the wait", "Note: progress was not saved")
}

// TestADiskThatNeverAnswersIsLeft: no end of a context reaches a call that the disk does not answer.
func TestADiskThatNeverAnswersIsLeft(t *testing.T) {
	d := newDesk(t, typing())
	never := make(chan struct{})
	defer close(never)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	d.save(ctx, func(context.Context) error { <-never; return errors.New("too late") })
	contains(t, d.notes.String(), "the disk did not answer")
	if d.lost != 1 {
		t.Errorf("%d things count as lost, want 1", d.lost)
	}
}

// whenTold interrupts once something is written.
type whenTold struct {
	io.Writer
	interrupt func()
}

func (w whenTold) Write(p []byte) (int, error) {
	w.interrupt()
	return w.Writer.Write(p)
}
