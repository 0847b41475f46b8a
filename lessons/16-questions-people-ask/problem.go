package questions

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// A Problem is a failed answer as a client sees it.
type Problem struct {
	Status  int    // every answer has one
	Code    string // "" if the answer is not in the API's shape
	Message string // for people; nothing compares it
}

func (p *Problem) Error() string {
	return fmt.Sprintf("status %d %s", p.Status, p.Code)
}

// ProblemOf returns nil for an answer below 400. The caller closes.
func ProblemOf(res *http.Response) error {
	if res.StatusCode < 400 {
		return nil
	}
	var body struct {
		Error struct{ Code, Message string }
	}
	dec := json.NewDecoder(io.LimitReader(res.Body, 64<<10))
	if dec.Decode(&body) != nil { // a proxy's page: no code
		return &Problem{Status: res.StatusCode}
	}
	return &Problem{res.StatusCode, body.Error.Code, body.Error.Message}
}

// Later reports whether the same request may succeed later.
func Later(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		return false
	}
	switch p.Code {
	case "note_locked":
		return true
	case "quota_spent":
		return false
	}
	// We don't know this code, so the status decides.
	switch p.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}
