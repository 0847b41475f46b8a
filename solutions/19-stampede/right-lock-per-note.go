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

	mu       sync.Mutex
	previews map[string]string      // by the id of the note
	locks    map[string]*sync.Mutex // likewise
}

// NewService returns a service that has its previews drawn by renderer.
func NewService(renderer Renderer) *Service {
	return &Service{renderer: renderer, previews: make(map[string]string), locks: make(map[string]*sync.Mutex)}
}

// Preview returns the preview of the note with this id, and has it drawn if
// there is none yet.
func (s *Service) Preview(id string) (string, error) {
	if preview, ok := s.kept(id); ok {
		return preview, nil
	}
	lock := s.lockOf(id)
	lock.Lock()
	defer lock.Unlock()
	// Whoever held the lock before may have drawn it.
	if preview, ok := s.kept(id); ok {
		return preview, nil
	}
	preview, err := s.renderer.Render(id)
	if err != nil {
		return "", fmt.Errorf("preview of note %s: %w", id, err)
	}
	s.keep(id, preview)
	return preview, nil
}

// lockOf returns the lock of the note, which is held while it is drawn.
func (s *Service) lockOf(id string) *sync.Mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locks[id] == nil {
		s.locks[id] = new(sync.Mutex)
	}
	return s.locks[id]
}

func (s *Service) kept(id string) (preview string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	preview, ok = s.previews[id]
	return preview, ok
}

func (s *Service) keep(id, preview string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.previews[id] = preview
}
