package oncall

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const recordEvery = time.Second

// A trail collects entries and records them in the background, so that no request
// waits for it.
type trail struct {
	db  DB
	log *slog.Logger

	mu      sync.Mutex
	waiting []Entry
}

func newTrail(db DB, log *slog.Logger) *trail {
	return &trail{db: db, log: log}
}

// add has e recorded.
func (t *trail) add(e Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = append(t.waiting, e)
}

// run records what is waiting, again and again.
func (t *trail) run() {
	for range time.Tick(recordEvery) {
		t.record(context.Background())
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
	if err := t.db.Record(ctx, entries); err != nil {
		t.log.Error("audit trail not recorded", "entries", entries, "error", err)
	}
}
