package conventions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

const (
	requestBudget = 2 * time.Second
	maxBody       = 1 << 20 // bytes
)

// An Edge is where HTTP ends and where failures are logged.
type Edge struct {
	svc      *Service
	log      *slog.Logger
	sessions map[string]string // the user of each token
}

// NewEdge returns the edge of svc. Its log is wrapped in [IDLog].
func NewEdge(svc *Service, log *slog.Logger, sessions map[string]string) *Edge {
	return &Edge{svc, log, sessions}
}

// An endpoint turns a request into what to answer, or an error.
type endpoint func(*http.Request) (status int, answer any, err error)

// endpoints is the HTTP surface: a line for each endpoint.
func (e *Edge) endpoints() map[string]endpoint {
	return map[string]endpoint{
		"GET /notes/{id}": e.show,
		"POST /notes":     e.create,
	}
}

// Routes is the way in, and serve is the gate.
func (e *Edge) Routes() http.Handler {
	mux := http.NewServeMux()
	for route, f := range e.endpoints() {
		mux.Handle(route, e.serve(f))
	}
	return correlate(signIn(e.sessions, mux))
}

func (e *Edge) show(r *http.Request) (int, any, error) {
	n, err := e.svc.Get(r.Context(), r.PathValue("id"))
	return http.StatusOK, noteOf(n), err
}

func (e *Edge) create(r *http.Request) (int, any, error) {
	user, ok := signedIn(r.Context())
	if !ok {
		return 0, nil, ErrUnauthenticated
	}
	req, err := decode[createRequest](r)
	if err != nil {
		return 0, nil, err
	}
	n, err := e.svc.Create(r.Context(), user, req.Title)
	return http.StatusCreated, noteOf(n), err
}

// serve is everything that endpoints have in common, once.
func (e *Edge) serve(f endpoint) http.Handler {
	h := func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestBudget)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		status, answer, err := f(r)
		if err != nil {
			e.fail(w, r, err)
			return
		}
		writeJSON(w, status, answer)
	}
	return http.HandlerFunc(h)
}

// fail is the only place that logs a failed request.
func (e *Edge) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, code := problemOf(err)
	e.log.LogAttrs(r.Context(), levelOf(status), "request failed",
		slog.String("route", r.Pattern), slog.Int("status", status),
		slog.String("code", string(code)), slog.Any("error", err))
	id, _ := requestID(r.Context())
	writeJSON(w, status, problem(code, id))
}

// levelOf is ERROR for what somebody must act on.
func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// decode reads one value that is valid, and nothing besides.
func decode[T interface{ Validate() error }](r *http.Request) (T, error) {
	var v T
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return v, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	switch err := dec.Decode(new(any)); {
	case err == nil:
		return v, fmt.Errorf("%w: more than one value", ErrInvalid)
	case !errors.Is(err, io.EOF):
		return v, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return v, v.Validate()
}
