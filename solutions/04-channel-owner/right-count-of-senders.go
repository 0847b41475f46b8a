//go:build ignore

// Package channelowner shows the notes of a notebook live, on every screen that
// has it open.
package channelowner

import (
	"maps"
	"slices"
	"sync"
)

// A Note is one note of a user.
type Note struct {
	ID      string
	Title   string
	Content string
}

// room is how many notes may wait for one subscriber.
const room = 16

// A Hub hands every note that is published to all who have subscribed. It may be
// used by several goroutines.
type Hub struct {
	mu   sync.Mutex
	subs map[*Subscription]bool
}

// NewHub returns a hub without subscribers.
func NewHub() *Hub {
	return &Hub{subs: make(map[*Subscription]bool)}
}

// Subscribe returns a subscription to the notes that are published from now on.
func (h *Hub) Subscribe() *Subscription {
	s := &Subscription{hub: h, notes: make(chan Note, room), done: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs[s] = true
	return s
}

// Publish hands n to all subscribers. None may miss a note: if no more can wait
// for a subscriber, Publish waits until it has taken one.
func (h *Hub) Publish(n Note) {
	h.mu.Lock()
	subs := slices.Collect(maps.Keys(h.subs))
	h.mu.Unlock()
	for _, s := range subs {
		if !s.enter() {
			continue
		}
		select {
		case s.notes <- n:
		case <-s.done:
		}
		s.leave()
	}
}

// A Subscription is one screen that shows the notes.
type Subscription struct {
	hub   *Hub
	notes chan Note
	done  chan struct{}

	mu      sync.Mutex
	over    bool // no further sender enters
	senders int
}

// enter reports whether the caller may send. If so, it must leave.
func (s *Subscription) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.senders++
	}
	return !s.over
}

// leave closes the channel if its caller was the last sender.
func (s *Subscription) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.senders--; s.over && s.senders == 0 {
		close(s.notes)
	}
}

// Notes returns the channel on which the notes arrive.
func (s *Subscription) Notes() <-chan Note {
	return s.notes
}

// Unsubscribe ends the subscription and closes its channel. Further calls do
// nothing.
func (s *Subscription) Unsubscribe() {
	if !s.enter() { // be a sender oneself, so that there is a last one
		return
	}
	s.hub.mu.Lock()
	delete(s.hub.subs, s)
	s.hub.mu.Unlock()
	s.mu.Lock()
	if !s.over {
		s.over = true
		close(s.done)
	}
	s.mu.Unlock()
	s.leave()
}
