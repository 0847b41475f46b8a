package cheatsheet

import (
	"context"
	"errors"
	"time"
)

// ErrBusy is what a request gets that has waited long enough.
var ErrBusy = errors.New("busy")

// A Desk serves as many requests at once as it has places.
type Desk struct {
	places  chan struct{}
	service time.Duration // of one request
	wait    time.Duration // the longest that one waits for a place
}

// NewDesk has n places and lets a request wait this long for one of them.
func NewDesk(n int, service, wait time.Duration) *Desk {
	return &Desk{make(chan struct{}, n), service, wait}
}

// work is what takes a place for as long as it lasts.
func (d *Desk) work(ctx context.Context) error {
	done := time.NewTimer(d.service)
	defer done.Stop()
	select {
	case <-done.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Serve waits for a place, but not for ever.
func (d *Desk) Serve(ctx context.Context) error {
	patience := time.NewTimer(d.wait)
	defer patience.Stop()
	select {
	case d.places <- struct{}{}:
		defer func() { <-d.places }()
	case <-patience.C:
		return ErrBusy // a 503 with Retry-After
	case <-ctx.Done():
		return ctx.Err()
	}
	return d.work(ctx)
}
