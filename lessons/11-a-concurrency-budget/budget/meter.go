package main

import (
	"sync"
	"time"
)

const (
	window = 5 * time.Second // that is looked at
	apart  = 100 * time.Millisecond
)

// A meter measures both sides of Little's law, for drawings from when they are
// asked for until they end: how many there are, on average, and how many end in
// a second times how long each took.
type meter struct {
	mu   sync.Mutex
	n    int // that have begun and not ended
	now  totals
	past []totals // the oldest first
}

type totals struct {
	at    time.Time
	there float64 // seconds, for each drawing, that it has been there
	took  float64 // seconds that those which have ended took
}

// begin counts a drawing until what it returns is called.
func (m *meter) begin() (end func()) {
	m.change(1, 0)
	began := time.Now()
	return func() { m.change(-1, time.Since(began).Seconds()) }
}

func (m *meter) change(by int, took float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	m.n += by
	m.now.took += took
}

// advance brings the totals up to now. Hold m.mu.
func (m *meter) advance() {
	now := time.Now()
	if !m.now.at.IsZero() {
		m.now.there += float64(m.n) * now.Sub(m.now.at).Seconds()
	}
	m.now.at = now
}

// inSystem is how many drawings there were, on average.
func (m *meter) inSystem() float64 {
	return m.perSecond(func(t totals) float64 { return t.there })
}

// rateTimesTime is how many ended in a second times how long each took, which is
// what all of them took in a second.
func (m *meter) rateTimesTime() float64 {
	return m.perSecond(func(t totals) float64 { return t.took })
}

// perSecond is how much a total rose over the window, a second.
func (m *meter) perSecond(of func(totals) float64) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	if len(m.past) == 0 || m.now.at.Sub(m.past[len(m.past)-1].at) > apart {
		m.past = append(m.past, m.now)
	}
	for m.now.at.Sub(m.past[0].at) > window {
		m.past = m.past[1:]
	}
	first, last := m.past[0], m.past[len(m.past)-1]
	if first == last {
		return 0 // too early to tell
	}
	return (of(last) - of(first)) / last.at.Sub(first.at).Seconds()
}
