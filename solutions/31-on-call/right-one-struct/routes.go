//go:build ignore

package oncall

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// A failure is an error that has a status.
type failure struct {
	status int
	code   string
}

func (f failure) Error() string { return f.code }

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /notes", s.json(http.StatusCreated, s.create))
	mux.Handle("GET /notes", s.json(http.StatusOK, s.list))
	mux.Handle("GET /notes/{id}", s.json(http.StatusOK, func(r *http.Request) (any, error) { return s.load(r.Context(), r.PathValue("id")) }))
	mux.Handle("POST /notes/{id}/lines", s.json(http.StatusOK, s.addLine))
	return mux
}

// json answers with what do returns.
func (s *server) json(status int, do func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := do(r)
		status := status // of this request
		if err != nil {
			f := failure{http.StatusInternalServerError, "internal"}
			if !errors.As(err, &f) && r.Context().Err() != nil {
				f = failure{http.StatusGatewayTimeout, "timeout"}
			}
			if f.status >= 500 {
				s.Log.Error("request failed", "path", r.URL.Path, "error", err)
			}
			v = map[string]string{"error": f.code}
			status = f.status
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	})
}

func (s *server) create(r *http.Request) (any, error) {
	line, err := s.line(r)
	if err != nil {
		return nil, err
	}
	n := Note{ID: rand.Text(), Lines: []string{line}}
	return n, s.save(r.Context(), n, line)
}

func (s *server) addLine(r *http.Request) (any, error) {
	line, err := s.line(r)
	if err != nil {
		return nil, err
	}
	ctx, id := r.Context(), r.PathValue("id")
	one, _ := s.notes.LoadOrStore(id, make(chan struct{}, 1))
	turn := one.(chan struct{})
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	n, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	n.Lines = append(n.Lines, line)
	return n, s.save(ctx, n, line)
}

// line reads the body and has it checked.
func (s *server) line(r *http.Request) (string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", fmt.Errorf("read body: %w", errors.Join(err, failure{http.StatusRequestEntityTooLarge, "too_large"}))
	}
	var in struct{ Line string }
	if err := json.Unmarshal(body, &in); err != nil || in.Line == "" {
		return "", failure{http.StatusBadRequest, "invalid"}
	}
	unavailable := failure{http.StatusServiceUnavailable, "unavailable"}
	question, err := json.Marshal(map[string]string{"line": in.Line})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, s.Checker, bytes.NewReader(question))
	if err != nil {
		return "", err
	}
	res, err := s.check.Do(req)
	if err != nil {
		return "", errors.Join(unavailable, err)
	}
	defer func() { _ = res.Body.Close() }()
	var verdict struct{ Blocked *bool }
	if err := json.NewDecoder(io.LimitReader(res.Body, 4096)).Decode(&verdict); err != nil || res.StatusCode != 200 || verdict.Blocked == nil {
		return "", errors.Join(unavailable, err)
	}
	if *verdict.Blocked {
		return "", failure{http.StatusUnprocessableEntity, "blocked"}
	}
	return in.Line, nil
}

// list asks for all notes at once. If one of them fails, the others are told to stop,
// and it waits until they have.
func (s *server) list(r *http.Request) (any, error) {
	ids := r.URL.Query()["id"]
	if len(ids) > 100 {
		return nil, failure{http.StatusBadRequest, "invalid"}
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	notes, errs := make([]Note, len(ids)), make(chan error)
	for i, id := range ids {
		go func() {
			var err error
			notes[i], err = s.load(ctx, id)
			errs <- err
		}()
	}
	var first error
	for range ids {
		if err := <-errs; err != nil && first == nil {
			first = err
			stop()
		}
	}
	return notes, first
}

func (s *server) load(ctx context.Context, id string) (Note, error) {
	if err := s.conns.Acquire(ctx, 1); err != nil {
		return Note{}, err
	}
	defer s.conns.Release(1)
	n, err := s.DB.Load(ctx, id)
	if errors.Is(err, ErrNoRow) {
		return Note{}, failure{http.StatusNotFound, "not_found"}
	}
	return n, err
}

func (s *server) save(ctx context.Context, n Note, line string) error {
	if err := s.conns.Acquire(ctx, 1); err != nil {
		return err
	}
	defer s.conns.Release(1)
	if err := s.DB.Save(ctx, n); err != nil {
		return err
	}
	select {
	case s.trail <- Entry{n.ID, line}:
	default:
		s.Log.Error("trail is full", "note", n.ID, "line", line)
	}
	return nil
}
