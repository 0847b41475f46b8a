package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

const (
	mostReply     = 4 << 20     // bytes of an answer
	mostComplaint = 300         // bytes that are told of what the service complains about
	mostEnding    = time.Second // that a service may take to end when it says nothing more
)

// child is the service's process, seen from the one of the load.
type child struct {
	cmd        *exec.Cmd
	first      reply // where it listens
	complaints *complaints

	stdin   io.Closer
	orders  *json.Encoder
	replies *bufio.Scanner
}

// startService starts this program as the service.
func startService(ctx context.Context, t task) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	what, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.CommandContext(ctx, self), complaints: &complaints{}}
	c.cmd.Env = append(os.Environ(), serviceRole+"="+string(what))
	c.cmd.Stderr = c.complaints
	stdin, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("the service does not start (%w): start the lab again", err)
	}
	c.stdin, c.orders, c.replies = stdin, json.NewEncoder(stdin), bufio.NewScanner(stdout)
	c.replies.Buffer(nil, mostReply)
	if c.first, err = c.answer(); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

// ask gives an order and returns the answer.
func (c *child) ask(o order) (reply, error) {
	if err := c.orders.Encode(o); err != nil {
		return reply{}, c.gone()
	}
	return c.answer()
}

// answer waits for what the service says next.
func (c *child) answer() (reply, error) {
	silent := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() }) // which ends the read
	defer silent.Stop()
	if !c.replies.Scan() {
		switch {
		case !silent.Stop(): // it has fired
			return reply{}, fmt.Errorf("the service has said nothing for %v and was ended: start the lab again", patience)
		case errors.Is(c.replies.Err(), bufio.ErrTooLong):
			return reply{}, fmt.Errorf("the service printed a line of more than %d MB on its standard output, where only its answers go: print to standard error", mostReply>>20)
		default:
			return reply{}, c.gone()
		}
	}
	var r reply
	if err := json.Unmarshal(c.replies.Bytes(), &r); err != nil {
		return reply{}, fmt.Errorf("the service printed %.80q on its standard output, where only its answers go: print to standard error", c.replies.Text())
	}
	return r, nil
}

// gone says in one line how the service has ended, and what it complained about.
func (c *child) gone() error {
	stuck := time.AfterFunc(mostEnding, func() { _ = c.cmd.Process.Kill() })
	_ = c.stdin.Close()
	_ = c.cmd.Wait() // the state says more
	how := c.cmd.ProcessState.String()
	if !stuck.Stop() {
		how = "it closed its standard output"
	}
	if said := c.complaints.line(); said != "" {
		how += ": " + said
	}
	return fmt.Errorf("the service ended (%s): start the lab again; if you changed it, look there first", how)
}

// stop ends the service, which has nothing to save.
func (c *child) stop() {
	_ = c.stdin.Close()
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// complaints keeps the line that says most of what is written to it: that of a
// panic, whose stacks come after it, else the last.
type complaints struct {
	mu    sync.Mutex
	begun []byte // the line that has no end yet; its beginning
	said  string
	fatal bool
}

func (c *complaints) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for line := range bytes.Lines(p) {
		line, whole := bytes.CutSuffix(line, []byte("\n"))
		c.begun = append(c.begun, line[:min(len(line), mostComplaint-len(c.begun))]...)
		if whole {
			c.end()
		}
	}
	return len(p), nil
}

// end takes note of a line. Hold c.mu.
func (c *complaints) end() {
	line := strings.TrimSpace(strings.ToValidUTF8(string(c.begun), ""))
	c.begun = c.begun[:0]
	fatal := strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")
	if line != "" && (fatal || !c.fatal) {
		c.said, c.fatal = line, c.fatal || fatal
	}
}

func (c *complaints) line() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end()
	return c.said
}
