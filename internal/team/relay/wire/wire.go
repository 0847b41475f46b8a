// Package wire is what the workbook and its relay say to each other: a request on the relay's standard input, and on its standard
// output the head of the answer, in a line, and then the body as it comes. It imports only the standard library, as everything of
// the relay does: that is built where there is no module to look in.
package wire

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Request is one request to a board.
type Request struct {
	Method string            `json:"method"`
	URL    string            `json:"url"`
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body,omitempty"`
	Limit  time.Duration     `json:"limit,omitempty"` // of the relay's life, however long somebody listens; 0 is none
}

// Answer is the head of what a board answers.
type Answer struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header"` // those of [Headers] that there are
}

// Headers are those of an answer that are passed on, in their canonical form.
var Headers = []string{"Content-Type", "Date", "Location", "Retry-After"}

// Bounds of an answer's head, in bytes. A header is cut: nobody needs more of it.
const (
	MaxHeader = 1 << 10
	maxHead   = 64 << 10
)

// Failure is why there is no answer, or not the whole of it.
type Failure struct {
	Cause string `json:"cause"` // in words; a board may have chosen them
	Late  bool   `json:"late,omitempty"`
}

func (f *Failure) Error() string { return f.Cause }

// Ended is the cause of a connection that the other side has ended too early.
const Ended = "it ended the connection"

// Ask writes a request to a relay and reads the head of the answer. What follows is the body.
func Ask(to io.Writer, from io.Reader, r Request) (Answer, io.Reader, error) {
	if err := json.NewEncoder(to).Encode(r); err != nil {
		return Answer{}, nil, err
	}
	rest := bufio.NewReaderSize(from, maxHead)
	line, err := rest.ReadSlice('\n')
	if err != nil {
		return Answer{}, nil, err
	}
	var a Answer
	if err := json.Unmarshal(line, &a); err != nil {
		return Answer{}, nil, fmt.Errorf("the relay does not begin with the head of an answer: %w", err)
	}
	return a, rest, nil
}
