//go:build unix

package regular

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWhatIsNoFileIsRefused would hang, or fill the memory, if one of these were
// read.
func TestWhatIsNoFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	place := func(name string) string { return filepath.Join(dir, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Mkdir(place("folder"), 0o700))
	must(syscall.Mkfifo(place("pipe"), 0o600))
	must(os.Symlink("pipe", place("link to a pipe")))
	must(os.Symlink("/dev/zero", place("link to a device")))
	must(os.Symlink("loop", place("loop")))
	t.Chdir(dir) // the path of a socket is short
	listener, err := net.Listen("unix", "socket")
	must(err)
	defer func() { must(listener.Close()) }()
	must(os.WriteFile(place("sparse"), nil, 0o600))
	must(os.Truncate(place("sparse"), 1<<40))

	for name, want := range map[string]struct {
		is   error
		said string
	}{
		"folder":           {ErrNotRegular, "it is a folder"},
		"pipe":             {ErrNotRegular, "it is a named pipe"},
		"link to a pipe":   {ErrNotRegular, "it is a named pipe"},
		"link to a device": {ErrNotRegular, "it is a device"},
		"socket":           {ErrNotRegular, "it is a socket"},
		"loop":             {syscall.ELOOP, "symbolic links"},
		"sparse":           {ErrTooLarge, "it has more than 1 MiB"},
		"nothing":          {fs.ErrNotExist, "no such file"},
	} {
		content, err := Read(place(name), SourceLimit)
		var named *fs.PathError
		if content != nil || !errors.Is(err, want.is) || !errors.As(err, &named) || !strings.Contains(err.Error(), want.said) {
			t.Errorf("%s: %d bytes, %v; want %q", name, len(content), err, want.said)
		}
	}
}
