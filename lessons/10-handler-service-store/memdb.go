package layers

import (
	"context"
	"sync"
	"time"
)

// A MemDB stands in for a database. Each of its calls takes Latency. The
// first Lost rows it is given are kept and never confirmed: the
// connection breaks on the way back.
type MemDB struct {
	Latency time.Duration
	Lost    int

	mu   sync.Mutex
	rows []row
}

type row struct {
	key Key
	n   Note
}

// Rows returns how many notes there are.
func (db *MemDB) Rows() int {
	db.mu.Lock()
	defer db.mu.Unlock()
	return len(db.rows)
}

// Add keeps n, whatever else is there.
func (db *MemDB) Add(ctx context.Context, key Key, n Note) error {
	if err := db.work(ctx); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.add(row{key, n})
}

// Insert keeps n, unless there is a note under key.
func (db *MemDB) Insert(ctx context.Context, key Key, n Note) error {
	if err := db.work(ctx); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if _, ok := db.find(key); ok {
		return ErrTaken
	}
	return db.add(row{key, n})
}

// ByKey returns the note under key, or ErrNoRow.
func (db *MemDB) ByKey(ctx context.Context, key Key) (Note, error) {
	if err := db.work(ctx); err != nil {
		return Note{}, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if n, ok := db.find(key); ok {
		return n, nil
	}
	return Note{}, ErrNoRow
}

// CanWrite says that everybody may write into the notebook "shared".
func (db *MemDB) CanWrite(ctx context.Context, _, notebook string) (bool, error) {
	return notebook == "shared", db.work(ctx)
}

func (db *MemDB) work(ctx context.Context) error {
	select {
	case <-time.After(db.Latency):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (db *MemDB) find(key Key) (Note, bool) {
	for _, r := range db.rows {
		if r.key == key {
			return r.n, true
		}
	}
	return Note{}, false
}

func (db *MemDB) add(r row) error {
	db.rows = append(db.rows, r)
	if db.Lost > 0 {
		db.Lost--
		return ErrReset
	}
	return nil
}
