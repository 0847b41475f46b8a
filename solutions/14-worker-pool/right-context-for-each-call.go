//go:build ignore

// Package workerpool copies notes to an archive.
package workerpool

import (
	"context"
	"fmt"
	"sync"
)

// A Note is one note of a user.
type Note struct {
	ID      string
	Title   string
	Content string
}

// An Archive keeps copies of notes.
type Archive interface {
	// Add keeps a copy of a note. When ctx ends it gives up, which may take it
	// a moment, and returns an error.
	Add(ctx context.Context, n Note) error
}

// A Service copies notes to an archive. It may be used by several goroutines.
type Service struct {
	archive Archive
	workers int
}

// NewService returns a service whose runs have that many workers, at least one.
func NewService(archive Archive, workers int) *Service {
	return &Service{archive: archive, workers: workers}
}

// Copy adds every note to the archive, with as many calls at the same time as
// there are workers. If a call fails, Copy returns the error of the first one
// and begins no more.
func (s *Service) Copy(ctx context.Context, notes []Note) error {
	r := &run{archive: s.archive, caller: ctx, notes: notes, running: make(map[string]context.CancelFunc)}
	var others sync.WaitGroup
	for range s.workers - 1 {
		others.Go(r.work)
	}
	r.work()
	others.Wait()
	return r.failure
}

// A run is one call of Copy.
type run struct {
	archive Archive
	caller  context.Context

	mu      sync.Mutex
	notes   []Note // those that are left
	running map[string]context.CancelFunc
	failure error
}

// begin returns the next note and the context for its call.
func (r *run) begin() (context.Context, Note, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure != nil || len(r.notes) == 0 {
		return nil, Note{}, false
	}
	if r.failure = r.caller.Err(); r.failure != nil {
		return nil, Note{}, false
	}
	n := r.notes[0]
	r.notes = r.notes[1:]
	ctx, cancel := context.WithCancel(r.caller)
	r.running[n.ID] = cancel
	return ctx, n, true
}

// end says what became of a note.
func (r *run) end(n Note, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running[n.ID]()
	delete(r.running, n.ID)
	if err == nil || r.failure != nil {
		return
	}
	r.failure = fmt.Errorf("copy note %s: %w", n.ID, err)
	for _, cancel := range r.running {
		cancel()
	}
}

func (r *run) work() {
	for {
		ctx, n, ok := r.begin()
		if !ok {
			return
		}
		r.end(n, r.archive.Add(ctx, n))
	}
}
