package layered

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// A SQLStore keeps notes in a database.
type SQLStore struct{ DB *sql.DB }

// Find translates the database's word for "nothing".
func (s SQLStore) Find(ctx context.Context, id string) (Note, error) {
	n := Note{ID: id}
	err := s.DB.QueryRowContext(ctx,
		"select title from notes where id = $1", id).Scan(&n.Title)
	return n, translate(err, sql.ErrNoRows)
}

// Tags returns a note's tags by name.
func (s SQLStore) Tags(ctx context.Context, id string) (_ []string, err error) {
	rows, err := s.DB.QueryContext(ctx,
		"select name from tags where note = $1 order by name", id)
	if err != nil {
		return nil, translate(err, nil)
	}
	defer func() { err = translate(errors.Join(err, rows.Close()), nil) }()
	var tags []string
	for rows.Next() {
		var tag string
		if err := rows.Scan(&tag); err != nil {
			return nil, err
		}
		tags = append(tags, tag)
	}
	return tags, rows.Err()
}

// Visit records that a note was opened.
func (s SQLStore) Visit(ctx context.Context, id string) error {
	_, err := s.DB.ExecContext(ctx,
		"insert into visits (note) values ($1)", id)
	return translate(err, nil)
}

// A KVStore keeps notes in a key-value store.
type KVStore struct{ KV *KV }

// Find translates the key-value store's word for "nothing".
func (s KVStore) Find(ctx context.Context, id string) (Note, error) {
	title, err := s.KV.Get(ctx, "note:"+id)
	return Note{id, title}, translate(err, ErrNoKey)
}

// Tags returns a note's tags by name. A note without tags has no key.
func (s KVStore) Tags(ctx context.Context, id string) ([]string, error) {
	text, err := s.KV.Get(ctx, "tags:"+id)
	if errors.Is(err, ErrNoKey) {
		return nil, nil
	}
	if err != nil {
		return nil, translate(err, nil)
	}
	var tags []string
	err = json.Unmarshal([]byte(text), &tags)
	return tags, translate(err, nil)
}

// Visit records that a note was opened.
func (s KVStore) Visit(ctx context.Context, id string) error {
	return translate(s.KV.Incr(ctx, "visits:"+id), nil)
}

// translate is the border: nothing is ErrNotFound, what the context
// says passes, and of any other error only the text does.
func translate(err, nothing error) error {
	switch {
	case err == nil,
		errors.Is(err, context.Canceled),
		errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, nothing):
		return ErrNotFound
	default:
		return errors.New(err.Error())
	}
}

// ErrNoKey is the key-value store's word for "nothing".
var ErrNoKey = errors.New("kv: no such key")

// kvLatency is what each call of a KV takes.
const kvLatency = time.Millisecond

// A KV is a client of a key-value store.
type KV struct {
	mu     sync.Mutex
	values map[string]string
	counts map[string]int
	down   error // what each call returns instead, if it is set
}

// NewKV returns a client of a store with these values.
func NewKV(values map[string]string) *KV {
	return &KV{values: values, counts: map[string]int{}}
}

// Get returns the value of key, or ErrNoKey.
func (kv *KV) Get(ctx context.Context, key string) (string, error) {
	if err := pause(ctx, kvLatency); err != nil {
		return "", err
	}
	kv.mu.Lock()
	defer kv.mu.Unlock()
	if kv.down != nil {
		return "", kv.down
	}
	value, ok := kv.values[key]
	if !ok {
		return "", ErrNoKey
	}
	return value, nil
}

// Incr counts one up.
func (kv *KV) Incr(ctx context.Context, key string) error {
	if err := pause(ctx, kvLatency); err != nil {
		return err
	}
	kv.mu.Lock()
	defer kv.mu.Unlock()
	if kv.down != nil {
		return kv.down
	}
	kv.counts[key]++
	return nil
}

// pause takes d, and ends early when its caller does.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
