//go:build unix

// Screenshot plays the workbook on a pseudo-terminal and writes what its
// screen shows as SVG, for the README:
//
//	go run ./internal/tools/screenshot
//
// It needs a clone whose katas are at their start. The learner's progress is
// not touched: it uses a state folder of its own.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"image/color"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

const (
	columns = 120
	rows    = 30
)

// press is a key, and the text to wait for afterwards.
type press struct {
	key   string
	until string
}

// shots are the pictures: the arguments of the workbook, and what to press
// before the picture is taken.
var shots = []struct {
	file    string
	args    []string
	presses []press
}{
	{"lesson.svg", []string{"read", "fan-out-safely"}, []press{{key: "\x1b[C", until: "2 of"}}},
	{"kata.svg", nil, []press{{key: "q", until: "Next:"}, {key: "/kata 12", until: "1 of"}, {key: "\r", until: "shows all"}, {key: "\r", until: "FAIL"}}},
}

func main() {
	log.SetFlags(0)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	for _, s := range shots {
		svg, err := shoot(ctx, s.args, s.presses)
		if err == nil {
			err = os.WriteFile(filepath.Join("internal", "tools", "screenshot", s.file), svg, 0o644)
		}
		if err != nil {
			log.Fatalf("%s: %v", s.file, err) //nolint:gocritic // the context ends with the process
		}
	}
}

// screen is an emulated terminal that a program writes to while we look.
type screen struct {
	mu sync.Mutex
	*vt.Emulator
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Emulator.Write(p)
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.String()
}

func shoot(ctx context.Context, args []string, presses []press) (svg []byte, err error) {
	state, err := os.MkdirTemp("", "leakproof-screenshot-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(state)) }()

	cmd := exec.CommandContext(ctx, "go", append([]string{"run", ".", "--state", state}, args...)...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: columns})
	if err != nil {
		return nil, err
	}
	s := &screen{Emulator: vt.NewEmulator(columns, rows)}
	s.SetDefaultBackgroundColor(color.Black)
	var copying sync.WaitGroup
	copying.Go(func() { _, _ = io.Copy(s, terminal) })          // ends with the program
	copying.Go(func() { _, _ = io.Copy(terminal, s.Emulator) }) // ends with the emulator

	err = s.still(ctx, "Leakproof")
	for _, p := range presses {
		if err == nil {
			err = s.press(ctx, terminal, p)
		}
	}
	s.mu.Lock()
	svg = draw(s.Emulator)
	s.mu.Unlock()
	_, quit := io.WriteString(terminal, "\x03")
	err = errors.Join(err, quit, cmd.Wait(), s.Close())
	_ = terminal.Close() // the program has ended
	copying.Wait()
	return svg, err
}

func (s *screen) press(ctx context.Context, keyboard io.Writer, p press) error {
	if _, err := io.WriteString(keyboard, p.key); err != nil {
		return err
	}
	return s.still(ctx, p.until)
}

// still looks at the screen until it shows the text and then stands still.
func (s *screen) still(ctx context.Context, text string) error {
	last, same := "", 0
	for {
		now := s.text()
		if same++; now != last {
			last, same = now, 0
		}
		if strings.Contains(now, text) && same > 5 {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("the screen never showed %q: %w\n%s", text, ctx.Err(), now)
		}
	}
}

// Cells of the picture, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 18
	margin     = 12
)

func draw(e *vt.Emulator) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`+"\n",
		columns*cellWidth+2*margin, rows*cellHeight+2*margin)
	fmt.Fprintln(&b, `<rect width="100%" height="100%" rx="8" fill="#16181d"/>`)
	for y := range e.Height() {
		for x := 0; x < e.Width(); {
			n, text := run(e, x, y)
			if strings.TrimSpace(text) != "" {
				fmt.Fprintf(&b, `<text x="%.1f" y="%d" xml:space="preserve" textLength="%.1f"%s>%s</text>`+"\n",
					margin+float64(x)*cellWidth, margin+(y+1)*cellHeight-4, float64(n)*cellWidth, attributes(e.CellAt(x, y).Style), html.EscapeString(text))
			}
			x += n
		}
	}
	fmt.Fprintln(&b, "</svg>")
	return b.Bytes()
}

// run is the longest stretch of one style from a cell on.
func run(e *vt.Emulator, x, y int) (cells int, text string) {
	first := e.CellAt(x, y)
	for x+cells < e.Width() {
		c := e.CellAt(x+cells, y)
		if !c.Style.Equal(&first.Style) {
			break
		}
		if text += c.Content; c.Content == "" {
			text += " "
		}
		cells += max(1, c.Width)
	}
	return cells, text
}

func attributes(s uv.Style) string {
	fill := "#d8dee9"
	if s.Fg != nil {
		r, g, b, _ := s.Fg.RGBA()
		fill = fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	}
	out := fmt.Sprintf(` fill="%s"`, fill)
	if s.Attrs&uv.AttrBold != 0 {
		out += ` font-weight="bold"`
	}
	if s.Attrs&uv.AttrFaint != 0 {
		out += ` opacity="0.6"`
	}
	return out
}
