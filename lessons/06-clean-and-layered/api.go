package layered

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// budget is what a request may take.
const budget = 2 * time.Second

// An API is the HTTP side of the service.
type API struct {
	notes *Service
	log   *slog.Logger
}

// NewAPI puts the layers together over a store.
func NewAPI(store Store, log *slog.Logger) *API {
	return &API{&Service{store, log}, log}
}

// Routes is all that a client can ask for.
func (a *API) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", a.note)
	mux.HandleFunc("GET /notes/{id}/tags", a.tags)
	return within(budget, mux)
}

// within gives each request a deadline.
func within(d time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// note answers GET /notes/{id}.
func (a *API) note(w http.ResponseWriter, r *http.Request) {
	n, err := a.notes.Open(r.Context(), r.PathValue("id"))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, noteBody{n.ID, n.Title})
}

// tags answers GET /notes/{id}/tags.
func (a *API) tags(w http.ResponseWriter, r *http.Request) {
	tags, err := a.notes.Tags(r.Context(), r.PathValue("id"))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, newTagsBody(tags))
}

type noteBody struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// tagsBody is an object, so that a field can be added beside the list.
type tagsBody struct {
	Tags []string `json:"tags"`
}

// newTagsBody makes an empty list of no tags.
func newTagsBody(tags []string) tagsBody {
	if tags == nil {
		tags = []string{}
	}
	return tagsBody{tags}
}

// fail is the one place where an error becomes an answer.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, code := http.StatusInternalServerError, "internal"
	switch {
	case errors.Is(err, ErrNotFound):
		status, code = http.StatusNotFound, "not_found"
	case errors.Is(err, context.DeadlineExceeded):
		status, code = http.StatusGatewayTimeout, "timeout"
	case errors.Is(err, context.Canceled):
		status, code = 499, "canceled" // the client left: nobody reads it
	}
	if status >= 500 {
		a.log.ErrorContext(r.Context(), "request failed",
			"path", r.URL.Path, "status", status, "error", err)
	}
	writeJSON(w, status, newErrorBody(code))
}

type errorBody struct {
	Error struct {
		Code string `json:"code"`
	} `json:"error"`
}

func newErrorBody(code string) (b errorBody) {
	b.Error.Code = code
	return b
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
