package plain

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
)

// input reads lines one at a time and only when one is asked for, so that an
// editor which runs in between has the terminal to itself. Whoever stops
// waiting leaves the line to the next one who asks.
//
// The goroutine behind it ends at the end of the input and at close, unless it
// is inside a read: a terminal's read cannot be interrupted on every system.
type input struct {
	from    io.Reader
	done    chan struct{}
	wanted  chan struct{}
	lines   chan string // closed at the end of the input
	started bool
	pending bool // a line was asked for and not taken
}

func newInput(from io.Reader) *input {
	return &input{from: from, done: make(chan struct{}), wanted: make(chan struct{}, 1), lines: make(chan string)}
}

// ask returns the channel on which the next line comes. It is closed at the
// end of the input. Whoever receives a line calls took.
func (in *input) ask() <-chan string {
	if !in.started {
		in.started = true
		go in.read()
	}
	if !in.pending {
		in.pending = true
		in.wanted <- struct{}{}
	}
	return in.lines
}

func (in *input) took() { in.pending = false }

func (in *input) close() { close(in.done) }

// line waits for the next line. It fails with io.EOF at the end of the input
// and with the context's error.
func (in *input) line(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	select {
	case line, ok := <-in.ask():
		if !ok {
			return "", io.EOF
		}
		in.took()
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// maxLine is far beyond any answer, in bytes.
const maxLine = 4096

func (in *input) read() {
	defer close(in.lines)
	r := bufio.NewReaderSize(in.from, maxLine)
	for {
		select {
		case <-in.wanted:
		case <-in.done:
			return
		}
		line, err := r.ReadSlice('\n')
		text := strings.TrimSpace(string(line))
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.ReadSlice('\n')
		}
		if err != nil && text == "" {
			return
		}
		select {
		case in.lines <- text:
		case <-in.done:
			return
		}
	}
}
