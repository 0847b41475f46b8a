//go:build ignore

// Package stampede serves previews of published notes, which are slow to draw.
package stampede

import (
	"fmt"
	"sync"
)

// A Renderer draws notes.
type Renderer interface {
	// Render draws the preview of the note with this id. It needs a processor
	// for some seconds, and nothing stops it.
	Render(id string) (string, error)
}

// A Service keeps the previews that have been drawn. A published note does not
// change. The service may be used by several goroutines.
type Service struct {
	renderer Renderer

	mu    sync.Mutex
	notes map[string]*note // by id
}

// A note has its lock, which is held while it is drawn.
type note struct {
	sync.Mutex
	preview string
}

// NewService returns a service that has its previews drawn by renderer.
func NewService(renderer Renderer) *Service {
	return &Service{renderer: renderer, notes: make(map[string]*note)}
}

// Preview returns the preview of the note with this id, and has it drawn if
// there is none yet.
func (s *Service) Preview(id string) (string, error) {
	n := s.note(id)
	n.Lock()
	defer n.Unlock() // after a panic, too
	if n.preview != "" {
		return n.preview, nil
	}
	preview, err := s.renderer.Render(id)
	if err != nil {
		return "", fmt.Errorf("preview of note %s: %w", id, err)
	}
	n.preview = preview
	return preview, nil
}

func (s *Service) note(id string) *note {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notes[id] == nil {
		s.notes[id] = new(note)
	}
	return s.notes[id]
}
