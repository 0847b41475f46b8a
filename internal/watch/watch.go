// Package watch turns saves in a folder into events, and keeps only the newest run of what they start.
//
// An editor's save is a burst: files are renamed, truncated, written in parts and formatted. [Saves] reports one event for each
// burst, also where the file system gives no events. [Latest] starts a run for each event and ends the run before it, whose result no longer matters.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
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
	// often is how often a folder is looked at that gives no events or is gone; seldom is for one that gives them.
	often  = time.Second / perSecond
	seldom = time.Second

	perSecond = 4
)

// Event is one save, unless one of its fields is set.
type Event struct {
	// Err says why saves are not seen at present, and what to do. A save that comes later means that it is over.
	Err error
	// Notice is a sentence for the learner: the folder gives no events, so it is looked at. It comes at most once.
	Notice string
}

// Saves reports the changes of Go files in a folder, one event for each burst of them, until ctx ends; then the channel is
// closed. It watches the folder and not its files, because editors replace files. The channel holds one event and an event
// replaces the one that nobody has taken yet, so a slow reader is never behind; only a notice stays. Editors' temporary and backup
// files, files that the go command ignores, and changes of permissions are no saves.
//
// Where there are no file events, or where files change and no event comes (folders mounted in WSL, some network folders), Saves
// looks at the files 4 times a second instead, and a notice says so.
//
// A folder that goes away is reported as an error once; when it is back, that counts as a save. Saves fails if the folder cannot
// be read.
func Saves(ctx context.Context, dir string) (<-chan Event, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, notSeen(dir, err)
	}
	return start(ctx, dir, func() (source, error) { return openSource(dir) }, newSnapshot(dir).look)
}

// source is where events come from. Its channels are closed after close. The zero source is none: receiving from it waits for
// ever.
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
//
// Beside the events it looks at the folder now and then. A change that it sees and hears nothing of makes it doubt the events; if
// none has come by the next look, it does without them for good.
type watcher struct {
	dir  string
	open func() (source, error)
	look func() (changed bool, err error) // compares the folder with the last look
	out  chan Event

	src     source
	polling bool // does without events
	doubt   bool // a look saw a change that no event has told of yet
	gone    bool // the folder cannot be read, which was reported

	settled *time.Timer // runs during a burst
	until   time.Time   // the end of the burst's patience; zero between bursts
	next    *time.Timer // to the next look, or the next search for a folder that is gone
}

// start learns what is in the folder before it returns: what changes from then on is reported.
func start(ctx context.Context, dir string, open func() (source, error), look func() (bool, error)) (<-chan Event, error) {
	w := &watcher{
		dir: dir, open: open, look: look, settled: time.NewTimer(time.Hour), next: time.NewTimer(seldom),
		out: make(chan Event, 2), // the second place is for a notice
	}
	w.settled.Stop()
	src, openErr := open()
	w.src = src
	if _, err := look(); err != nil {
		w.drop()
		return nil, notSeen(dir, err)
	}
	if openErr != nil {
		w.poll(openErr)
	}
	go w.run(ctx)
	return w.out, nil
}

func (w *watcher) run(ctx context.Context) {
	defer close(w.out)
	defer w.drop()
	defer w.settled.Stop()
	defer w.next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.src.events:
			if ok {
				w.hear(e)
			} else {
				w.reopen()
			}
		case err, ok := <-w.src.errs:
			switch {
			case !ok:
				w.reopen()
			case errors.Is(err, fsnotify.ErrEventOverflow):
				w.changed() // what was dropped may have been a save
			default:
				w.poll(err)
				w.changed() // what was lost as well
			}
		case <-w.settled.C:
			w.settle()
		case <-w.next.C:
			w.check()
		}
	}
}

// hear takes an event.
func (w *watcher) hear(e fsnotify.Event) {
	switch {
	case e.Has(fsnotify.Remove|fsnotify.Rename) && filepath.Clean(e.Name) == w.dir:
		w.reopen()
	case !isGoFile(filepath.Base(e.Name)):
	case e.Has(fsnotify.Create | fsnotify.Write | fsnotify.Remove | fsnotify.Rename):
		w.doubt = false
		w.changed()
	default: // of the file's permissions or time
		w.doubt = false
		w.learn()
	}
}

// changed begins a burst or prolongs it.
func (w *watcher) changed() {
	now := time.Now()
	if w.until.IsZero() {
		w.until = now.Add(patience)
	}
	w.settled.Reset(min(quiet, w.until.Sub(now)))
}

// settle ends a burst and reports it, unless a look shows that it goes on or that the folder is gone.
func (w *watcher) settle() {
	goesOn := false
	if w.polling {
		if goesOn = w.compare(); w.gone {
			return
		}
	} else {
		w.learn()
	}
	if (goesOn || hasEmpty(w.dir)) && time.Now().Before(w.until) {
		w.changed()
		return
	}
	w.until = time.Time{}
	w.send(Event{})
}

// check is what is done from time to time: to look, or to search for a folder that is gone.
func (w *watcher) check() {
	switch {
	case w.polling:
		if w.compare() {
			w.changed()
		}
	case w.gone:
		w.reopen()
	case w.doubt:
		w.poll(nil)
		w.changed()
	default:
		changed, err := w.look()
		// What changes during a burst is reported at its end.
		w.doubt = (changed || err != nil) && w.until.IsZero()
	}
	w.schedule()
}

// schedule sets the time of the next check.
func (w *watcher) schedule() {
	pause := seldom
	if w.polling || w.gone || w.doubt {
		pause = often
	}
	w.next.Reset(pause)
}

// compare looks at a folder without events and reports whether there is a change to report.
func (w *watcher) compare() bool {
	changed, err := w.look()
	if err != nil {
		w.lose(err)
		return false
	}
	changed = changed || w.gone
	w.gone = false
	return changed
}

// learn makes the next look compare with how the folder is now. An error shows then as well.
func (w *watcher) learn() { _, _ = w.look() }

// reopen replaces a source that is of no use any more. An editor or git may have put another folder in the place of the one that
// was watched.
func (w *watcher) reopen() {
	w.drop()
	w.doubt = false
	src, err := w.open()
	switch {
	case err == nil:
		w.src, w.gone = src, false
		w.changed()
	case errors.Is(err, fs.ErrNotExist):
		w.lose(err)
	default:
		w.poll(err)
		w.changed()
	}
	w.schedule()
}

// lose ends a burst, because the folder cannot be read, and reports that once.
func (w *watcher) lose(err error) {
	w.settled.Stop()
	w.until = time.Time{}
	if !w.gone {
		w.gone = true
		w.send(Event{Err: notSeen(w.dir, err)})
	}
}

// poll does without events from now on. The cause is nil if they just do not come.
func (w *watcher) poll(cause error) {
	w.drop()
	w.polling, w.doubt, w.gone = true, false, false
	w.send(Event{Notice: noEvents(cause)})
	w.schedule()
}

// drop closes the source. What closing says concerns nobody: the source is of no use or the watch is over.
func (w *watcher) drop() {
	if w.src.close != nil {
		_ = w.src.close()
	}
	w.src = source{}
}

// send puts an event into the channel, in the place of one that nobody took. A notice stays before it. Only the loop sends, so there
// is room.
func (w *watcher) send(e Event) {
	var notice Event
	for waiting := true; waiting; {
		select {
		case old := <-w.out:
			if old.Notice != "" {
				notice = old
			}
		default:
			waiting = false
		}
	}
	if notice.Notice != "" {
		w.out <- notice
	}
	w.out <- e
}

// noEvents says that the folder is looked at, and why.
func noEvents(cause error) string {
	why := ""
	switch {
	case errors.Is(cause, syscall.ENOSPC), errors.Is(cause, syscall.EMFILE):
		why = " (the system's limit of watches is reached)"
	case cause != nil:
		why = fmt.Sprintf(" (%v)", cause)
	}
	return fmt.Sprintf("this folder gives no file events%s; it is looked at %d times a second", why, perSecond)
}

// notSeen says why saves are not seen, and what to do.
func notSeen(dir string, err error) error {
	cure := "run the suite by hand"
	if errors.Is(err, fs.ErrNotExist) {
		cure = "put the folder back"
	}
	return fmt.Errorf("saves in %s are not seen: %w; %s", dir, err, cure)
}
