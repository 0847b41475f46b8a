// Package cutchain decodes a note and maps the errors of that.
package cutchain

import (
	"encoding/json"
	"errors"
	"net/http"
)

func decode(w http.ResponseWriter, r *http.Request, v any) error {
	body := http.MaxBytesReader(w, r.Body, 1<<20)
	if err := json.NewDecoder(body).Decode(v); err != nil {
		return errors.New("decode the note: " + err.Error())
	}
	return nil
}

func statusOf(err error) int {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}
