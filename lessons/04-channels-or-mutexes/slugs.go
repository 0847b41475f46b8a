package shared

import (
	"context"
	"errors"
	"sync"
)

// ErrTaken says that a note has this slug already.
var ErrTaken = errors.New("slug is taken")

// Slugs are the public names of notes. No two notes have the same one.
type Slugs struct {
	mu    sync.Mutex
	owner map[string]string // slug to note, guarded by mu
}

// NewSlugs starts with every slug free.
func NewSlugs() *Slugs { return &Slugs{owner: map[string]string{}} }

// Owner returns the note that has slug.
func (s *Slugs) Owner(slug string) (note string, taken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	note, taken = s.owner[slug]
	return note, taken
}

func (s *Slugs) put(slug, note string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owner[slug] = note
}

// A Check asks another service whether a slug may be used at all.
type Check func(ctx context.Context, slug string) error

// ClaimNaive gives slug to note unless it is taken.
func (s *Slugs) ClaimNaive(
	ctx context.Context, slug, note string, check Check,
) error {
	if _, taken := s.Owner(slug); taken {
		return ErrTaken
	}
	if err := check(ctx, slug); err != nil {
		return err
	}
	s.put(slug, note)
	return nil
}

// Claim gives slug to note unless it is taken.
func (s *Slugs) Claim(
	ctx context.Context, slug, note string, check Check,
) error {
	if err := check(ctx, slug); err != nil {
		return err // it may take long, so there is no lock yet
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.owner[slug]; taken {
		return ErrTaken
	}
	s.owner[slug] = note
	return nil
}
