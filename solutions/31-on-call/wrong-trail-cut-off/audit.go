//go:build ignore

package oncall

import (
	"context"
	"log/slog"
	"time"
)

const recordLimit = time.Second // for one call of the database

// A trail collects entries and records them in the background, so that no request
// waits for it.
type trail struct {
	db      DB
	log     *slog.Logger
	waiting chan Entry
}

func newTrail(db DB, log *slog.Logger, limit int) *trail {
	return &trail{db: db, log: log, waiting: make(chan Entry, limit)}
}

// add has e recorded. If too many wait already, the log is its only trace.
func (t *trail) add(e Entry) {
	select {
	case t.waiting <- e:
	default:
		t.log.Error("audit trail is full", "note", e.Note, "line", e.Line)
	}
}

// run records entries as they come, until ctx ends.
func (t *trail) run(ctx context.Context) {
	for {
		select {
		case e := <-t.waiting:
			t.record(ctx, e)
		case <-ctx.Done():
			return
		}
	}
}

func (t *trail) record(ctx context.Context, e Entry) {
	ctx, cancel := context.WithTimeout(ctx, recordLimit)
	defer cancel()
	if err := t.db.Record(ctx, []Entry{e}); err != nil {
		t.log.Error("audit trail not recorded", "entry", e, "error", err)
	}
}
