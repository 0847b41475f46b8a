// Package relay carries requests to a board by a small program of its own, the relay, so that the workbook does not link what that
// takes. Its sources are embedded, and the go command builds them when they are first needed, as it does with labs.
package relay

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/team/relay/wire"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/text"
)

// Process is a relay that is built. Each request has a process of its own, which never outlives its answer.
type Process struct{ File string }

// Ready implements [room.Transport].
func (Process) Ready(context.Context, func()) error { return nil }

const (
	complaintsLimit = 64 << 10        // bytes of what a relay says that went wrong
	waitDelay       = 2 * time.Second // for the streams of one that was killed
)

// Do implements [room.Transport].
func (p Process) Do(ctx context.Context, r wire.Request) (*room.Response, error) {
	if deadline, ok := ctx.Deadline(); ok {
		r.Limit = time.Until(deadline) // this process may be suspended
	}
	ctx, kill := context.WithCancel(ctx)
	complaints := &gorun.Head{Limit: complaintsLimit}
	cmd := exec.CommandContext(ctx, p.File)
	cmd.Env, cmd.Stderr, cmd.SysProcAttr, cmd.WaitDelay = environment(), complaints, apart, waitDelay
	to, err := cmd.StdinPipe()
	var from io.ReadCloser
	if err == nil {
		from, err = cmd.StdoutPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		kill()
		return nil, fmt.Errorf("what talks to the board cannot be started (%w): see whether programs may run in its folder; XDG_CACHE_HOME names another", err)
	}
	end := sync.OnceValue(func() error {
		defer kill()
		_, _ = to.Close(), from.Close() // which ends it, if it has not yet ended
		return ending(cmd.Wait(), complaints.String())
	})
	answer, body, err := wire.Ask(to, from, r)
	if err != nil {
		return nil, cmp.Or(end(), err)
	}
	return &room.Response{Answer: answer, Body: &processBody{body: body, end: end, kill: kill}}, nil
}

// ending says why a relay gave no answer, or not all of it; nil if it did.
func ending(err error, complaints string) error {
	var failure wire.Failure
	switch {
	case err == nil:
		return nil
	case json.Unmarshal([]byte(complaints), &failure) == nil && failure.Cause != "":
		return &failure
	}
	return fmt.Errorf("what talks to the board has ended (%w) %s", err, text.FirstLine(complaints))
}

// environment is what a relay gets: the learner's, with the proxy, but nothing that is this program's own.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(strings.ToUpper(variable), "LEAKPROOF_")
	})
}

// processBody is a body that a relay passes on.
type processBody struct {
	body io.Reader
	end  func() error
	kill func()
}

func (b *processBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if err != nil {
		if err = b.end(); err == nil {
			err = io.EOF
		}
	}
	return n, err
}

func (b *processBody) Close() error {
	b.kill()
	_ = b.end() // it was killed, or had ended
	return nil
}
