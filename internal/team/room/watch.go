package room

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"time"

	"example.com/leakproof/internal/team/relay/wire"
	"example.com/leakproof/internal/text"
)

// What a watching client puts up with.
const (
	maxView      = 32 << 20         // bytes of a view: a room of 10,000
	silence      = 45 * time.Second // without a word, where a board sends one every 15 s
	firstPause   = time.Second      // before a lost connection is tried again
	longestPause = 30 * time.Second
)

// Seen is what a watching client tells: a view, or why none comes and how long it waits before it tries again.
type Seen struct {
	Came time.Time // when, by this clock
	View View
	Lost error         // nil with a view
	Wait time.Duration // 0 with a view
}

// Watch tells each view of the room until ctx ends, for a client that was made with the facilitator's secret. A connection that is
// lost is tried again. The error is that of ctx, or says why trying again would not help.
func (c *Client) Watch(ctx context.Context, tell func(Seen)) error {
	pause := firstPause
	for {
		err := c.stream(ctx, func(v View) {
			pause = firstPause
			tell(Seen{Came: time.Now(), View: v})
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var failure *Failure
		wait := pause/2 + rand.N(pause/2) // boards that come back are not met by everybody at once
		if errors.As(err, &failure) {
			if failure.final() {
				return err
			}
			wait = max(wait, failure.RetryAfter)
		}
		tell(Seen{Came: time.Now(), Lost: err, Wait: wait})
		pause = min(2*pause, longestPause)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// final reports whether the same request would fail again: the secret is wrong, or this is no board.
func (f *Failure) final() bool {
	switch f.Status {
	case statusRequestTimeout, statusTooManyRequests:
		return false
	}
	return f.Status/100 >= 2 && f.Status/100 <= 4
}

// stream reads the board's events until they end or it falls silent.
func (c *Client) stream(ctx context.Context, tell func(View)) error {
	if err := c.ready(ctx); err != nil {
		return err
	}
	bounded, cancel := context.WithCancel(ctx)
	defer cancel()
	quiet := time.AfterFunc(silence, cancel)
	defer quiet.Stop()

	resp, err := c.transport.Do(bounded, c.request("GET", "/api/stream", "text/event-stream", nil))
	if err != nil {
		return c.unheard(bounded, err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end, or given up
	if resp.Status != statusOK {
		data, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse))
		if err != nil {
			return c.unheard(bounded, err)
		}
		return c.refusal(resp, data)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header["Content-Type"]); kind != "text/event-stream" {
		return c.noBoard(resp.Status)
	}

	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxView)
	// A board keeps its newest view for who comes later: the first one can be from a while ago. How long, its clock says.
	began, _ := time.Parse(timeFormat, resp.Header["Date"])
	var event, data []byte
	for lines.Scan() {
		quiet.Reset(silence)
		field, value, _ := bytes.Cut(lines.Bytes(), []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch {
		case len(lines.Bytes()) > 0 && len(data)+len(value) > maxView:
			return c.noBoard(resp.Status)
		case string(field) == "event":
			event = bytes.Clone(value)
		case string(field) == "data":
			data = append(data, value...)
		case len(lines.Bytes()) == 0:
			if string(event) == "view" {
				v, err := readView(data)
				if err != nil {
					return c.noBoard(resp.Status)
				}
				if began.After(v.At) {
					v.At = began
				}
				began = time.Time{}
				tell(v)
			}
			event, data = nil, nil
		}
	}
	return c.unheard(bounded, lines.Err())
}

// unheard is the failure of a stream that ended, or never began.
func (c *Client) unheard(bounded context.Context, err error) error {
	var failure *wire.Failure
	switch {
	case bounded.Err() != nil:
		return &Failure{Says: fmt.Sprintf("%s has said nothing for %.0f s", c.host(), silence.Seconds())}
	case err == nil, errors.As(err, &failure) && failure.Cause == wire.Ended:
		return &Failure{Says: c.host() + " ended the connection"}
	case errors.Is(err, bufio.ErrTooLong):
		return &Failure{Says: fmt.Sprintf("%s sends a view of more than %d MiB", c.host(), maxView>>20)}
	}
	return c.silent(bounded, bounded, err)
}

var errNoView = errors.New("no view of this version")

// readView reads a view and cleans it of what could steer a terminal.
func readView(data []byte) (View, error) {
	var v View
	if err := json.Unmarshal(data, &v); err != nil {
		return View{}, err
	}
	if v.Schema != Schema {
		return View{}, errNoView
	}
	clean := func(fields ...*string) {
		for _, s := range fields {
			*s = text.Line(*s, maxMessage)
		}
	}
	clean(&v.Room, &v.Code.Code, &v.Address)
	for i := range v.People {
		p := &v.People[i]
		clean(&p.Name, &p.Kata, &p.Lesson, &p.Status)
	}
	for i := range v.Katas {
		clean(&v.Katas[i].Kata)
	}
	for i := range v.Stuck {
		s := &v.Stuck[i]
		clean(&s.Kata)
		s.Says, s.Truth = text.Line(s.Says, maxSentence), text.Line(s.Truth, maxSentence)
		for j := range s.Tests {
			clean(&s.Tests[j])
		}
	}
	if a := v.Agenda; a != nil {
		clean(&a.Title)
		for i := range a.Steps {
			clean(&a.Steps[i].Title)
			a.Steps[i].Text = text.Clip(a.Steps[i].Text, maxStep)
		}
		if a.Step < 0 || a.Step >= len(a.Steps) {
			v.Agenda = nil
		}
	}
	return v, nil
}

const (
	maxSentence = 1 << 10  // bytes of a belief's sentences
	maxStep     = 16 << 10 // bytes of a step's text
)
