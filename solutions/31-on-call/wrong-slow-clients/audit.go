//go:build ignore

package oncall

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	recordEvery = time.Second
	recordLimit = time.Second // for one call of the database; a stop has time for two
)

// A trail collects entries and records them in the background, so that no request
// waits for it.
type trail struct {
	db    DB
	log   *slog.Logger
	limit int

	mu      sync.Mutex
	waiting []Entry
}

func newTrail(db DB, log *slog.Logger, limit int) *trail {
	return &trail{db: db, log: log, limit: limit}
}

// add has e recorded. If too many wait already, the log is its only trace.
func (t *trail) add(e Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) >= t.limit {
		t.log.Error("audit trail is full", "note", e.Note, "line", e.Line)
		return
	}
	t.waiting = append(t.waiting, e)
}

// run records what is waiting, again and again, until ctx ends. Then it records
// the rest.
func (t *trail) run(ctx context.Context) {
	tick := time.NewTicker(recordEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			t.record(context.WithoutCancel(ctx))
		case <-ctx.Done(): // seen only here: what came during a call of Record waits still
			t.record(context.WithoutCancel(ctx))
			return
		}
	}
}

// record writes all that is waiting. What cannot be written is in the log.
func (t *trail) record(ctx context.Context) {
	t.mu.Lock()
	entries := t.waiting
	t.waiting = nil
	t.mu.Unlock()
	if len(entries) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, recordLimit)
	defer cancel()
	if err := t.db.Record(ctx, entries); err != nil {
		t.log.Error("audit trail not recorded", "entries", entries, "error", err)
	}
}
