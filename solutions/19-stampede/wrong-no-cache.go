//go:build ignore

// Package stampede serves previews of published notes, which are slow to draw.
package stampede

import (
	"fmt"

	"golang.org/x/sync/singleflight"
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
	flight   singleflight.Group
}

// NewService returns a service that has its previews drawn by renderer.
func NewService(renderer Renderer) *Service {
	return &Service{renderer: renderer}
}

// Preview returns the preview of the note with this id, and has it drawn if
// there is none yet.
func (s *Service) Preview(id string) (string, error) {
	shared, err, _ := s.flight.Do(id, func() (any, error) {
		return s.renderer.Render(id)
	})
	if err != nil {
		return "", fmt.Errorf("preview of note %s: %w", id, err)
	}
	return shared.(string), nil
}
