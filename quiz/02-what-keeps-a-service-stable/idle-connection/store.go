package idleconnection

import "context"

// A Conn carries out one query, and returns when ctx ends.
type Conn func(ctx context.Context, id string) error

// Store.Find returns soon after ctx ends. idle fits all Conns.
// One logger reads seen, and writes each id to a disk.
type Store struct {
	idle chan Conn
	seen chan string
}

func (s *Store) Find(ctx context.Context, id string) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case conn := <-s.idle:
		err := conn(ctx, id)
		s.idle <- conn
		s.seen <- id
		return err
	}
}
