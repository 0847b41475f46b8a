package watch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// disk does what editors do, in one folder, and fails the test if it cannot.
type disk struct {
	t   *testing.T
	dir string
}

func newDisk(t *testing.T) disk {
	t.Helper()
	d := disk{t, filepath.Join(t.TempDir(), "kata")}
	d.must(os.Mkdir(d.dir, 0o700))
	d.write("notes.go", "package a\n")
	return d
}

func (d disk) path(name string) string { return filepath.Join(d.dir, name) }

func (d disk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// write replaces a file's content in several writes.
func (d disk) write(name string, parts ...string) {
	d.t.Helper()
	f, err := os.Create(d.path(name))
	d.must(err)
	for _, p := range parts {
		_, err := f.WriteString(p)
		d.must(err)
	}
	d.must(f.Close())
}

func (d disk) rename(from, to string) { d.t.Helper(); d.must(os.Rename(d.path(from), d.path(to))) }
func (d disk) remove(name string)     { d.t.Helper(); d.must(os.Remove(d.path(name))) }
func (d disk) chmod(name string)      { d.t.Helper(); d.must(os.Chmod(d.path(name), 0o640)) }

// touch makes a file and removes it.
func (d disk) touch(name string) { d.t.Helper(); d.write(name, "x"); d.remove(name) }

var editors = map[string]struct {
	saves int // how many events it is worth
	does  func(disk)
}{
	"vim": {1, func(d disk) {
		d.touch("4913")
		d.rename("notes.go", "notes.go~")
		d.write("notes.go", "package a\n", "var x int\n")
		d.chmod("notes.go")
		d.remove("notes.go~")
	}},
	"nano": {1, func(d disk) {
		d.write("notes.go", "package a\n", "var x int\n")
	}},
	"two quick saves": {1, func(d disk) {
		d.write("notes.go", "package a\n")
		d.write("notes.go", "package a\n\nvar x int\n")
	}},
	"save and gofmt -w": {1, func(d disk) {
		d.write("notes.go", "package a\nvar   x int\n")
		d.write("notes.go.1234567", "package a\nvar   x int\n")
		d.write("notes.go", "package a\n\nvar x int\n")
		d.remove("notes.go.1234567")
	}},
	"save by rename": {1, func(d disk) {
		d.write("notes.go___jb_tmp___", "package a\n")
		d.rename("notes.go", "notes.go___jb_old___")
		d.rename("notes.go___jb_tmp___", "notes.go")
		d.remove("notes.go___jb_old___")
	}},
	"emacs": {1, func(d disk) {
		d.write(".#notes.go", "somebody@somewhere")
		d.rename("notes.go", "notes.go~")
		d.write("notes.go", "package a\n")
		d.remove(".#notes.go")
	}},
	"removed file": {1, func(d disk) { d.remove("notes.go") }},
	"temporary files": {0, func(d disk) {
		for _, name := range []string{"4913", "notes.go~", ".notes.go.swp", ".notes.go.swx", "#notes.go#", ".#notes.go", "notes.go.tmp", ".notes.go", "_notes.go", "_old.go", ".hidden_test.go"} {
			d.touch(name)
		}
	}},
	"truncate and write": {1, func(d disk) {
		d.write("notes.go")
		d.write("notes.go", "package a\n\nvar x int\n")
	}},
	"moved over it": {1, func(d disk) {
		d.write("other", "package a\n\nvar x int\n")
		d.rename("other", "notes.go")
	}},
	"other files": {0, func(d disk) { d.write("KATA.md", "text"); d.write("go", "text") }},
	"permissions": {0, func(d disk) { d.chmod("notes.go") }},
}

// record returns the changes that the system reports for what an editor does.
func record(t *testing.T, does func(disk)) []fsnotify.Event {
	t.Helper()
	d := newDisk(t)
	src, err := openSource(d.dir)
	d.must(err)
	defer func() { d.must(src.close()) }()
	var events []fsnotify.Event
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range src.events {
			if filepath.Base(e.Name) == "the-end" {
				return
			}
			events = append(events, e)
		}
	}()
	does(d)
	d.write("the-end")
	<-done
	return events
}

// The changes are the real ones; they are replayed in virtual time, where the pauses between them are known.
func TestOneSaveIsOneEvent(t *testing.T) {
	for name, editor := range editors {
		t.Run(name, func(t *testing.T) {
			events := record(t, editor.does)
			if len(events) == 0 {
				t.Fatal("the system reported no change")
			}
			synctest.Test(t, func(t *testing.T) {
				src := newFakeSource()
				out, end := loop(t, src, nil, still)
				defer end()
				pause := min(quiet-time.Millisecond, patience/2/time.Duration(len(events)))
				for range 2 {
					for _, e := range events {
						src.events <- e
						time.Sleep(pause)
					}
					if got := taken(out); len(got) != editor.saves {
						t.Errorf("%d events, want %d, for %v", len(got), editor.saves, events)
					}
				}
			})
		})
	}
}

// next returns the next event. The limit is there to name the place of a hang; no test is about time.
func next(t *testing.T, out <-chan Event) Event {
	t.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	var e Event
	ok := false
	select {
	case e, ok = <-out:
	case <-limit.C:
	}
	if !ok {
		t.Fatal("no event: the channel is closed, or a minute has passed")
	}
	return e
}

// watched returns a folder with a file, and what its saves are reported on until the test ends.
func watched(t *testing.T) (disk, <-chan Event) {
	t.Helper()
	d := newDisk(t)
	ctx, cancel := context.WithCancel(t.Context())
	out, err := Saves(ctx, d.dir)
	d.must(err)
	t.Cleanup(func() {
		cancel()
		for range out {
			continue
		}
	})
	return d, out
}

func TestSavesAreSeenOnTheDisk(t *testing.T) {
	for name, editor := range editors {
		if editor.saves == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			d, out := watched(t)
			editor.does(d)
			if e := next(t, out); e.Err != nil {
				t.Errorf("event %v, want a save", e)
			}
		})
	}
}

func TestFolderOnTheDiskGoesAndComesBack(t *testing.T) {
	for name, goes := range map[string]func(disk){
		"removed": func(d disk) { d.must(os.RemoveAll(d.dir)) },
		"moved":   func(d disk) { d.must(os.Rename(d.dir, d.dir+"-elsewhere")) },
	} {
		t.Run(name, func(t *testing.T) {
			d, out := watched(t)
			goes(d)
			e := next(t, out)
			for e.Err == nil { // the removal of the file may be reported first
				e = next(t, out)
			}
			if !errors.Is(e.Err, fs.ErrNotExist) {
				t.Errorf("the folder is gone: %v", e.Err)
			}
			d.must(os.Mkdir(d.dir, 0o700))
			if e := next(t, out); e.Err != nil {
				t.Errorf("the folder is back: %v", e.Err)
			}
			d.write("notes.go", "package a\n")
			if e := next(t, out); e.Err != nil {
				t.Errorf("a save in the new folder: %v", e.Err)
			}
		})
	}
}

func TestFolderThatIsNotThereCannotBeWatched(t *testing.T) {
	out, err := Saves(t.Context(), filepath.Join(t.TempDir(), "kata"))
	if !errors.Is(err, fs.ErrNotExist) || out != nil {
		t.Errorf("Saves: %v, %v, want an error that says so", out, err)
	}
}
