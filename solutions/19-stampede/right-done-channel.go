//go:build ignore

// Package stampede serves previews of published notes, which are slow to draw.
package stampede

import (
	"errors"
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
	previews map[string]*entry // by the id of the note
}

// An entry is a preview that is kept or being drawn.
type entry struct {
	done    chan struct{} // closed when the others are there
	preview string
	err     error
}

// NewService returns a service that has its previews drawn by renderer.
func NewService(renderer Renderer) *Service {
	return &Service{renderer: renderer, previews: make(map[string]*entry)}
}

// Preview returns the preview of the note with this id, and has it drawn if
// there is none yet.
func (s *Service) Preview(id string) (string, error) {
	s.mu.Lock()
	e, ok := s.previews[id]
	if !ok {
		e = &entry{done: make(chan struct{}), err: errors.New("the renderer has panicked")}
		s.previews[id] = e
	}
	s.mu.Unlock()
	if ok { // somebody else draws it, or has
		<-e.done
		return e.preview, e.err
	}

	defer func() { // after a panic, too
		if e.err != nil {
			s.mu.Lock()
			delete(s.previews, id)
			s.mu.Unlock()
		}
		close(e.done)
	}()
	preview, err := s.renderer.Render(id)
	if err != nil {
		err = fmt.Errorf("preview of note %s: %w", id, err)
	}
	e.preview, e.err = preview, err
	return preview, err
}
