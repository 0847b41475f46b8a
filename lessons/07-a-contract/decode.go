package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

const maxBody = 1 << 20 // bytes

var errMore = errors.New("the body goes on after the note")

// decode takes one valid note of at most maxBody bytes.
func decode(w http.ResponseWriter, r *http.Request) (NewNote, error) {
	n, err := DecodeOne(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return n, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return n, n.validate()
}

// DecodeOne refuses unknown fields and anything after the first value.
func DecodeOne(body io.Reader) (n NewNote, err error) {
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&n); err != nil {
		return n, err
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return n, errors.Join(errMore, err) // err may be nil
	}
	return n, nil
}

// DecodeFirst refuses unknown fields.
func DecodeFirst(body io.Reader) (n NewNote, err error) {
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	err = dec.Decode(&n)
	return n, err
}

// CreateOr400 blames every error on the client's JSON.
func CreateOr400(w http.ResponseWriter, r *http.Request) {
	body := http.MaxBytesReader(w, r.Body, maxBody)
	if _, err := DecodeOne(body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusCreated)
}
