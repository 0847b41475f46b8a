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
	s := &Subscription{hub: h, notes: make(chan Note, room)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs[s] = true
	return s
}

// Publish hands n to all subscribers. None may miss a note: if no more can wait
// for a subscriber, Publish waits until it has taken one.
func (h *Hub) Publish(n Note) {
	// A slow subscriber must not hold the lock.
	h.mu.Lock()
	subs := slices.Collect(maps.Keys(h.subs))
	h.mu.Unlock()
	for _, s := range subs {
		s.notes <- n
	}
}

// A Subscription is one screen that shows the notes.
type Subscription struct {
	hub   *Hub
	notes chan Note
	once  sync.Once
}

// Notes returns the channel on which the notes arrive.
func (s *Subscription) Notes() <-chan Note {
	return s.notes
}

// Unsubscribe ends the subscription and closes its channel. Further calls do
// nothing.
func (s *Subscription) Unsubscribe() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.subs, s)
	s.once.Do(func() { close(s.notes) })
}
