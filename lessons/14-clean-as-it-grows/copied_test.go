package conventions

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
)

// An API has thirty endpoints, each a copy of the one before.
type API struct {
	store Store
	log   *slog.Logger
	user  func(*http.Request) string
}

func (a *API) importNote(w http.ResponseWriter, r *http.Request) {
	n := Note{Owner: a.user(r)}
	err := json.NewDecoder(r.Body).Decode(&n)
	if err != nil {
		http.Error(w, codeOf(err), http.StatusBadRequest)
		return
	}
	n, err = a.store.Save(context.Background(), n)
	if err != nil {
		a.log.Error("import failed", "error", err)
		http.Error(w, codeOf(err), http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusCreated, n)
}

// codeOf makes the code from the error.
func codeOf(err error) string {
	return strings.ReplaceAll(err.Error(), " ", "_")
}
