//go:build ignore

package oncall

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"
)

// What can go wrong, as far as a client has to know.
var (
	errInvalid     = errors.New("invalid request")
	errNotFound    = errors.New("note not found")
	errBlocked     = errors.New("the checker has blocked the line")
	errUnavailable = errors.New("the checker is unavailable")
)

// A service has the rules: what is written is checked, and leaves a trail.
type service struct {
	store   *store
	checker *checker
	trail   *trail
	writers locks
}

func newService(s *store, c *checker, t *trail) *service {
	return &service{store: s, checker: c, trail: t, writers: locks{held: map[string]chan struct{}{}}}
}

// create makes a note of one line.
func (s *service) create(ctx context.Context, line string) (Note, error) {
	if err := s.checker.check(ctx, line); err != nil {
		return Note{}, err
	}
	note := Note{ID: rand.Text(), Lines: []string{line}}
	if err := s.store.save(ctx, note); err != nil {
		return Note{}, err
	}
	s.trail.add(Entry{note.ID, line})
	return note, nil
}

// addLine adds a line to a note.
func (s *service) addLine(ctx context.Context, id, line string) (Note, error) {
	if err := s.checker.check(ctx, line); err != nil {
		return Note{}, err
	}
	unlock, err := s.writers.lock(ctx, id)
	if err != nil {
		return Note{}, err
	}
	defer unlock()
	note, err := s.store.load(ctx, id)
	if err != nil {
		return Note{}, err
	}
	note.Lines = append(note.Lines, line)
	if err := s.store.save(ctx, note); err != nil {
		return Note{}, err
	}
	s.trail.add(Entry{id, line})
	return note, nil
}

func (s *service) get(ctx context.Context, id string) (Note, error) { return s.store.load(ctx, id) }

// list loads notes at the same time. If one is missing, there is no list.
func (s *service) list(ctx context.Context, ids []string) ([]Note, error) {
	notes := make([]Note, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	for i, id := range ids {
		group.Go(func() (err error) {
			notes[i], err = s.store.load(ctx, id)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return notes, nil
}

// locks are one for each id that somebody holds.
type locks struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when the lock is free
}

// lock waits for the lock of id.
func (l *locks) lock(ctx context.Context, id string) (unlock func(), err error) {
	for {
		l.mu.Lock()
		held, taken := l.held[id]
		if !taken {
			free := make(chan struct{})
			l.held[id] = free
			l.mu.Unlock()
			return func() {
				l.mu.Lock()
				delete(l.held, id)
				l.mu.Unlock()
				close(free)
			}, nil
		}
		l.mu.Unlock()
		select {
		case <-held:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for other writes of %s: %w", id, ctx.Err())
		}
	}
}
