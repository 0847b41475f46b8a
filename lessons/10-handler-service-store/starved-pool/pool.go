package main

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver

	"example.com/leakproof/lessons/lab/host"
)

const (
	notebooks = 5
	notes     = 20 // in each notebook
	look      = 10 * time.Millisecond
)

// asking are the calls that want a connection and have none yet.
var asking atomic.Int64

// open makes a database in memory with some notes.
func open(ctx context.Context) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:/notes?vfs=memdb")
	if err != nil {
		return nil, err
	}
	db.SetMaxIdleConns(mostIdle)
	const schema = `create table notes (id integer primary key, notebook text, title text);
		create index by_notebook on notes (notebook, id)`
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, err
	}
	for i := range notebooks * notes {
		const insert = "insert into notes (notebook, title) values (?, ?)"
		if _, err := db.ExecContext(ctx, insert, fmt.Sprint(i%notebooks), fmt.Sprintf("Note %d", i)); err != nil {
			return nil, err
		}
	}
	return db, nil
}

// mostIdle is above every size of the pool: it keeps its connections.
const mostIdle = 100

// setSize sets the size of the pool whenever it's changed.
func setSize(ctx context.Context, db *sql.DB) {
	for ctx.Err() == nil {
		changed := host.Changed()
		db.SetMaxOpenConns(size.Get())
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// measure looks at the pool until ctx ends.
func measure(ctx context.Context, db *sql.DB) {
	var least atomic.Int64 // connections in use since the last sample
	least.Store(math.MaxInt64)
	host.Gauge("in_use", func() float64 { return float64(db.Stats().InUse) })
	host.Gauge("held", func() float64 {
		return float64(min(least.Swap(math.MaxInt64), int64(db.Stats().InUse)))
	})
	host.Gauge("asking", func() float64 { return float64(asking.Load()) })
	looks := time.NewTicker(look)
	defer looks.Stop()
	for {
		select {
		case <-looks.C:
			inUse := int64(db.Stats().InUse)
			for old := least.Load(); inUse < old && !least.CompareAndSwap(old, inUse); {
				old = least.Load() // a sample was taken meanwhile
			}
		case <-ctx.Done():
			return
		}
	}
}
