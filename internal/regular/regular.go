// Package regular reads files that somebody else may have put there. What has a
// file's name can be a pipe that nobody writes to, a device without an end, or
// larger than memory: such a one is refused before it is read.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"example.com/leakproof/internal/text"
)

// SourceLimit is more than any source file of a module has, in bytes.
const SourceLimit = 1 << 20

// ErrNotRegular and ErrTooLarge say why a file was not read. They come in a
// [fs.PathError] with what is there.
var (
	ErrNotRegular = errors.New("not a regular file")
	ErrTooLarge   = errors.New("too large")
)

// Open opens a file for reading. It never waits: a pipe is not opened.
func Open(name string) (*os.File, fs.FileInfo, error) {
	// Opening alone makes some devices do something, so the first look is at
	// the name. The second is at what was opened, which may be another one.
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if err := check(name, info); err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err = f.Stat()
	if err == nil {
		err = check(name, info)
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// Read returns the content of a file of at most limit bytes.
func Read(name string, limit int64) ([]byte, error) {
	f, info, err := Open(name)
	if err != nil {
		return nil, err
	}
	var content []byte
	if info.Size() <= limit {
		// It may grow meanwhile.
		content, err = io.ReadAll(io.LimitReader(f, limit+1))
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if max(info.Size(), int64(len(content))) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w: it has more than %s", ErrTooLarge, text.Bytes(limit))}
	}
	return content, nil
}

func check(name string, info fs.FileInfo) error {
	mode, what := info.Mode(), ""
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		what = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		what = "a named pipe"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	default:
		what = "a device"
	}
	return &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("%w: it is %s", ErrNotRegular, what)}
}
