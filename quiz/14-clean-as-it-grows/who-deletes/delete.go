// Package deletes removes notes.
package deletes

import (
	"context"
	"errors"
)

// ErrForbidden refuses a caller.
var ErrForbidden = errors.New("forbidden")

type userKey struct{}

// Service removes a note for its owner.
type Service struct{ owners map[string]string }

// Delete removes the note with this id.
func (s *Service) Delete(ctx context.Context, id string) error {
	user, _ := ctx.Value(userKey{}).(string)
	if s.owners[id] != user {
		return ErrForbidden
	}
	delete(s.owners, id)
	return nil
}
