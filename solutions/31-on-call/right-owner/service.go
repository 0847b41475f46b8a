//go:build ignore

package oncall

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
)

var (
	errInvalid     = errors.New("invalid request")
	errNotFound    = errors.New("note not found")
	errBlocked     = errors.New("blocked")
	errUnavailable = errors.New("checker unavailable")
)

type service struct {
	db      DB
	desk    *desk
	checker *checker
}

func (s *service) create(ctx context.Context, line string) (Note, error) {
	if err := s.checker.check(ctx, line); err != nil {
		return Note{}, err
	}
	n := Note{ID: rand.Text(), Lines: []string{line}}
	return n, s.save(ctx, n)
}

func (s *service) addLine(ctx context.Context, id, line string) (Note, error) {
	if err := s.checker.check(ctx, line); err != nil {
		return Note{}, err
	}
	give, err := s.desk.take(ctx, id)
	if err != nil {
		return Note{}, err
	}
	defer give()
	n, err := s.get(ctx, id)
	if err != nil {
		return Note{}, err
	}
	n.Lines = append(n.Lines, line)
	return n, s.save(ctx, n)
}

// list has each note loaded by a goroutine, and waits for all of them.
func (s *service) list(ctx context.Context, ids []string) ([]Note, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	notes := make([]Note, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() {
			n, err := s.get(ctx, id)
			if err != nil {
				fail(err)
			}
			notes[i] = n
		})
	}
	all.Wait()
	return notes, context.Cause(ctx)
}

func (s *service) get(ctx context.Context, id string) (Note, error) {
	give, err := s.desk.take(ctx, connections)
	if err != nil {
		return Note{}, err
	}
	defer give()
	n, err := s.db.Load(ctx, id)
	if errors.Is(err, ErrNoRow) {
		return Note{}, errNotFound
	}
	return n, err
}

// save writes a note, whose last line is new.
func (s *service) save(ctx context.Context, n Note) error {
	give, err := s.desk.take(ctx, connections)
	if err != nil {
		return err
	}
	defer give()
	if err := s.db.Save(ctx, n); err != nil {
		return err
	}
	s.desk.note(Entry{n.ID, n.Lines[len(n.Lines)-1]})
	return nil
}
