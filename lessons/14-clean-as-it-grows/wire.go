package conventions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// createRequest is all that a client may say about a new note.
type createRequest struct {
	Title string `json:"title"`
}

// Validate checks what can be checked without asking anybody.
func (r createRequest) Validate() error {
	switch {
	case strings.TrimSpace(r.Title) == "":
		return fmt.Errorf("%w: title is missing", ErrInvalid)
	case len(r.Title) > 200:
		return fmt.Errorf("%w: title is over 200 bytes", ErrInvalid)
	}
	return nil
}

// noteResponse is all that a client may know about a note.
type noteResponse struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

func noteOf(n Note) noteResponse { return noteResponse{n.ID, n.Title} }

// A Code is part of the contract: it may be added, never changed.
type Code string

// All codes, in one place.
const (
	CodeValidation Code = "validation_error"
	CodeSignIn     Code = "unauthenticated"
	CodeNotFound   Code = "not_found"
	CodeTooLarge   Code = "too_large"
	CodeTimeout    Code = "timeout"
	CodeCanceled   Code = "canceled" // for the log
	CodeInternal   Code = "internal"
)

// problemOf names the failure for the client.
func problemOf(err error) (status int, code Code) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, CodeTooLarge
	}
	switch {
	case errors.Is(err, ErrInvalid):
		return http.StatusBadRequest, CodeValidation
	case errors.Is(err, ErrUnauthenticated):
		return http.StatusUnauthorized, CodeSignIn
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound, CodeNotFound
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout, CodeTimeout
	case errors.Is(err, context.Canceled):
		return 499, CodeCanceled
	default:
		return http.StatusInternalServerError, CodeInternal
	}
}

// messages are for people; they may change.
var messages = map[Code]string{
	CodeValidation: "A note has a title of at most 200 bytes.",
	CodeSignIn:     "Sign in first.",
	CodeNotFound:   "There is no such note.",
	CodeTooLarge:   "The note is too large.",
	CodeTimeout:    "This took too long. Try again.",
	CodeInternal:   "Something went wrong here.",
}

// errorResponse is the one shape of all failures of endpoints.
type errorResponse struct {
	Error struct {
		Code    Code   `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	RequestID string `json:"request_id"`
}

func problem(code Code, id string) (p errorResponse) {
	p.Error.Code, p.Error.Message, p.RequestID = code, messages[code], id
	return p
}

// writeJSON answers with v. A failed write means that the client has gone.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // a bug: v is ours
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
