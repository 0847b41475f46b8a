package main

import (
	"sync"
	"time"
)

// wellAgain is how many saves in a row have to succeed after an outage.
const wellAgain = 20

// outage measures how long saves still fail when the database is quick again.
type outage struct {
	mu     sync.Mutex
	slow   bool      // the database was, when last looked at
	over   time.Time // since when it is quick again; zero before
	row    int       // saves that have succeeded since the last failure
	took   time.Duration
	healed bool
}

// ended takes how a save ended.
func (o *outage) ended(saved bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.row++
	if !saved {
		o.row = 0
	}
	if o.row == wellAgain && !o.over.IsZero() && !o.healed {
		o.healed, o.took = true, time.Since(o.over)
	}
}

// seconds is how long it took, or has taken so far; 0 while there is nothing
// to recover from.
func (o *outage) seconds() float64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch on := slow.On(); {
	case on:
		o.slow, o.over, o.healed, o.took = true, time.Time{}, false, 0
	case o.slow:
		o.slow, o.over, o.row = false, time.Now(), 0
	}
	if !o.over.IsZero() && !o.healed {
		return time.Since(o.over).Seconds()
	}
	return o.took.Seconds()
}
