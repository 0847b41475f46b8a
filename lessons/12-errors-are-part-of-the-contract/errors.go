// Package contract holds the programs of the lesson "Errors are part of
// the contract": the errors of a notes API on their way from the store to
// the client and to the log.
package contract

import "errors"

// What can go wrong in the rules of the notes.
var (
	ErrNotFound  = errors.New("not found")
	ErrConflict  = errors.New("conflict")
	ErrForbidden = errors.New("forbidden")
)

// An InvalidError says which field was refused. Reason is for clients.
type InvalidError struct{ Field, Reason string }

func (e *InvalidError) Error() string {
	return e.Field + " " + e.Reason
}
