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
	publishing sync.Mutex // held for a whole Publish, so that all see the same order
	mu         sync.Mutex // guards subs, never held while waiting
	subs       map[*Subscription]bool
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
// for a subscriber, Publish waits until it has taken one or left.
func (h *Hub) Publish(n Note) {
	h.publishing.Lock()
	defer h.publishing.Unlock()
	for !h.try(n) {
		// Somebody left, the list was stale: go on with the others.
	}
}

func (h *Hub) try(n Note) bool {
	h.mu.Lock()
	subs := slices.Collect(maps.Keys(h.subs))
	h.mu.Unlock()
	for _, s := range subs {
		if !s.send(n) {
			return false
		}
	}
	return true
}

// A Subscription is one screen that shows the notes.
type Subscription struct {
	hub    *Hub
	notes  chan Note
	done   chan struct{}
	mu     sync.Mutex
	closed bool
}

func (s *Subscription) send(n Note) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	select {
	case s.notes <- n:
		return true
	case <-s.done:
		return false
	}
}

// Notes returns the channel on which the notes arrive.
func (s *Subscription) Notes() <-chan Note {
	return s.notes
}

// Unsubscribe ends the subscription and closes its channel. Further calls do
// nothing.
func (s *Subscription) Unsubscribe() {
	s.hub.mu.Lock()
	if !s.hub.subs[s] {
		s.hub.mu.Unlock()
		return
	}
	delete(s.hub.subs, s)
	s.hub.mu.Unlock()
	close(s.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	close(s.notes)
}
