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

// still is a folder in which no look ever sees a change.
func still() (bool, error) { return false, nil }

// loop runs the loop on a source in the present bubble; reopen is called when the folder is lost. The loop is ended, and the
// source must be closed, when the returned function is called.
func loop(t *testing.T, first *fakeSource, reopen func() (source, error), look func() (bool, error)) (<-chan Event, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	opened := false
	out, err := start(ctx, folder, func() (source, error) {
		if opened {
			return reopen()
		}
		opened = true
		return first.source(), nil
	}, look)
	if err != nil {
		t.Fatal(err)
	}
	return out, func() {
		t.Helper()
		cancel()
		for range out {
			continue
		}
		if first.closed != 1 {
			t.Errorf("the source was closed %d times, want once", first.closed)
		}
	}
}

// taken returns what the channel holds and what comes until all is at rest and the longest burst is over.
func taken(out <-chan Event) []Event {
	var events []Event
	over := time.After(2 * patience)
	for {
		select {
		case e := <-out:
			events = append(events, e)
		case <-over:
			return events
		}
	}
}

func TestConstantWriterIsReportedWhileItWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newFakeSource()
		out, end := loop(t, src, nil, still)
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
		out, end := loop(t, src, nil, still)
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
		}, still)
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
		time.Sleep(2 * often)
		synctest.Wait()
		if n := tries.Load(); len(out) != 0 || n != 3 {
			t.Errorf("a folder that is still gone after %d looks, want 3, gave %d events", n, len(out))
		}
		time.Sleep(often)
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
				out, end := loop(t, first, func() (source, error) { return second.source(), nil }, still)
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
				out, end := loop(t, first, func() (source, error) { return second.source(), nil }, still)
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

func TestDroppedEventsMayHaveBeenASave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newFakeSource()
		out, end := loop(t, src, nil, still)
		defer end()
		src.errs <- fmt.Errorf("read: %w", fsnotify.ErrEventOverflow)
		if got := taken(out); len(got) != 1 || got[0] != (Event{}) {
			t.Errorf("dropped events gave %v, want one save", got)
		}
	})
}

func TestNotSeenSaysWhatToDo(t *testing.T) {
	for err, want := range map[error]string{syscall.EIO: "run the suite by hand", syscall.ENOENT: "put the folder back"} {
		got := notSeen(folder, err)
		if !errors.Is(got, err) || !strings.Contains(got.Error(), folder) || !strings.Contains(got.Error(), want) {
			t.Errorf("notSeen(%v) = %q, want the folder, the cause and %q", err, got, want)
		}
	}
}

// TestAnEmptiedFileIsHalfASave: many editors empty a file and write it then.
func TestAnEmptiedFileIsHalfASave(t *testing.T) {
	disk := newDisk(t)
	synctest.Test(t, func(t *testing.T) {
		src := newFakeSource()
		out, err := start(t.Context(), disk.dir, func() (source, error) { return src.source(), nil }, still)
		if err != nil {
			t.Fatal(err)
		}
		save := func(content string) {
			disk.write("notes.go", content)
			src.events <- fsnotify.Event{Name: disk.path("notes.go"), Op: fsnotify.Write}
		}
		save("")
		time.Sleep(patience - quiet)
		synctest.Wait()
		if len(out) > 0 {
			t.Error("the empty file was reported before the editor had written it")
		}
		save("package a\n")
		if got := taken(out); len(got) != 1 {
			t.Errorf("%d events of one save", len(got))
		}
		save("") // and it stays empty
		if got := taken(out); len(got) != 1 {
			t.Errorf("%d events of a file that stays empty, want one after some patience", len(got))
		}
	})
}
