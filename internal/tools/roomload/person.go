//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"example.com/leakproof/internal/team/room"
)

const (
	answerTime = 15 * time.Second // for an answer, before it is asked for again
	againEvery = 50               // of so many posts one is sent twice, as if its answer had been lost
	session    = "roomload"       // of the events' ids
)

// schedule says when the events of a person are due, counted from the begin.
// Lines count from 1.
type schedule struct {
	every, offset time.Duration
	compress      int // events at a time
}

func (s schedule) due(line int) time.Duration {
	return s.offset + s.every*time.Duration((line-1)/s.compress)
}

// dueBy is how many events are due after a time.
func (s schedule) dueBy(after time.Duration) int {
	if after < s.offset {
		return 0
	}
	return (int((after-s.offset)/s.every) + 1) * s.compress
}

// person is somebody who joined. They send in order and one post at a time, as
// the workbook does, on a connection of their own.
type person struct {
	schedule
	boards  []*board
	board   int // to whom the next post goes
	client  *http.Client
	callers *counts
	total   int // how many events there will be
	joined  room.Joined
	watches []*watch // of pages that look for this person's events
	sent    int      // the last line that was sent,
	acked   int      // and that was acknowledged
}

func (p *person) join(ctx context.Context) error {
	for attempt := 0; ; attempt++ {
		b := p.boards[p.board]
		body, err := json.Marshal(room.JoinRequest{Code: b.code})
		if err != nil {
			return err
		}
		kind, wait := p.ask(ctx, b.url+"/api/join", "", body, http.StatusCreated, &p.joined)
		switch {
		case kind == "":
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case wait == 0 || attempt > 60: // the limit of an address is expected
			return fmt.Errorf("somebody cannot join: %s", kind)
		}
		if !pause(ctx, wait) {
			return ctx.Err()
		}
	}
}

// run sends every event once it is due, until the board has acknowledged all
// or ctx is done. What is late goes together.
func (p *person) run(ctx context.Context, begin time.Time) {
	for p.acked < p.total {
		if !pause(ctx, time.Until(begin.Add(p.due(p.acked+1)))) {
			return
		}
		most := room.MaxEvents / p.compress * p.compress
		last := min(p.dueBy(time.Since(begin)), p.total, p.acked+most)
		if !p.post(ctx, begin, last) {
			return
		}
	}
}

// post sends the lines up to last until they are acknowledged, and reports
// whether they are.
func (p *person) post(ctx context.Context, begin time.Time, last int) bool {
	var sent room.Events
	for line := p.acked + 1; line <= last; line++ {
		sent.Events = append(sent.Events, event(line))
	}
	body, err := json.Marshal(sent)
	if err != nil {
		panic(err) // events are strings, numbers and times
	}
	for ; p.sent < last; p.sent += p.compress {
		for _, w := range p.watches {
			w.expect(begin.Add(p.due(p.sent+1)), time.Now())
		}
	}
	for attempt := 0; ; attempt++ {
		kind, wait := p.send(ctx, body)
		if kind == "" {
			break
		}
		if ctx.Err() != nil {
			return false
		}
		p.callers.failed(kind)
		p.board = (p.board + 1) % len(p.boards) // as a proxy before them would
		backoff := min(100*time.Millisecond<<min(attempt, 5), 2*time.Second)
		if !pause(ctx, max(wait, backoff/2+rand.N(backoff/2))) { //nolint:gosec // chance, not a secret
			return false
		}
	}
	if again := p.note(begin, last); again {
		p.board = (p.board + 1) % len(p.boards)
		if kind, _ := p.send(ctx, body); kind != "" && ctx.Err() == nil {
			p.callers.failed(kind)
		}
	}
	return true
}

func (p *person) send(ctx context.Context, body []byte) (kind string, wait time.Duration) {
	return p.ask(ctx, p.boards[p.board].url+"/api/events", p.joined.Token, body, http.StatusOK, &room.Taken{})
}

// note remembers that the lines up to last are acknowledged now, and says
// whether to take this for a post whose answer was lost.
func (p *person) note(begin time.Time, last int) (again bool) {
	p.callers.mu.Lock()
	defer p.callers.mu.Unlock()
	if p.callers.posts++; p.callers.posts%againEvery == 0 {
		p.callers.again++
		again = true
	}
	for ; p.acked < last; p.acked += p.compress {
		p.callers.took = append(p.callers.took, time.Since(begin.Add(p.due(p.acked+1))))
	}
	return again
}

// ask posts a body and reads the answer into v. The kind is that of an error,
// "" if there is none; wait is what the board asks for.
func (p *person) ask(ctx context.Context, address, token string, body []byte, want int, v any) (kind string, wait time.Duration) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err.Error(), 0
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := p.client.Do(r)
	if err != nil {
		return kindOf(err), 0
	}
	defer func() { _ = response.Body.Close() }() // it was read
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return kindOf(err), 0
	}
	if response.StatusCode != want {
		return refusal(response, text)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return "an answer that is not as documented", 0
	}
	return "", 0
}

func refusal(response *http.Response, text []byte) (kind string, wait time.Duration) {
	var p room.Problem
	if json.Unmarshal(text, &p) != nil || p.Error.Code == "" {
		p.Error.Code = "without a code"
	}
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil {
		seconds = 0
	}
	return fmt.Sprintf("%d %s", response.StatusCode, p.Error.Code), time.Duration(seconds) * time.Second
}

// kindOf says in words why there was no answer.
func kindOf(err error) string {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return "no answer in time"
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the address
	}
	return err.Error()
}

// event is what a person does on a line of the log: ten events of a kata that
// ends in a pass, then the next of ten katas.
func event(line int) room.Event {
	kata := line / 10 % 10
	e := room.Event{ID: room.EventID(session, line), At: time.Now().UTC(), Kind: room.Verdict, Kata: fmt.Sprintf("%02d-a-kata-of-the-course", kata+1)}
	switch line % 10 {
	case 5:
		e.Kind, e.Tier = room.Hint, 1
	case 9:
		e.Status = "pass"
	default:
		e.Status = "fail"
		for i := range 2 {
			belief := (kata + line + i) % 5
			e.Says = append(e.Says, room.Belief{
				ID:    fmt.Sprintf("belief-%d-of-kata-%d", belief, kata),
				Says:  "A goroutine that waits on a channel ends by itself once nobody else holds that channel.",
				Truth: "Nothing ends a goroutine but its own return: whoever starts it gives it a way out, such as a context.",
				Tests: []string{fmt.Sprintf("TestWhatTheBriefAsksFor/clause_%d", belief)},
			})
		}
	}
	return e
}
