//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/tools/asbuilt"
)

const startTime = time.Minute // for a board to listen, on a busy machine

// build compiles the board.
func build(ctx context.Context, dir string) (program string, err error) {
	program = filepath.Join(dir, "board")
	args := append(append([]string{"build"}, asbuilt.Flags()...), "-o", program, "example.com/leakproof/internal/board")
	out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the board does not build: run this in a clone of leakproof (%w)\n%s", err, out)
	}
	return program, nil
}

// board is one that runs in a process of its own. After a kill it is started
// again at the same address, as its supervisor would.
type board struct {
	program  string
	state    string // the folder; boards of one room share it for the facilitator's secret
	database string
	listen   string
	log      string // the file

	url, code, secret string

	mu  sync.Mutex
	cmd *exec.Cmd
	cpu time.Duration // of those that have ended
}

func newBoard(program, dir, database string, number int) *board {
	return &board{
		program: program, state: dir, database: database, log: filepath.Join(dir, fmt.Sprintf("board-%d.log", number)),
		// The callers' own ports are of 127.0.0.1, so that none of them takes the
		// board's while that is down.
		listen: fmt.Sprintf("127.0.0.%d:0", 2+number),
	}
}

// start returns when the board listens.
func (b *board) start(ctx context.Context) error {
	log, err := os.OpenFile(b.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the board has its own
	// An interrupt is for this program, which stops the boards then.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), b.program, "--listen", b.listen, "--database", b.database)
	cmd.Env = append(os.Environ(), "LEAKPROOF_STATE="+b.state)
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	b.mu.Lock()
	b.cmd = cmd
	b.mu.Unlock()
	tooLate := time.AfterFunc(startTime, func() { _ = cmd.Process.Kill() })
	defer tooLate.Stop()
	url, code, listens := "", "", false
	for lines := bufio.NewScanner(out); !listens && lines.Scan(); {
		if join, ok := strings.CutPrefix(lines.Text(), "Join:    leakproof join "); ok {
			url, code, _ = strings.Cut(join, " ")
		}
		listens = strings.HasPrefix(lines.Text(), "Ctrl-C ")
	}
	if !listens {
		return errors.Join(fmt.Errorf("the board did not start: %s", b.lastWords()), b.kill())
	}
	if b.url != "" { // started again
		if url != b.url {
			return fmt.Errorf("the board is at %s after its start, and was at %s", url, b.url)
		}
		return nil
	}
	b.url, b.code, b.listen = url, code, strings.TrimPrefix(url, "http://")
	secret, err := os.ReadFile(filepath.Join(b.state, room.SecretFile))
	b.secret = strings.TrimSpace(string(secret))
	return err
}

// kill ends the board at once, as a power cut would end its process.
func (b *board) kill() error { return b.end(os.Kill) }

// stop ends the board as Ctrl-C does, if it runs.
func (b *board) stop() error {
	b.mu.Lock()
	runs := b.cmd != nil
	b.mu.Unlock()
	if !runs {
		return nil
	}
	if err := b.end(os.Interrupt); err != nil {
		return fmt.Errorf("the board did not end well (%w): %s", err, b.lastWords())
	}
	return nil
}

func (b *board) end(s os.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.cmd.Process.Signal(s)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil // it has ended by itself: Wait says how
	}
	waited := b.cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](waited); !ok || s != os.Kill || exit.Exited() {
		err = errors.Join(err, waited)
	}
	b.cpu += b.cmd.ProcessState.UserTime() + b.cmd.ProcessState.SystemTime()
	b.cmd = nil
	return err
}

// memory is the board's resident set in bytes, 0 while it does not run.
func (b *board) memory() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cmd == nil {
		return 0
	}
	kib, err := strconv.ParseInt(strings.TrimSuffix(processField(b.cmd.Process.Pid, "VmRSS"), " kB"), 10, 64)
	if err != nil {
		return 0 // it has just ended
	}
	return kib << 10
}

// lastWords are the end of the log.
func (b *board) lastWords() string {
	text, err := os.ReadFile(b.log)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(text[max(0, len(text)-1_000):]))
}

// processField is a line of /proc/PID/status, "" if there is none.
func processField(pid int, name string) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "" // the process has ended
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// loadAverage is that of the last minute.
func loadAverage() (string, error) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "", err
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one, nil
}
