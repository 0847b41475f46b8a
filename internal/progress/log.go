package progress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"example.com/leakproof/internal/regular"
)

const (
	version  = 1
	fileName = "progress.jsonl"
	lockName = "progress.lock"

	// lockWait bounds how long Append waits for another running copy; an append takes milliseconds, so a lock held for longer
	// belongs to a copy that was suspended in the middle of one.
	lockWait  = 10 * time.Second
	lockRetry = 5 * time.Millisecond
)

// ErrNewer means that the file holds lines of a later version of Leakproof. Nothing was changed: to write between lines that
// this program does not understand could give them another meaning.
var ErrNewer = errors.New("written by a newer Leakproof")

// Log is the learner's record in one folder. It holds no file open and starts no goroutine, so there is nothing to close. Its
// methods may be called by several goroutines, and several programs may use the same folder.
type Log struct {
	dir string

	// disk is held by one append or refresh at a time, for as long as it takes. A screen that asks for the state must not wait
	// for it, so what was read is swapped as a whole and never changed.
	disk sync.Mutex
	got  atomic.Pointer[reading]
}

// reading is how far the file was read and what it said so far.
type reading struct {
	info    fs.FileInfo // of the file that was read; nil before there is one
	offset  int64       // of the first byte not read yet
	lines   int         // line ends before offset
	decoder *decoder    // used under Log.disk
	state   State
	damaged []Damage
	torn    *Damage // the last line, when it has no end and cannot be read
}

// record is one line of the file.
type record struct {
	V int `json:"v"`
	Event
}

// Open reads the log in dir. A folder or file that is not there is an empty log, and nothing is created before the first
// [Log.Append], so a read-only disk can be read. A line that cannot be read is left alone and reported by [Log.Damaged].
// It fails with [ErrNewer] if a newer Leakproof wrote to the file, and if the file cannot be read.
func Open(dir string) (*Log, error) {
	l := &Log{dir: dir}
	l.got.Store(&reading{})
	if err := l.Refresh(); err != nil {
		return nil, err
	}
	return l, nil
}

// State returns what the events read so far mean. It never waits for the disk.
func (l *Log) State() State { return l.got.Load().state }

// Damaged returns the lines that could not be read, in the order of the file. They stay in the file and mean nothing.
func (l *Log) Damaged() []Damage {
	got := l.got.Load()
	all := slices.Clone(got.damaged)
	if got.torn != nil {
		all = append(all, *got.torn)
	}
	return all
}

// Refresh reads what other running copies appended since the last look.
func (l *Log) Refresh() error {
	l.disk.Lock()
	defer l.disk.Unlock()
	f, _, err := regular.Open(l.path())
	if errors.Is(err, fs.ErrNotExist) {
		l.got.Store(&reading{})
		return nil
	}
	var at *fs.PathError
	if errors.Is(err, regular.ErrNotRegular) && errors.As(err, &at) {
		err = fmt.Errorf("%s is %w", l.path(), at.Err)
	}
	if err != nil {
		return l.unreadable(err)
	}
	return errors.Join(l.catchUp(f), f.Close())
}

// Append adds one event to the file and to the state. When it returns nil the event is on the disk; when it fails, the state
// is as the file says. It waits for other running copies, until ctx ends and for at most ten seconds.
func (l *Log) Append(ctx context.Context, e Event) error {
	if e.Kind == "" {
		return errors.New("progress: an event needs a kind")
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.At = e.At.UTC()
	line, err := json.Marshal(record{V: version, Event: e})
	if err != nil {
		return fmt.Errorf("progress: encode a %s event: %w", e.Kind, err)
	}
	line = append(line, '\n')
	if len(line) > maxLine {
		return fmt.Errorf("progress: a %s event of %d bytes is over the limit of %d bytes a line", e.Kind, len(line), maxLine)
	}

	l.disk.Lock()
	defer l.disk.Unlock()
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return l.unwritable(err)
	}
	if err := l.onlyFiles(); err != nil {
		return l.unwritable(err)
	}
	lock := flock.New(filepath.Join(l.dir, lockName))
	if err := l.acquire(ctx, lock); err != nil {
		return err
	}
	err = l.write(line)
	if uerr := lock.Unlock(); uerr != nil {
		err = errors.Join(err, l.unwritable(uerr))
	}
	return err
}

// onlyFiles refuses to write to a pipe, which waits for a reader, or to a device.
func (l *Log) onlyFiles() error {
	for _, name := range []string{l.path(), filepath.Join(l.dir, lockName)} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file: move it away", name)
		}
	}
	return nil
}

func (l *Log) acquire(ctx context.Context, lock *flock.Flock) error {
	bounded, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	_, err := lock.TryLockContext(bounded, lockRetry)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("progress was not saved: %w", err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("progress was not saved: another running Leakproof holds %s: end it (it may be suspended), or use another folder with --state DIR or LEAKPROOF_STATE: %w",
			lock.Path(), err)
	default:
		return l.unwritable(err)
	}
}

// write puts one line at the end of the file and reads it back. The caller holds the file lock.
func (l *Log) write(line []byte) error {
	f, err := os.OpenFile(l.path(), os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return l.unwritable(err)
	}
	return errors.Join(l.writeTo(f, line), f.Close())
}

func (l *Log) writeTo(f *os.File, line []byte) error {
	// Another copy, and a newer one at that, may have written since the last look.
	if err := l.catchUp(f); err != nil {
		return err
	}
	// A copy that was killed can have left half a line. Its remains must not swallow this one.
	torn, err := endsTorn(f)
	if err != nil {
		return l.unreadable(err)
	}
	if torn {
		line = append([]byte{'\n'}, line...)
	}
	if _, err := f.Write(line); err != nil {
		return l.unwritable(err)
	}
	if err := f.Sync(); err != nil {
		return l.unwritable(err)
	}
	return l.catchUp(f)
}

// endsTorn reports whether the last line of a file has no line end.
func endsTorn(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if info.Size() == 0 {
		return false, nil
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil {
		return false, err
	}
	return last[0] != '\n', nil
}

// catchUp reads what the file holds beyond what was read. If the file is another one or became shorter, someone replaced it,
// and it is read from its beginning. On an error nothing of it counts as read.
func (l *Log) catchUp(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return l.unreadable(err)
	}
	got := *l.got.Load()
	if got.info == nil || !os.SameFile(got.info, info) || info.Size() < got.offset {
		got = reading{}
	}
	got.info, got.torn = info, nil

	if got.decoder == nil {
		got.decoder = &decoder{}
	}
	next := got.state.draft()
	next.history = slices.Grow(next.history, int((info.Size()-got.offset)/usualLine))
	lines := newLineReader(io.NewSectionReader(f, got.offset, info.Size()-got.offset))
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return l.unreadable(err)
		}
		number := got.lines + 1
		step, skip, err := got.decoder.line(line)
		switch {
		case errors.Is(err, ErrNewer):
			return fmt.Errorf("%s, line %d: %w; nothing was changed: update Leakproof, or use another folder with --state DIR or LEAKPROOF_STATE",
				l.path(), number, err)
		case err != nil && !line.ended:
			// Not read yet: a running copy may be in the middle of it. Nothing follows a line without an end.
			got.torn = &Damage{Path: l.path(), Line: number, Reason: "the line is incomplete: " + err.Error()}
			continue
		case err != nil:
			if len(got.damaged) == maxDamaged {
				return l.unreadable(fmt.Errorf("more than %d lines of %s are none of Leakproof's: move it away", maxDamaged, l.path()))
			}
			got.damaged = append(got.damaged, Damage{Path: l.path(), Line: number, Reason: err.Error()})
		case !skip:
			step.line = number
			next.apply(step)
		}
		got.offset += line.size
		if line.ended {
			got.lines++
		}
	}
	got.state = next
	l.got.Store(&got)
	return nil
}

func (l *Log) path() string { return filepath.Join(l.dir, fileName) }

func (l *Log) unreadable(err error) error {
	return fmt.Errorf("progress in %s cannot be read: make it readable, or use another folder with --state DIR or LEAKPROOF_STATE: %w", l.dir, err)
}

func (l *Log) unwritable(err error) error {
	return fmt.Errorf("progress was not saved: %s cannot be written: free space or make it writable, or use another folder with --state DIR or LEAKPROOF_STATE: %w", l.dir, err)
}
