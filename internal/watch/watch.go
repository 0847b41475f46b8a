// Package watch turns saves in a folder into events, and keeps only the newest run of what they start.
//
// An editor's save is a burst: files are renamed, truncated, written in parts and formatted. [Saves] reports one event for each
// burst. [Latest] starts a run for each event and ends the run before it, whose result no longer matters.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// quiet is how long a folder must rest before its changes count as one save. Editors leave a few milliseconds between
	// the steps of a save; a learner does not notice twenty.
	quiet = 20 * time.Millisecond
	// patience bounds a burst, so that a program that writes without a pause is reported as well.
	patience = 250 * time.Millisecond
	// look is how often a folder that is gone is looked for.
	look = 250 * time.Millisecond
)

// Event is one save, or the reason why saves are not seen at present.
type Event struct {
	// Err is nil for a save. Otherwise it says what is wrong and what to do; a save that comes later means that it is over.
	Err error
}

// Saves reports the changes of Go files in a folder, one event for each burst of them, until ctx ends; then the channel is
// closed. It watches the folder and not its files, because editors replace files. The channel holds one event and an event
// replaces the one that nobody has taken yet, so a slow reader is never behind. Editors' temporary and backup files, files that
// the go command ignores, and changes of permissions are no saves.
//
// A folder that goes away is reported as an error once; when it is back, that counts as a save. Saves fails if the folder cannot
// be watched: it is not there, the system's limit of watches is reached, or the file system has no notifications.
func Saves(ctx context.Context, dir string) (<-chan Event, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, notSeen(dir, err)
	}
	open := func() (source, error) { return openSource(dir) }
	src, err := open()
	if err != nil {
		return nil, notSeen(dir, err)
	}
	w := &watcher{dir: dir, open: open, out: make(chan Event, 1)}
	go w.run(ctx, src)
	return w.out, nil
}

// source is where the changes of the folder come from. Its channels are closed after close.
type source struct {
	events <-chan fsnotify.Event
	errs   <-chan error
	close  func() error
}

func openSource(dir string) (source, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return source{}, err
	}
	if err := w.Add(dir); err != nil {
		return source{}, errors.Join(err, w.Close())
	}
	return source{events: w.Events, errs: w.Errors, close: w.Close}, nil
}

// watcher is the loop behind Saves. Only the loop touches it.
type watcher struct {
	dir  string
	open func() (source, error)
	out  chan Event
}

func (w *watcher) run(ctx context.Context, src source) {
	defer close(w.out)
	// A nil source is a folder that is gone; receiving from its channels waits for ever.
	defer func() { w.drop(src) }()

	// The timers start stopped: the first change or the loss of the folder sets them.
	settled, search := time.NewTimer(time.Hour), time.NewTimer(time.Hour)
	settled.Stop()
	search.Stop()
	defer settled.Stop()
	defer search.Stop()

	var until time.Time // the end of the present burst's patience; zero between bursts
	changed := func() {
		now := time.Now()
		if until.IsZero() {
			until = now.Add(patience)
		}
		settled.Reset(min(quiet, until.Sub(now)))
	}
	// lost gives up the source and looks for the folder at once: an editor or git may have put another in its place already.
	lost := func() {
		w.drop(src)
		src = source{}
		var err error
		if src, err = w.open(); err == nil {
			changed()
			return
		}
		settled.Stop()
		until = time.Time{}
		w.send(Event{Err: notSeen(w.dir, err)})
		search.Reset(look)
	}

	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-src.events:
			switch {
			case !ok, e.Has(fsnotify.Remove|fsnotify.Rename) && filepath.Clean(e.Name) == w.dir:
				lost()
			case isSave(e):
				changed()
			}
		case err, ok := <-src.errs:
			switch {
			case !ok:
				lost()
			case errors.Is(err, fsnotify.ErrEventOverflow):
				changed() // what was dropped may have been a save
			default:
				w.send(Event{Err: notSeen(w.dir, err)})
			}
		case <-settled.C:
			until = time.Time{}
			w.send(Event{})
		case <-search.C:
			var err error
			if src, err = w.open(); err != nil {
				search.Reset(look)
				continue
			}
			changed()
		}
	}
}

// drop closes a source. What closing says concerns nobody: the folder is gone or the watch is over.
func (w *watcher) drop(src source) {
	if src.close != nil {
		_ = src.close()
	}
}

// send puts an event into the channel, in the place of one that nobody took. Only the loop sends, so there is room.
func (w *watcher) send(e Event) {
	select {
	case <-w.out:
	default:
	}
	w.out <- e
}

// isSave reports whether a change can be part of a save of a Go file.
func isSave(e fsnotify.Event) bool {
	if !e.Has(fsnotify.Create | fsnotify.Write | fsnotify.Remove | fsnotify.Rename) {
		return false
	}
	// Emacs keeps its locks in .#notes.go. The go command ignores names that begin with a dot or an underscore.
	name := filepath.Base(e.Name)
	return filepath.Ext(name) == ".go" && !strings.ContainsRune("._#", rune(name[0]))
}

// notSeen says why saves are not seen, and what to do.
func notSeen(dir string, err error) error {
	cure := "press r to run by hand"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		cure = "put the folder back"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EMFILE):
		cure += ", or end other programs that watch files (editors, development servers) and start again"
	}
	return fmt.Errorf("saves in %s are not seen: %w; %s", dir, err, cure)
}
