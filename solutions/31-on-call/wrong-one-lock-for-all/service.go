//go:build ignore

package oncall

import (
	"context"
	"crypto/rand"
	"errors"
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
	writes  sync.Mutex
}

func newService(s *store, c *checker, t *trail) *service {
	return &service{store: s, checker: c, trail: t}
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
	s.writes.Lock()
	defer s.writes.Unlock()
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
