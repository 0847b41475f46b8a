package relay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/gofrs/flock"

	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/regular"
)

//go:embed wire/wire.go direct/direct.go program/main.go
var source embed.FS

// goMod makes the sources a module of their own, which requires nothing.
const (
	goMod   = "module example.com/leakproof\n\ngo 1.26\n"
	inGoMod = "internal/team/relay" // where they are in it
)

const prefix = "relay-" // of the files that are kept

// Program is the relay, which is built where it is not yet there.
type Program struct {
	Process
	dir string
}

// New is the relay that is kept in a folder, under a name that stands for its sources and the Go that this program was built with:
// both bring newer ones.
func New(dir string) *Program {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %s %s\n", goMod, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	_ = eachSource(func(name string, content []byte) error { // it does not fail unless this does
		fmt.Fprintf(h, "%s %d\n%s", name, len(content), content)
		return nil
	})
	name := prefix + hex.EncodeToString(h.Sum(nil)[:8]) + ".exe" // Windows wants the ending, others do not mind it
	return &Program{Process: Process{File: filepath.Join(dir, name)}, dir: dir}
}

// DefaultDir is where it is kept: leakproof/relay in the user's cache folder.
func DefaultDir() string { return filepath.Join(xdg.CacheHome, "leakproof", "relay") }

func eachSource(do func(name string, content []byte) error) error {
	return fs.WalkDir(source, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := source.ReadFile(name)
		if err != nil {
			return err
		}
		return do(name, content)
	})
}

// The wait for another running copy that builds it.
const (
	lockWait  = gorun.DefaultBuildLimit
	lockRetry = 100 * time.Millisecond
)

// Ready builds the relay if it is not there as it was built, and calls building before, unless that is nil.
func (p *Program) Ready(ctx context.Context, building func()) error {
	if p.whole() {
		return nil
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return p.unfit(err)
	}
	lock := flock.New(filepath.Join(p.dir, "building.lock"))
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	_, err := lock.TryLockContext(waiting, lockRetry)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("what talks to the board is not there, and another running Leakproof that builds it does not end (it holds %s): end that one", lock.Path())
	case err != nil:
		return p.unfit(err)
	}
	if !p.whole() {
		if building != nil {
			building()
		}
		err = p.build(ctx)
	}
	return errors.Join(err, lock.Unlock())
}

// build builds the relay while nobody else does.
func (p *Program) build(ctx context.Context) (err error) {
	temp := filepath.Join(p.dir, "building")
	if err := os.RemoveAll(temp); err != nil { // of one that was killed
		return p.unfit(err)
	}
	defer func() {
		if removed := os.RemoveAll(temp); removed != nil && err == nil {
			err = p.unfit(removed)
		}
	}()
	write := func(name string, content []byte) error {
		file := filepath.Join(temp, filepath.FromSlash(name))
		return errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, content, 0o600))
	}
	err = errors.Join(write("go.mod", []byte(goMod)), eachSource(func(name string, content []byte) error {
		return write(inGoMod+"/"+name, content)
	}))
	if err != nil {
		return p.unfit(err)
	}
	binary := filepath.Join(temp, "relay.exe")
	runner := &gorun.Runner{Root: temp}
	_, err = runner.Build(ctx, inGoMod+"/program", binary, func(int, int) {})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("what talks to the board cannot be built: %w", err)
	}
	sum, err := sumOf(binary)
	if err == nil {
		err = errors.Join(os.WriteFile(p.sumFile(), sum, 0o600), os.Rename(binary, p.File))
	}
	if err != nil {
		return p.unfit(err)
	}
	p.forget()
	return nil
}

// others is how long what other versions have built is kept. If they are still in use, they build it again.
const others = 30 * 24 * time.Hour

// forget removes what versions of before have left.
func (p *Program) forget() {
	entries, _ := os.ReadDir(p.dir) // the next build looks again
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), prefix) && !strings.HasPrefix(e.Name(), filepath.Base(p.File)) && time.Since(info.ModTime()) > others {
			_ = os.Remove(filepath.Join(p.dir, e.Name())) // Windows refuses it while it runs
		}
	}
}

func (p *Program) unfit(err error) error {
	return fmt.Errorf("what talks to the board has no place: %s cannot be used (%w): make it writable or free some space, or name another cache folder with XDG_CACHE_HOME", p.dir, err)
}

// whole reports whether the relay is there as it was built.
func (p *Program) whole() bool {
	want, err := regular.Read(p.sumFile(), 2*sha256.Size)
	if err != nil {
		return false
	}
	got, err := sumOf(p.File)
	return err == nil && bytes.Equal(got, want)
}

func (p *Program) sumFile() string { return p.File + ".sha256" }

// sumOf is the sum of a program, in hexadecimal.
func sumOf(name string) ([]byte, error) {
	f, info, err := regular.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was read
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o100 == 0 {
		return nil, fs.ErrPermission
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return hex.AppendEncode(nil, h.Sum(nil)), nil
}
