//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"example.com/leakproof/internal/team/room"
)

const (
	maxView   = 32 << 20    // bytes
	againTime = time.Second // before a page connects again
)

// page watches the room as a browser does, and looks in each view for the
// events of one person.
type page struct {
	boards  []*board
	board   int
	client  *http.Client
	callers *counts
	person  *person
	first   chan struct{} // closed when a view shows the person
	found   bool
	views   int
	bytes   int64
	watch
}

// run watches until ctx is done, and connects again when the board goes.
func (g *page) run(ctx context.Context) {
	for {
		err := g.stream(ctx)
		if ctx.Err() != nil {
			return
		}
		g.callers.failed("page: " + kindOf(err))
		g.board = (g.board + 1) % len(g.boards)
		if !pause(ctx, againTime) {
			return
		}
	}
}

func (g *page) stream(ctx context.Context) error {
	b := g.boards[g.board]
	body, err := get(ctx, g.client, b, "/api/stream")
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // it has ended, or is not wanted any more
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxView)
	for lines.Scan() {
		view, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok {
			continue
		}
		now := time.Now()
		g.views++
		g.bytes += int64(len(view))
		lastAt, ok := lastAtOf(view, g.person.joined.Participant)
		if !ok {
			continue // the view is older than the person
		}
		g.shown(lastAt, now)
		if !g.found {
			g.found = true
			close(g.first)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.EOF
}

// lastAtOf is when the newest event of a participant arrived that a view
// shows. The rest of the view is not read: that would cost more than the board.
func lastAtOf(view []byte, participant string) (lastAt time.Time, ok bool) {
	at := bytes.Index(view, []byte(`{"participant":"`+participant+`"`))
	if at < 0 {
		return time.Time{}, false
	}
	var row room.Person
	err := json.NewDecoder(bytes.NewReader(view[at:])).Decode(&row)
	return row.LastAt, err == nil
}

// get asks a board as the facilitator.
func get(ctx context.Context, client *http.Client, b *board, path string) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+path, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+b.secret)
	response, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(response.Body, maxView))
		kind, _ := refusal(response, text)
		return nil, errors.Join(errors.New(kind), err, response.Body.Close())
	}
	return response.Body, nil
}

// watch holds the events that a page has not shown yet.
type watch struct {
	mu      sync.Mutex
	pending []expected
	took    []time.Duration // from when an event was due until it was shown
}

type expected struct{ due, sent time.Time }

// expect says that an event is sent now.
func (w *watch) expect(due, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, expected{due, now})
}

// shown looks at the arrival of the newest event that a view holds. Boards and
// this program have one clock. A person's post begins when the one before is
// acknowledged, so whatever arrived after an event was sent is that event or
// came after it.
func (w *watch) shown(lastAt, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.pending) > 0 && !lastAt.Before(w.pending[0].sent.Truncate(time.Microsecond)) {
		w.took = append(w.took, now.Sub(w.pending[0].due))
		w.pending = w.pending[1:]
	}
}

func (w *watch) waits() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.pending) > 0
}
