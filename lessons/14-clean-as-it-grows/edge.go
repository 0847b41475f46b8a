package conventions

import (
	"context"
	"crypto/rand"
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
	svc *Service
	log *slog.Logger
}

// NewEdge returns the edge of svc.
func NewEdge(svc *Service, log *slog.Logger) *Edge { return &Edge{svc, log} }

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
	return mux
}

func (e *Edge) show(r *http.Request) (int, any, error) {
	n, err := e.svc.Get(r.Context(), r.PathValue("id"))
	return http.StatusOK, noteOf(n), err
}

func (e *Edge) create(r *http.Request) (int, any, error) {
	req, err := decode[createRequest](r)
	if err != nil {
		return 0, nil, err
	}
	n := Note{Owner: loggedIn(r), Title: req.Title}
	n, err = e.svc.Create(r.Context(), n)
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
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	id := rand.Text()
	e.log.LogAttrs(r.Context(), level, "request failed",
		slog.String("request_id", id), slog.String("route", r.Pattern),
		slog.Int("status", status), slog.String("code", string(code)),
		slog.Any("error", err))
	writeJSON(w, status, problem(code, id))
}

// loggedIn stands for whatever proves who is asking.
func loggedIn(*http.Request) string { return "ada" }

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

// CreateNaive decodes straight into what the store keeps.
func (e *Edge) CreateNaive(w http.ResponseWriter, r *http.Request) {
	n := Note{Owner: loggedIn(r)}
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		e.fail(w, r, fmt.Errorf("%w: %w", ErrInvalid, err))
		return
	}
	n, err := e.svc.Create(r.Context(), n)
	if err != nil {
		e.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusCreated, n)
}
