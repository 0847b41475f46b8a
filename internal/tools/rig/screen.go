//go:build linux

package rig

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// Screen is a program on a pseudo-terminal, and what it shows.
type Screen struct {
	Pid int

	cmd     *exec.Cmd
	tty     *os.File
	copying sync.WaitGroup
	changed chan struct{} // holds a token if something was written since the last look

	mu      sync.Mutex
	vt      *vt.Emulator
	at      time.Time // of the last write
	written int64
	ended   bool
}

// Start runs a command on a terminal of columns times rows cells.
func Start(cmd *exec.Cmd, columns, rows uint16) (*Screen, error) {
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: columns})
	if err != nil {
		return nil, err
	}
	s := &Screen{
		Pid: cmd.Process.Pid, cmd: cmd, tty: tty, changed: make(chan struct{}, 1),
		vt: vt.NewEmulator(int(columns), int(rows)),
	}
	s.vt.SetDefaultBackgroundColor(color.Black)
	s.copying.Go(s.show)                                 // ends with the program
	s.copying.Go(func() { _, _ = io.Copy(s.tty, s.vt) }) // the terminal's answers; ends with its input
	return s, nil
}

// show emulates what the program writes, until it ends.
func (s *Screen) show() {
	buf := make([]byte, 64<<10)
	for {
		n, err := s.tty.Read(buf)
		s.mu.Lock()
		if n > 0 {
			s.at = time.Now()
			s.written += int64(n)
			_, _ = s.vt.Write(buf[:n]) // an emulator takes everything
		}
		s.ended = err != nil
		s.mu.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// Text is what the screen shows.
func (s *Screen) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.vt.String()
}

// Look hands over the emulated screen, for as long as f takes.
func (s *Screen) Look(f func(*vt.Emulator)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.vt)
}

// Still waits until the screen is as wanted and then stays as it is for so long.
func (s *Screen) Still(ctx context.Context, wanted func(text string) bool, long time.Duration) error {
	for {
		if _, err := s.Wait(ctx, wanted); err != nil {
			return err
		}
		before := s.Written()
		select {
		case <-time.After(long):
		case <-ctx.Done():
			return ctx.Err()
		}
		if s.Written() == before && wanted(s.Text()) {
			return nil
		}
	}
}

// Status is the last word of the screen's first line, where the workbook says
// how the kata stands, and "running" while its suite runs.
func Status(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	words := strings.Fields(first)
	switch n := len(words); {
	case n >= 3 && words[n-1] == "s":
		return words[n-3]
	case n > 0:
		return words[n-1]
	}
	return ""
}

// Written is how many bytes the program has written so far.
func (s *Screen) Written() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written
}

// Shows asks for one of several texts on the screen.
func Shows(texts ...string) func(string) bool {
	return func(screen string) bool {
		for _, text := range texts {
			if strings.Contains(screen, text) {
				return true
			}
		}
		return false
	}
}

// Wait waits until the screen is as wanted, and returns when the bytes came
// that made it so. One goroutine at a time may wait.
func (s *Screen) Wait(ctx context.Context, wanted func(text string) bool) (time.Time, error) {
	for {
		s.mu.Lock()
		text, at, ended := s.vt.String(), s.at, s.ended
		s.mu.Unlock()
		if wanted(text) {
			return at, nil
		}
		if ended {
			return at, fmt.Errorf("the program has ended; it last showed:\n%s", text)
		}
		select {
		case <-s.changed:
		case <-ctx.Done():
			return at, fmt.Errorf("%w: the screen is not as it should be, but:\n%s", context.Cause(ctx), text)
		}
	}
}

// Press sends keys.
func (s *Screen) Press(keys string) error {
	_, err := io.WriteString(s.tty, keys)
	return err
}

// End waits until the program has ended and frees the terminal. Once ctx ends
// the program is killed.
func (s *Screen) End(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = s.cmd.Process.Kill() }) // or it has ended
	defer stop()
	err := s.cmd.Wait()
	// What reads the terminal's answers ends with them.
	if in, ok := s.vt.InputPipe().(io.Closer); ok {
		err = errors.Join(err, in.Close())
	}
	err = errors.Join(err, s.tty.Close())
	s.copying.Wait()
	return err
}

// cursorRow is the row of the home screen that the cursor is on, or "".
func cursorRow(text string) string {
	for line := range strings.Lines(text) {
		if row, ok := strings.CutPrefix(strings.TrimSpace(line), "› "); ok {
			return row
		}
	}
	return ""
}
