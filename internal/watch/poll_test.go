package watch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// fakeFolder is a folder that a test changes and the loop looks at.
type fakeFolder struct {
	mu      sync.Mutex
	changed bool
	err     error
	looks   int
}

func (f *fakeFolder) look() (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looks++
	changed := f.changed
	f.changed = false
	return changed, f.err
}

func (f *fakeFolder) change() { f.mu.Lock(); f.changed = true; f.mu.Unlock() }

func (f *fakeFolder) fail(err error) { f.mu.Lock(); f.err = err; f.mu.Unlock() }

// looked returns how often the loop has looked since looked was last called.
func (f *fakeFolder) looked() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.looks
	f.looks = 0
	return n
}

// poll runs the loop in the present bubble where events cannot be had, and returns its notice.
func poll(t *testing.T, cause error, look func() (bool, error)) (string, <-chan Event, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, err := start(ctx, folder, func() (source, error) { return source{}, cause }, look)
	if err != nil {
		t.Fatal(err)
	}
	return (<-out).Notice, out, func() {
		cancel()
		for range out {
			continue
		}
	}
}

// wantNoticeAndSave wants the notice, with those words, and one save after it.
func wantNoticeAndSave(t *testing.T, got []Event, words string) {
	t.Helper()
	if len(got) != 2 || !strings.Contains(got[0].Notice, words) || !strings.Contains(got[0].Notice, "looked at 4 times a second") || got[1] != (Event{}) {
		t.Errorf("events %+v, want a notice with %q and a save", got, words)
	}
}

func TestWithoutEventsTheFolderIsLookedAt(t *testing.T) {
	for cause, words := range map[error]string{
		syscall.EMFILE:  "the system's limit of watches is reached",
		syscall.ENOSPC:  "the system's limit of watches is reached",
		syscall.ENOTSUP: syscall.ENOTSUP.Error(),
	} {
		synctest.Test(t, func(t *testing.T) {
			var f fakeFolder
			notice, out, end := poll(t, cause, f.look)
			defer end()
			if !strings.Contains(notice, words) || !strings.Contains(notice, "looked at 4 times a second") {
				t.Errorf("the notice for %v is %q, want %q in it", cause, notice, words)
			}
			if got := taken(out); len(got) != 0 {
				t.Errorf("a folder at rest gave %+v", got)
			}
			synctest.Wait()
			f.looked()
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if n := f.looked(); n != 40 {
				t.Errorf("%d looks in 10 s, want 40", n)
			}
			for range 2 {
				f.change()
				if got := taken(out); len(got) != 1 || got[0] != (Event{}) {
					t.Errorf("a change gave %+v, want one save", got)
				}
			}
		})
	}
}

func TestSilentFolderIsLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fakeFolder
		src := newFakeSource()
		out, end := loop(t, src, nil, f.look)
		f.looked()
		time.Sleep(10 * time.Second)
		if n := f.looked(); n > 10 || len(out) != 0 {
			t.Errorf("%d looks in 10 s and %d events, want at most 10 looks while nothing speaks against the events", n, len(out))
		}
		f.change()
		time.Sleep(seldom + often)
		wantNoticeAndSave(t, taken(out), "gives no file events;")
		f.change()
		if got := taken(out); len(got) != 1 || got[0] != (Event{}) {
			t.Errorf("a later change gave %+v, want one save", got)
		}
		end() // the source was closed
	})
}

func TestChangesThatAreHeardRaiseNoDoubt(t *testing.T) {
	mode := fsnotify.Event{Name: saved.Name, Op: fsnotify.Chmod}
	for name, test := range map[string]struct {
		wait  time.Duration // from the change to its event
		event fsnotify.Event
		saves int
	}{
		"heard before it is seen":      {0, saved, 1},
		"seen before it is heard":      {seldom + often/2, saved, 1},
		"heard and, at once, seen":     {seldom - quiet/4, saved, 1},
		"a new time before it is seen": {0, mode, 0},
		"a new time after it is seen":  {seldom + often/2, mode, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var f fakeFolder
				src := newFakeSource()
				out, end := loop(t, src, nil, f.look)
				defer end()
				f.change()
				time.Sleep(test.wait)
				src.events <- test.event
				time.Sleep(10 * time.Second)
				if got := taken(out); len(got) != test.saves || len(got) == 1 && got[0] != (Event{}) {
					t.Errorf("events %+v, want %d saves", got, test.saves)
				}
			})
		})
	}
}

func TestEventsThatFailLaterAreDoneWithout(t *testing.T) {
	noWatches := func() (source, error) { return source{}, syscall.ENOSPC }
	for name, test := range map[string]struct {
		fails func(*fakeSource)
		words string
	}{
		"failed read":                 {func(s *fakeSource) { s.errs <- syscall.EIO }, syscall.EIO.Error()},
		"replaced folder, no watches": {func(s *fakeSource) { s.events <- gone }, "limit of watches"},
		"source that ends":            {func(s *fakeSource) { close(s.errs) }, "limit of watches"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var f fakeFolder
				src := newFakeSource()
				out, end := loop(t, src, noWatches, f.look)
				defer end()
				test.fails(src)
				wantNoticeAndSave(t, taken(out), test.words)
				f.change()
				if got := taken(out); len(got) != 1 || got[0] != (Event{}) {
					t.Errorf("a later change gave %+v, want one save", got)
				}
			})
		})
	}
}

func TestPolledFolderGoesAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fakeFolder
		_, out, end := poll(t, syscall.EMFILE, f.look)
		defer end()
		f.fail(fs.ErrNotExist)
		time.Sleep(time.Minute)
		if got := taken(out); len(got) != 1 || !errors.Is(got[0].Err, fs.ErrNotExist) {
			t.Errorf("a folder that is gone gave %+v, want its error once", got)
		}
		f.fail(nil)
		if got := taken(out); len(got) != 1 || got[0] != (Event{}) {
			t.Errorf("a folder that came back gave %+v, want one save", got)
		}
	})
}

// A mount that gives no events does not tell of its end either.
func TestSilentFolderThatGoesIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fakeFolder
		src := newFakeSource()
		out, end := loop(t, src, nil, f.look)
		defer end()
		f.fail(fs.ErrNotExist)
		time.Sleep(time.Minute)
		if got := taken(out); len(got) != 2 || got[0].Notice == "" || !errors.Is(got[1].Err, fs.ErrNotExist) {
			t.Errorf("events %+v, want the notice and the error", got)
		}
	})
}

func TestPolledWriterIsReportedWhileItWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, out, end := poll(t, syscall.EMFILE, func() (bool, error) { return true, nil })
		defer end()
		reports := 0
		for range 40 {
			time.Sleep(often)
			synctest.Wait()
			select {
			case <-out:
				reports++
			default:
			}
		}
		if reports < 15 || reports > 40 {
			t.Errorf("%d reports in 10 s of a writer that does not rest, want some each second", reports)
		}
	})
}

func TestTheNoticeStaysForASlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newFakeSource()
		out, end := loop(t, src, nil, still)
		defer end()
		src.events <- saved
		time.Sleep(time.Second)
		src.errs <- syscall.EIO
		time.Sleep(time.Second)
		wantNoticeAndSave(t, taken(out), syscall.EIO.Error())
	})
}

func TestFolderThatCannotBeReadIsRefused(t *testing.T) {
	src := newFakeSource()
	out, err := start(t.Context(), folder, func() (source, error) { return src.source(), nil }, func() (bool, error) { return false, fs.ErrPermission })
	if !errors.Is(err, fs.ErrPermission) || out != nil || src.closed != 1 {
		t.Errorf("start: %v, %v, and the source was closed %d times", out, err, src.closed)
	}
}

// The saves are real and between two looks; the looks are in virtual time.
func TestOneSaveIsOneEventWithoutEvents(t *testing.T) {
	for name, editor := range editors {
		t.Run(name, func(t *testing.T) {
			d := newDisk(t)
			synctest.Test(t, func(t *testing.T) {
				_, out, end := poll(t, syscall.EMFILE, newSnapshot(d.dir).look)
				defer end()
				editor.does(d)
				if got := taken(out); len(got) != editor.saves {
					t.Errorf("events %+v, want %d", got, editor.saves)
				}
			})
		})
	}
}

// A look falls between the truncation and the first write, or the removal and the new file; the last write comes when the look
// after it is over.
func TestSaveThatIsSeenHalfDoneIsOneEvent(t *testing.T) {
	for name, half := range map[string]func(disk){
		"truncated": func(d disk) { d.write("notes.go") },
		"removed":   func(d disk) { d.rename("notes.go", "notes.go~") },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDisk(t)
			synctest.Test(t, func(t *testing.T) {
				_, out, end := poll(t, syscall.EMFILE, newSnapshot(d.dir).look)
				defer end()
				time.Sleep(often - time.Millisecond)
				half(d)
				time.Sleep(quiet * 3 / 4)
				d.write("notes.go", "package a\n")
				time.Sleep(quiet * 3 / 4)
				d.write("notes.go", "package a\n\nvar x int\n")
				if got := taken(out); len(got) != 1 || got[0] != (Event{}) {
					t.Errorf("events %+v, want one save", got)
				}
			})
		})
	}
}

func TestWhatALookSees(t *testing.T) {
	then := time.Date(2026, 5, 4, 3, 2, 0, 0, time.UTC)
	// stamp gives the file the time that it had: what a file system with coarse times does.
	stamp := func(d disk) { d.must(os.Chtimes(d.path("notes.go"), then, then)) }
	for name, test := range map[string]struct {
		wait time.Duration // since the file was new
		does func(disk)
		want bool
	}{
		"nothing":                          {0, func(disk) {}, false},
		"another size":                     {time.Hour, func(d disk) { d.write("notes.go", "package ab\n"); stamp(d) }, true},
		"the same content at another time": {time.Hour, func(d disk) { d.must(os.Chtimes(d.path("notes.go"), then, then.Add(time.Second))) }, true},
		"another content at the same time": {2*time.Second + often, func(d disk) { d.write("notes.go", "package b\n"); stamp(d) }, true},
		"a new file":                       {time.Hour, func(d disk) { d.write("more.go", "package a\n") }, true},
		"a removed file":                   {time.Hour, func(d disk) { d.remove("notes.go") }, true},
		"permissions":                      {time.Hour, func(d disk) { d.chmod("notes.go") }, false},
		"a hidden file":                    {time.Hour, func(d disk) { d.write(".notes.go", "package a\n") }, false},
		"a brief":                          {time.Hour, func(d disk) { d.write("KATA.md", "text") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDisk(t)
			stamp(d)
			synctest.Test(t, func(t *testing.T) {
				s := newSnapshot(d.dir)
				look := func(want bool) {
					t.Helper()
					if changed, err := s.look(); changed != want || err != nil {
						t.Errorf("look: %t, %v, want %t", changed, err, want)
					}
				}
				look(false)
				time.Sleep(test.wait)
				test.does(d)
				look(test.want)
				look(false)
			})
		})
	}
}

func TestALookAtNoFolderFailsUntilItIsBack(t *testing.T) {
	d := newDisk(t)
	s := newSnapshot(d.dir)
	d.rename(".", filepath.Join("..", "elsewhere"))
	for range 2 {
		if _, err := s.look(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("look: %v", err)
		}
	}
	d.rename(filepath.Join("..", "elsewhere"), ".")
	if changed, err := s.look(); changed || err != nil {
		t.Errorf("the look that learns what is there: %t, %v", changed, err)
	}
	d.write("notes.go", "package a\n\nvar x int\n")
	if changed, err := s.look(); !changed || err != nil {
		t.Errorf("the look after it: %t, %v", changed, err)
	}
}

// BenchmarkLook is what the folder of a kata costs 4 times a second.
func BenchmarkLook(b *testing.B) {
	dir := b.TempDir()
	for _, name := range []string{"notes.go", "notes_test.go", "kit_test.go", "KATA.md"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("package a\n"), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	s := newSnapshot(dir)
	for b.Loop() {
		if _, err := s.look(); err != nil {
			b.Fatal(err)
		}
	}
}
