package errormap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	errormap "example.com/leakproof/katas/21-error-map"
)

// An operation is a route and the call of the service behind it.
type operation struct {
	method, path, body string
	success            int    // the status
	stored             string // what the store is asked for
	call               func(context.Context, *errormap.Service) error
}

func (o operation) String() string { return o.method + " " + o.path }

var operations = []operation{
	{"GET", "/notes/7", "", http.StatusOK, "Get 7", func(ctx context.Context, s *errormap.Service) error {
		_, err := s.Get(ctx, "7")
		return err
	}},
	{"PUT", "/notes/7/title", `{"title":"Milk"}`, http.StatusNoContent, "Rename 7 Milk", func(ctx context.Context, s *errormap.Service) error {
		return s.Rename(ctx, "7", "Milk")
	}},
}

// A store asks answer what to say to each call, with the context of the call.
type store struct {
	answer func(ctx context.Context, call string) error
}

var _ errormap.Store = store{}

var stored = errormap.Note{ID: "7", Title: "Fish & <chips>", Content: "Bread"}

func (s store) Get(ctx context.Context, id string) (errormap.Note, error) {
	if err := s.answer(ctx, "Get "+id); err != nil {
		return errormap.Note{}, err
	}
	return stored, nil
}

func (s store) Rename(ctx context.Context, id, title string) error {
	return s.answer(ctx, "Rename "+id+" "+title)
}

// says makes a store that answers every call with err.
func says(err error) store {
	return store{func(context.Context, string) error { return err }}
}

func newHandler(s errormap.Store) http.Handler {
	return errormap.NewHandler(errormap.NewService(s), slog.New(slog.DiscardHandler))
}

// An answer is what a client reads of a failure.
type answer struct {
	status int
	code   string
	field  string
}

func (a answer) String() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", a.status, a.code, a.field))
}

var internal = answer{http.StatusInternalServerError, "internal", ""}

// A recorder counts how often a request was given a status.
type recorder struct {
	*httptest.ResponseRecorder
	statuses int
	panicked any // in the handler: the client reads nothing
}

func (r *recorder) WriteHeader(status int) {
	r.statuses++
	r.ResponseRecorder.WriteHeader(status)
}

// serve sends the request of op, in which ctx ends when its client leaves.
func serve(ctx context.Context, h http.Handler, op operation) (w *recorder) {
	w = &recorder{httptest.NewRecorder(), 0, nil}
	defer func() {
		if w.panicked = recover(); w.panicked != nil {
			w.Code = 0
		}
	}()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, op.method, op.path, strings.NewReader(op.body)))
	return w
}

// failure is serve for a request that fails. Of a 499 only the status is read,
// and of what was written after the first JSON value nothing.
func failure(ctx context.Context, h http.Handler, op operation) answer {
	w := serve(ctx, h, op)
	if w.panicked != nil {
		return answer{0, fmt.Sprintf("none, but the panic: %v", w.panicked), ""}
	}
	if w.Code == statusCanceled {
		return canceled.answer
	}
	var body, problem map[string]any
	err := json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(&body)
	problem, ok := body["error"].(map[string]any)
	if err != nil || !ok {
		return answer{w.Code, fmt.Sprintf("with the body %.60q, in which there is no error", w.Body), ""}
	}
	code, _ := problem["code"].(string)
	field, _ := problem["field"].(string)
	return answer{w.Code, code, field}
}

// A client leaves in the middle of a call of the store.
type client struct {
	ctx   context.Context // of its request
	leave func()
}

func newClient() client {
	ctx, leave := context.WithCancel(context.Background())
	return client{ctx, leave}
}

// leaves makes the client leave and says whether the store's call, whose
// context is given, knows of it before long. It belongs in a bubble.
func (c client) leaves(call context.Context) bool {
	c.leave()
	select {
	case <-call.Done():
		return true
	case <-time.After(time.Hour):
		return false
	}
}

// failureOfLeaver is the answer to c, which leaves in the middle of a call that
// ends with err. It belongs in a bubble.
func failureOfLeaver(c client, op operation, err error) answer {
	return failure(c.ctx, newHandler(store{func(ctx context.Context, _ string) error {
		c.leaves(ctx)
		return err
	}}), op)
}

// A kind is a row of Restore 1.
type kind struct {
	name   string
	is     error
	answer answer
}

const statusCanceled = 499

// kinds are in the order of Restore 1: of two in one error the first decides.
var (
	kinds = []kind{
		{"*InvalidError", &errormap.InvalidError{Field: "colour", Reason: "is unknown"},
			answer{http.StatusBadRequest, "validation_error", "colour"}},
		{"ErrNotFound", errormap.ErrNotFound, answer{http.StatusNotFound, "not_found", ""}},
		{"ErrConflict", errormap.ErrConflict, answer{http.StatusConflict, "conflict", ""}},
		{"context.DeadlineExceeded", context.DeadlineExceeded, answer{http.StatusGatewayTimeout, "timeout", ""}},
	}
	canceled = kind{"context.Canceled of a client that left", context.Canceled, answer{statusCanceled, "canceled", ""}}
)

// A shape is a way in which a layer puts something around a kind; it adds
// detail, an error of its own.
type shape struct {
	name string
	of   func(kind, detail error) error
}

var shapes = []shape{
	{"wrapped together with another error", func(kind, detail error) error { return fmt.Errorf("%w: %w", detail, kind) }},
	{"joined, and wrapped 3 times", func(kind, detail error) error { return wrap(3, errors.Join(detail, kind)) }},
	{"joined with the error of a rollback", func(kind, detail error) error { return errors.Join(kind, detail) }},
	{"joined in the last place", func(kind, detail error) error { return errors.Join(detail, detail, wrap(1, kind)) }},
}

// alone has nothing around the kind.
var alone = shape{"alone", func(kind, _ error) error { return kind }}

func wrap(times int, err error) error {
	for i := range times {
		err = fmt.Errorf("layer %d: %w", i, err)
	}
	return err
}

// A replicaError belongs to the store and its callers. No row asks for it.
type replicaError struct{ number int }

func (e *replicaError) Error() string { return fmt.Sprintf("replica %d: connection reset", e.number) }
