package main

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"

	"example.com/leakproof/internal/team/room"
)

// readBody is the body of a request of the media type.
func readBody(r *http.Request, mediaTypes ...string) ([]byte, error) {
	got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	fits := false
	for _, t := range mediaTypes {
		fits = fits || err == nil && got == t
	}
	if !fits {
		return nil, problem(415, room.WrongType, "The Content-Type must be "+mediaTypes[0]+".")
	}
	body, err := io.ReadAll(r.Body)
	_, large := errors.AsType[*http.MaxBytesError](err)
	switch {
	case large:
		return nil, problem(413, room.TooLarge, "The body is too large: send less at once.")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, problem(408, room.Timeout, "The body came too slowly: send it again.")
	case err != nil:
		return nil, problem(400, room.BadRequest, "The body cannot be read: send it again.")
	}
	return body, nil
}

// decode reads a JSON body into v. Fields that it does not know are passed over:
// a newer client may send more.
func decode(r *http.Request, v any) error {
	body, err := readBody(r, "application/json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return problem(400, room.BadRequest, "The body is not the JSON that belongs here.")
	}
	return nil
}
