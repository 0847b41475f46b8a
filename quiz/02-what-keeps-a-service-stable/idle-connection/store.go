// Package idleconnection keeps notes behind a few connections.
package idleconnection

import "context"

// A Conn carries out one query; Find returns when ctx ends.
type Conn interface {
	Find(ctx context.Context, id string) (string, error)
}

// Store.Find returns soon after ctx ends; idle fits all Conns.
type Store struct{ idle chan Conn }

// Find takes a connection for one query.
func (s *Store) Find(ctx context.Context, id string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	conn := <-s.idle
	defer func() { s.idle <- conn }()
	return conn.Find(ctx, id)
}
