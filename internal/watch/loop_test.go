package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	folder = filepath.Join(string(filepath.Separator), "kata")
	saved  = fsnotify.Event{Name: filepath.Join(folder, "notes.go"), Op: fsnotify.Write}
	gone   = fsnotify.Event{Name: folder, Op: fsnotify.Remove}
)

// fakeSource is a source that a test feeds.
type fakeSource struct {
	events chan fsnotify.Event
	errs   chan error
	closed int
}

func newFakeSource() *fakeSource {
	return &fakeSource{events: make(chan fsnotify.Event), errs: make(chan error)}
}

func (f *fakeSource) source() source {
	return source{events: f.events, errs: f.errs, close: func() error { f.closed++; return nil }}
}

// loop runs the loop on a source in the present bubble; reopen is called when the folder is lost. The loop is ended, and the
// source must be closed, when the returned function is called.
func loop(t *testing.T, first *fakeSource, reopen func() (source, error)) (<-chan Event, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &watcher{dir: folder, open: reopen, out: make(chan Event, 1)}
	go w.run(ctx, first.source())
	return w.out, func() {
		t.Helper()
		cancel()
		for range w.out {
			continue
		}
		if first.closed != 1 {
			t.Errorf("the source was closed %d times, want once", first.closed)
		}
	}
}

// taken returns what the channel holds once all is at rest and the longest burst is over.
func taken(out <-chan Event) []Event {
	var events []Event
	time.Sleep(2 * patience)
	for {
		synctest.Wait()
		select {
		case e := <-out:
			events = append(events, e)
		default:
			return events
		}
	}
}

func TestConstantWriterIsReportedWhileItWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newFakeSource()
		out, end := loop(t, src, nil)
		defer end()
		reports := 0
		for range 100 {
			src.events <- saved
			time.Sleep(quiet / 2)
			synctest.Wait()
			select {
			case <-out:
				reports++
			default:
			}
		}
		if reports < 3 || reports > 5 {
			t.Errorf("%d reports of a writer that wrote for %v, want about one for each %v", reports, 100*quiet/2, patience)
		}
	})
}

func TestSlowReaderGetsOneEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newFakeSource()
		out, end := loop(t, src, nil)
		defer end()
		for range 3 {
			src.events <- saved
			time.Sleep(2 * quiet)
		}
		if got := taken(out); len(got) != 1 || got[0].Err != nil {
			t.Errorf("three saves that nobody took left %v, want one save", got)
		}
		src.events <- saved
		if got := taken(out); len(got) != 1 {
			t.Errorf("a later save gave %v, want one save", got)
		}
	})
}

func TestLostFolderIsReportedOnceAndFoundAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newFakeSource(), newFakeSource()
		var tries atomic.Int32
		out, end := loop(t, first, func() (source, error) {
			if tries.Add(1) < 4 {
				return source{}, syscall.ENOENT
			}
			return second.source(), nil
		})
		first.events <- saved
		first.events <- gone
		synctest.Wait()
		e := <-out
		if !errors.Is(e.Err, fs.ErrNotExist) || !strings.Contains(e.Err.Error(), folder) || !strings.Contains(e.Err.Error(), "put the folder back") {
			t.Errorf("a lost folder gave %v", e)
		}
		if first.closed != 1 {
			t.Errorf("the lost folder's source was closed %d times, want once", first.closed)
		}
		time.Sleep(2 * look)
		synctest.Wait()
		if n := tries.Load(); len(out) != 0 || n != 3 {
			t.Errorf("a folder that is still gone after %d looks, want 3, gave %d events", n, len(out))
		}
		time.Sleep(look)
		if got := taken(out); len(got) != 1 || got[0].Err != nil {
			t.Errorf("a folder that came back gave %v, want one save", got)
		}
		second.events <- saved
		if got := taken(out); len(got) != 1 || got[0].Err != nil {
			t.Errorf("a save in the new folder gave %v, want one save", got)
		}
		end()
		if second.closed != 1 {
			t.Errorf("the second source was closed %d times, want once", second.closed)
		}
	})
}

func TestReplacedFolderIsOneSave(t *testing.T) {
	for name, op := range map[string]fsnotify.Op{"removed": fsnotify.Remove, "moved": fsnotify.Rename} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first, second := newFakeSource(), newFakeSource()
				out, end := loop(t, first, func() (source, error) { return second.source(), nil })
				defer end()
				first.events <- fsnotify.Event{Name: folder, Op: op}
				if got := taken(out); len(got) != 1 || got[0].Err != nil {
					t.Errorf("a replaced folder gave %v, want one save", got)
				}
			})
		})
	}
}

func TestSourceThatEndsIsOpenedAgain(t *testing.T) {
	for name, closeOne := range map[string]func(*fakeSource){
		"events": func(f *fakeSource) { close(f.events) },
		"errors": func(f *fakeSource) { close(f.errs) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first, second := newFakeSource(), newFakeSource()
				out, end := loop(t, first, func() (source, error) { return second.source(), nil })
				defer end()
				closeOne(first)
				if got := taken(out); len(got) != 1 || got[0].Err != nil {
					t.Errorf("it gave %v, want one save", got)
				}
				second.events <- saved
				if got := taken(out); len(got) != 1 {
					t.Errorf("a later save gave %v", got)
				}
			})
		})
	}
}

func TestErrorsOfTheSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newFakeSource()
		out, end := loop(t, src, nil)
		defer end()
		src.errs <- fmt.Errorf("read: %w", fsnotify.ErrEventOverflow)
		if got := taken(out); len(got) != 1 || got[0].Err != nil {
			t.Errorf("dropped events gave %v, want one save", got)
		}
		src.errs <- syscall.EIO
		if got := taken(out); len(got) != 1 || !errors.Is(got[0].Err, syscall.EIO) {
			t.Errorf("a failed read gave %v, want its error", got)
		}
		src.errs <- syscall.EIO
		src.events <- saved
		if got := taken(out); len(got) != 1 || got[0].Err != nil {
			t.Errorf("a save after an error that nobody took gave %v, want one save", got)
		}
	})
}

func TestNotSeenSaysWhatToDo(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{fmt.Errorf("inotify: %w", syscall.EMFILE), "press r to run by hand, or end other programs"},
		{syscall.ENOSPC, "press r to run by hand, or end other programs"},
		{syscall.ENOTSUP, "press r to run by hand"},
		{syscall.ENOENT, "put the folder back"},
	}
	for _, tt := range tests {
		got := notSeen(folder, tt.err)
		if !errors.Is(got, tt.err) || !strings.Contains(got.Error(), folder) || !strings.Contains(got.Error(), tt.want) {
			t.Errorf("notSeen(%v) = %q, want the folder, the cause and %q", tt.err, got, tt.want)
		}
	}
}
