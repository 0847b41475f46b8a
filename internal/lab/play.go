package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/text"
	wire "example.com/leakproof/lessons/lab"
)

// Bounds of what a lab says, in bytes.
const (
	longestLine     = 4 << 20 // all goroutines, grouped
	complaintsLimit = 64 << 10
)

// sendLimit bounds the wait for a lab that does not read its commands.
const sendLimit = time.Second

// play runs the lab's program until nothing of it is left.
func (r *Run) play(ctx context.Context, p program) (err error) {
	temp, err := p.machine.TempFolder()
	if err != nil {
		return fmt.Errorf("there is no temporary folder for the lab (%w): free some space or set TMPDIR", err)
	}
	defer func() {
		if removed := os.RemoveAll(temp); removed != nil {
			err = errors.Join(err, fmt.Errorf("the temporary folder %s is still there (%w): remove it", temp, removed))
		}
	}()
	stdin, to, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("the lab cannot be given commands (%w): close other programs and start it again", err)
	}
	defer func() { _, _ = stdin.Close(), to.Close() }() // the lab has ended
	r.to = to

	ctx, kill := context.WithCancel(ctx)
	defer kill()
	said, complaints := &lines{ctx: ctx, each: make(chan []byte)}, &gorun.Head{Limit: complaintsLimit}
	ended := make(chan gorun.Ending, 1)
	go func() {
		ended <- p.machine.Run(ctx, gorun.Command{
			TempDir: temp, Env: append(slices.Clip(p.machine.Offline), p.env...), Name: p.file,
			Stdin: stdin, Stdout: said, Stderr: complaints,
		})
	}()

	var problem error // why it has to end
	fail := func(format string, args ...any) {
		if problem == nil {
			problem = fmt.Errorf(format, args...)
		}
		kill()
	}
	// In two halves: a workbook that was stopped itself, or slept, has heard
	// nothing for any time, and hears the lab before the second one is over.
	quiet, silent := time.NewTicker(r.limits.quiet/2), 0
	defer quiet.Stop()
	told := r.told
	var late <-chan time.Time
	finish := func() {
		told, late = nil, time.After(r.limits.end)
		_ = to.Close() // it may be closed already
	}
	for {
		select {
		case line := <-said.each:
			var m wire.Message
			if line == nil {
				fail("the lab printed a line of more than %s; if you changed it, %s", text.Bytes(longestLine), r.restore())
			} else if err := json.Unmarshal(line, &m); err != nil {
				fail("the lab printed %q on its standard output, where only its samples go: print to standard error, or %s", text.Line(string(line), 80), r.restore())
			} else if m.Problem != "" {
				problem = errors.New(text.FirstLine(m.Problem))
				finish()
			} else {
				r.hear(ctx, m)
			}
			quiet.Reset(r.limits.quiet / 2)
			silent = 0
		case <-told:
			finish()
		case <-late:
			fail("the lab did not end within %v when it was told to, and was killed; if you changed it, %s", r.limits.end, r.restore())
		case <-quiet.C:
			if silent++; silent < 2 {
				continue
			}
			fail("the lab has said nothing for %v, and was ended: start it again when this machine is less busy; if you changed it, %s", r.limits.quiet, r.restore())
		case end := <-ended:
			if problem != nil || told == nil || context.Cause(ctx) != nil {
				return problem
			}
			return r.endedBy(p, end, complaints.String())
		}
	}
}

// hear takes what the lab says.
func (r *Run) hear(ctx context.Context, m wire.Message) {
	switch {
	case m.Hello != nil && r.settings == nil:
		r.settings = append([]wire.Setting{}, m.Hello.Settings...)
		close(r.hello)
		r.say(ctx, Update{Hello: m.Hello})
	case m.Sample != nil:
		r.say(ctx, Update{Sample: m.Sample})
	case m.Event != nil:
		r.say(ctx, Update{Event: m.Event})
	case m.Goroutines != nil:
		r.asking.Lock()
		defer r.asking.Unlock()
		if len(r.asked) > 0 {
			r.asked[0] <- m.Goroutines // it has room
			r.asked = r.asked[1:]
		}
	}
}

// send gives the lab a command. answer, if not nil, gets the goroutines.
func (r *Run) send(c wire.Command, answer chan *wire.Goroutines) error {
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	if answer != nil {
		r.asking.Lock()
		r.asked = append(r.asked, answer)
		r.asking.Unlock()
	}
	_ = r.to.SetWriteDeadline(time.Now().Add(sendLimit)) // where pipes have none, the run's end ends the wait
	_, err = r.to.Write(append(line, '\n'))
	switch {
	case errors.Is(err, os.ErrClosed):
		return r.over()
	case err != nil:
		return fmt.Errorf("the lab takes no commands (%w): end it and start it again", err)
	}
	return nil
}

// endedBy says why the lab ended though nobody told it to.
func (r *Run) endedBy(p program, end gorun.Ending, complaints string) error {
	m := p.machine
	said := ""
	for line := range strings.Lines(complaints) {
		if line = text.FirstLine(line); said == "" || strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			said = line
		}
	}
	if said != "" {
		said = " (" + said + ")"
	}
	switch {
	case errors.Is(end.Cause, fs.ErrPermission):
		return fmt.Errorf("the folder of built labs %s forbids the execution of programs (%w): set XDG_CACHE_HOME to a folder that allows it", filepath.Dir(p.file), end.Cause)
	case end.Cause != nil && m.Fault(end.Cause.Error()) != "":
		return errors.New(m.Fault(end.Cause.Error()))
	case end.Cause != nil:
		return fmt.Errorf("the lab's program could not be started (%w): try `go run ./%s`", end.Cause, r.lab.Dir())
	case end.Signal != "":
		return fmt.Errorf("the lab was killed by a signal (%s), as the system does when memory is short: close other programs and start it again", end.Signal)
	default:
		return fmt.Errorf("the lab ended by itself, with status %d%s: start it again; if you changed it, %s", end.Exit, said, r.restore())
	}
}

// lines hands on each line that is written to it; nil for one that is too long.
// When ctx ends, it drops what comes.
type lines struct {
	ctx   context.Context
	each  chan []byte
	begun []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.begun = append(l.begun, p...)
	for {
		line, rest, ok := bytes.Cut(l.begun, []byte("\n"))
		if !ok && len(l.begun) <= longestLine {
			return len(p), nil
		}
		if len(line) > longestLine {
			line, rest = nil, nil
		}
		select {
		case l.each <- line:
		case <-l.ctx.Done():
			rest = nil
		}
		l.begun = bytes.Clone(rest)
	}
}
