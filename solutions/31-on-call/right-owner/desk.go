//go:build ignore

package oncall

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

// A desk is a goroutine that owns all that requests share. Nobody else touches the
// fields below do: who wants to sends a function that the desk calls.
type desk struct {
	do    chan func()
	close chan struct{} // closed when nobody will send any more
	ended chan struct{}
	db    DB
	log   *slog.Logger

	queues   map[string]*queue // for the database, and for each note that is being written
	entries  []Entry
	trail    int
	recorded chan struct{} // not nil while a Record is under way
}

// A queue is for something that only so many may have.
type queue struct {
	free    int
	waiting []chan struct{}
}

const connections = "" // no note has this id

func openDesk(cfg Config) *desk {
	d := &desk{
		do: make(chan func()), close: make(chan struct{}), ended: make(chan struct{}), db: cfg.DB, log: cfg.Log,
		queues: map[string]*queue{connections: {free: cfg.Conns}}, trail: cfg.Trail,
	}
	go d.run()
	return d
}

func (d *desk) run() {
	defer close(d.ended)
	for {
		select {
		case f := <-d.do:
			f()
		case <-d.recorded:
			d.recorded = nil
		case <-d.close:
			if d.recorded != nil {
				<-d.recorded
			}
			if len(d.entries) > 0 {
				d.record(d.entries)
			}
			return
		}
		if d.recorded == nil && len(d.entries) > 0 {
			entries, done := d.entries, make(chan struct{})
			d.entries, d.recorded = nil, done
			go func() {
				defer close(done)
				d.record(entries)
			}()
		}
	}
}

// record is called by one goroutine at a time.
func (d *desk) record(entries []Entry) {
	ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
	defer cancel()
	if err := d.db.Record(ctx, entries); err != nil {
		d.log.Error("not recorded", "entries", entries, "error", err)
	}
}

// note remembers e for the trail.
func (d *desk) note(e Entry) {
	d.do <- func() {
		if len(d.entries) == d.trail {
			d.log.Error("trail is full", "entry", e)
			return
		}
		d.entries = append(d.entries, e)
	}
}

// take waits for its turn in the queue of that name.
func (d *desk) take(ctx context.Context, name string) (give func(), err error) {
	turn := make(chan struct{}, 1)
	d.do <- func() {
		q := d.queues[name]
		if q == nil {
			q = &queue{free: 1}
			d.queues[name] = q
		}
		if q.free > 0 {
			q.free--
			turn <- struct{}{}
			return
		}
		q.waiting = append(q.waiting, turn)
	}
	give = func() { d.do <- func() { d.next(name) } }
	select {
	case <-turn:
		return give, nil
	case <-ctx.Done():
		d.do <- func() {
			q := d.queues[name]
			if at := slices.Index(q.waiting, turn); at >= 0 {
				q.waiting = slices.Delete(q.waiting, at, at+1)
				return
			}
			d.next(name) // it had been this one's turn
		}
		return nil, ctx.Err()
	}
}

// next lets go who has waited longest. The desk calls it.
func (d *desk) next(name string) {
	q := d.queues[name]
	if len(q.waiting) > 0 {
		q.waiting[0] <- struct{}{}
		q.waiting = q.waiting[1:]
		return
	}
	if q.free++; name != connections {
		delete(d.queues, name)
	}
}
