// Package fourhabits holds the programs of the lesson "Four habits".
package fourhabits

import (
	"context"
	"time"
)

// queryTime is how long the database takes for one query.
const queryTime = 20 * time.Millisecond

// A Service reads and saves notes over a few database connections.
type Service struct {
	conns chan struct{} // one place for each connection
	index func(context.Context) error
}

// NewService has this many connections and tells index of each saved note.
func NewService(conns int, index func(context.Context) error) *Service {
	return &Service{conns: make(chan struct{}, conns), index: index}
}

// Read takes a connection for one query.
func (s *Service) Read(ctx context.Context) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	return pause(ctx, queryTime)
}

// Save holds its connection until the search index answers.
func (s *Service) Save(ctx context.Context) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	if err := pause(ctx, queryTime); err != nil {
		return err
	}
	return s.index(ctx)
}

func (s *Service) take(ctx context.Context) error {
	select {
	case s.conns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Service) give() { <-s.conns }

// pause waits for d or for the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
