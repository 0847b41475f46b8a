package stable

import (
	"context"
	"time"
)

// A Database takes the same time for each query. Callers wait for one of its
// connections in the order in which they came.
type Database struct {
	conns chan struct{} // one place for each connection
	query time.Duration
}

// NewDatabase has this many connections and needs query for each query.
func NewDatabase(conns int, query time.Duration) *Database {
	return &Database{conns: make(chan struct{}, conns), query: query}
}

// Find keeps Store's contract: both of its waits end with ctx.
func (d *Database) Find(ctx context.Context, id string) (Note, error) {
	select {
	case d.conns <- struct{}{}:
	case <-ctx.Done():
		return Note{}, ctx.Err()
	}
	defer func() { <-d.conns }()
	timer := time.NewTimer(d.query)
	defer timer.Stop()
	select {
	case <-timer.C:
		return Note{ID: id, Title: "a note"}, nil
	case <-ctx.Done():
		return Note{}, ctx.Err()
	}
}

// Add costs one query as well.
func (d *Database) Add(ctx context.Context, n Note) error {
	_, err := d.Find(ctx, n.ID)
	return err
}

// A DeafStore has the methods of a Store but never looks at ctx.
type DeafStore struct{ Query time.Duration }

// Find returns when the query is done.
func (d DeafStore) Find(_ context.Context, id string) (Note, error) {
	time.Sleep(d.Query)
	return Note{ID: id, Title: "a note"}, nil
}

// Add is just as deaf.
func (d DeafStore) Add(context.Context, Note) error {
	time.Sleep(d.Query)
	return nil
}
